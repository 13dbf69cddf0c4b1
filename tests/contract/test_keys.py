"""API keys and projects as an administrator from elsewhere handles them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.contract.stranger import API, Stranger
from tests.support.server import RunningServer


def headers_of(server: RunningServer, secret: str) -> dict[str, str]:
    return {**server.headers, "Authorization": f"Bearer {secret}"}


async def test_a_key_opens_what_it_says_from_the_moment_it_is_made(
    server: RunningServer, stranger: Stranger, http: httpx.AsyncClient
) -> None:
    made = await stranger.ask("POST", "/keys", {"name": "laptop", "scopes": ["read"], "expiresInDays": 2})

    assert made["secret"].startswith(f"shf_{made['key']['id']}_")
    assert (made["key"]["scopes"], made["key"]["project"], made["key"]["isOwn"]) == (["read"], None, False)
    ends = datetime.fromisoformat(made["key"]["expiresAt"]) - datetime.now(UTC)
    assert timedelta(days=1) < ends <= timedelta(days=2)
    headers = headers_of(server, made["secret"])
    assert (await http.get(f"{API}/runs", headers=headers)).status_code == 200
    assert (await http.get(f"{API}/keys", headers=headers)).json()["details"] == {"scope": "admin"}


async def test_keys_are_listed_without_what_they_are(stranger: Stranger) -> None:
    made = await stranger.ask("POST", "/keys", {})

    listed = await stranger.ask("GET", "/keys")

    assert [key["isOwn"] for key in listed["keys"]] == [True, False]
    assert listed["keys"][1]["scopes"] == ["ingest", "orchestrate", "read"]
    assert made["secret"].rpartition("_")[2] not in str(listed)


async def test_a_revoked_key_stays_as_it_is(stranger: Stranger) -> None:
    made = await stranger.ask("POST", "/keys", {})

    first = await stranger.ask("DELETE", f"/keys/{made['key']['id']}")
    second = await stranger.ask("DELETE", f"/keys/{made['key']['id']}")

    assert first == second
    assert first["key"]["revokedAt"] is not None
    entries = (await stranger.ask("GET", "/audit", action="key.revoked"))["entries"]
    assert [entry["subject"] for entry in entries] == [made["key"]["id"]]


async def test_a_key_for_one_project_sees_and_makes_keys_for_that_project_only(
    server: RunningServer, stranger: Stranger, http: httpx.AsyncClient
) -> None:
    other = await stranger.ask("POST", "/keys", {})
    narrow = await create_key(server.db, server.tenant.id, frozenset(Scope), project="o/shop")
    headers = headers_of(server, narrow.text)

    made = (await http.post(f"{API}/keys", headers=headers, json={})).json()
    foreign = await http.post(f"{API}/keys", headers=headers, json={"project": "o/other"})
    listed = (await http.get(f"{API}/keys", headers=headers)).json()["keys"]
    revoked = await http.delete(f"{API}/keys/{other['key']['id']}", headers=headers)

    assert made["key"]["project"] == "o/shop"
    assert (foreign.status_code, foreign.json()["code"]) == (403, "FORBIDDEN")
    assert {key["id"] for key in listed} == {made["key"]["id"], narrow.key.id}
    assert (revoked.status_code, revoked.json()["code"]) == (404, "KEY_NOT_FOUND")


@pytest.mark.parametrize(
    "body", [{"scopes": []}, {"scopes": ["root"]}, {"expiresInDays": 0}, {"expiresInDays": "9"}, {"name": "a\x00"}]
)
async def test_a_malformed_key_is_refused(stranger: Stranger, body: dict[str, object]) -> None:
    answer = await stranger.http.post(f"{API}/keys", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")


async def test_projects_tell_what_they_allow_and_how_much_they_are_used(
    server: RunningServer, stranger: Stranger, http: httpx.AsyncClient
) -> None:
    slug = f"o/{uuid4().hex}"
    await stranger.ask("PUT", "/healing/settings", {"project": slug, "mode": "propose"})
    await stranger.ask("PUT", "/quarantine/settings", {"project": slug, "cap": 7, "defaultBranch": "trunk"})
    run = await stranger.ask("POST", "/orchestrate", {"project": "o/shop", "testFiles": ["a.spec.ts"]})

    first, second = (await stranger.ask("GET", "/projects"))["projects"]

    assert (first["project"], first["runs"], first["lastRunId"]) == ("o/shop", 1, run["runId"])
    assert (second["project"], second["runs"], second["lastRunAt"]) == (slug, 0, None)
    told = (second["healingMode"], second["healingVerdict"], second["quarantineCap"], second["defaultBranch"])
    assert told == ("propose", "warn", 7, "trunk")
    assert (await stranger.ask("GET", "/projects", project=slug))["pagination"]["total"] == 1
    narrow = await create_key(server.db, server.tenant.id, frozenset({Scope.READ}), project="o/shop")
    seen = await http.get(f"{API}/projects", headers=headers_of(server, narrow.text))
    assert [project["project"] for project in seen.json()["projects"]] == ["o/shop"]
