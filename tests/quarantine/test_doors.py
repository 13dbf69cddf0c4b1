"""Who is let through the doors of this room."""

from uuid import uuid4

import httpx
import pytest

from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope
from tests.quarantine.conftest import Api, make_project, wanted

READ = [
    ("GET", "/quarantine", None),
    ("GET", "/quarantine/{rule}", None),
    ("GET", "/quarantine/settings?project=shop", None),
    ("GET", "/quarantine/active?project=shop", None),
]
WRITE = [
    ("POST", "/quarantine", wanted("test", "another")),
    ("PATCH", "/quarantine/{rule}", {"owner": "@other"}),
    ("DELETE", "/quarantine/{rule}", None),
    ("PUT", "/quarantine/settings", {"project": "shop", "cap": 500}),
]
OF_A_RULE = [door for door in (*READ, *WRITE) if "{rule}" in door[1]]
OF_A_PROJECT = [door for door in (*READ, *WRITE) if door not in OF_A_RULE and door[1] != "/quarantine"] + WRITE[:1]


async def call(
    api: Api, door: tuple[str, str, object], headers: dict[str, str], rule: object | None = None
) -> httpx.Response:
    method, path, body = door
    return await api.client.request(method, path.format(rule=rule or uuid4()), json=body, headers=headers)


@pytest.mark.parametrize("door", [*READ, *WRITE], ids=lambda door: f"{door[0]} {door[1]}")
class TestEveryDoor:
    async def test_no_key(self, api: Api, door: tuple[str, str, object]) -> None:
        answer = await call(api, door, {"X-Tenant-ID": api.tenant.slug})

        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")

    async def test_foreign_tenant(self, api: Api, door: tuple[str, str, object]) -> None:
        other = await create_tenant(api.db, f"other-{uuid4().hex}")

        answer = await call(api, door, {**api.headers, "X-Tenant-ID": other.slug})

        assert (answer.status_code, answer.json()["code"]) == (403, "INVALID_TENANT")

    async def test_valid(self, api: Api, door: tuple[str, str, object]) -> None:
        rule = await api.add()

        assert (await call(api, door, api.headers, rule["id"])).status_code == 200


@pytest.mark.parametrize("door", WRITE, ids=lambda door: f"{door[0]} {door[1]}")
async def test_the_key_of_a_ci_job_changes_nothing(api: Api, door: tuple[str, str, object]) -> None:
    rule = await api.add()
    headers = await api.with_key(Scope.READ, Scope.INGEST, Scope.ORCHESTRATE)

    answer = await call(api, door, headers, rule["id"])

    assert (answer.status_code, answer.json()["details"]) == (403, {"scope": "admin"})
    assert [each["owner"] for each in (await api.ask("GET", "/quarantine"))["rules"]] == [rule["owner"]]


async def test_a_reporter_sees_what_is_excused_and_no_more(api: Api) -> None:
    rule = await api.add()
    reporter = await api.with_key(Scope.INGEST)

    statuses = [(await call(api, door, reporter, rule["id"])).status_code for door in READ]
    starter = await call(api, READ[3], await api.with_key(Scope.ORCHESTRATE))

    assert statuses == [403, 403, 403, 200]
    assert (starter.status_code, starter.json()["details"]) == (403, {"scope": "read"})


@pytest.mark.parametrize("door", OF_A_RULE, ids=lambda door: f"{door[0]} {door[1]}")
class TestEveryDoorOfARule:
    @pytest.mark.parametrize("rule", ["1", "not-a-rule", "%00", "%F0%9F%92%A9"])
    async def test_malformed(self, api: Api, door: tuple[str, str, object], rule: str) -> None:
        answer = await call(api, door, api.headers, rule)

        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")

    async def test_another_tenants_rule_does_not_exist(self, api: Api, door: tuple[str, str, object]) -> None:
        rule = await api.add()
        tenant = await create_tenant(api.db, f"other-{uuid4().hex}")
        key = await create_key(api.db, tenant.id, frozenset({Scope.ADMIN}))
        headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": tenant.slug}
        unknown = uuid4()

        foreign, missing = await call(api, door, headers, rule["id"]), await call(api, door, headers, unknown)

        assert foreign.status_code == missing.status_code == 404
        assert foreign.text.replace(rule["id"], "X") == missing.text.replace(str(unknown), "X")
        assert (await api.ask("GET", f"/quarantine/{rule['id']}"))["rule"] == rule

    async def test_a_key_of_another_project_does_not_see_it(self, api: Api, door: tuple[str, str, object]) -> None:
        rule = await api.add()
        others = await api.with_key(Scope.ADMIN, project="api")

        assert (await call(api, door, others, rule["id"])).status_code == 404
        own = await api.with_key(Scope.ADMIN, project="shop")
        assert (await call(api, door, own, rule["id"])).status_code == 200


@pytest.mark.parametrize("door", OF_A_PROJECT, ids=lambda door: f"{door[0]} {door[1]}")
async def test_a_key_of_another_project_is_refused(api: Api, door: tuple[str, str, object]) -> None:
    answer = await call(api, door, await api.with_key(Scope.ADMIN, project="api"))

    assert (answer.status_code, answer.json()["details"]) == (403, {"project": "shop"})


async def test_a_key_of_one_project_lists_its_rules_only(api: Api) -> None:
    await make_project(api.db, api.tenant.id, "api")
    await api.add("test", "a")
    await api.add("test", "b", project="api")
    headers = await api.with_key(Scope.READ, project="api")

    answer = await api.client.get("/quarantine", headers=headers)

    assert [rule["value"] for rule in answer.json()["rules"]] == ["b"]
    assert answer.json()["pagination"]["total"] == 1
    assert (await api.client.get("/quarantine?project=shop", headers=headers)).status_code == 403


@pytest.mark.parametrize("path", ["/quarantine/settings", "/quarantine/active"])
async def test_a_project_has_to_be_named(api: Api, path: str) -> None:
    status, code, details = await api.refused("GET", path)

    assert (status, code, details["fields"][0]["path"]) == (400, "INVALID_PARAMETERS", "project")


@pytest.mark.parametrize("query", [{"state": "gone"}, {"limit": "0"}, {"project": "x" * 201}])
async def test_what_can_not_be_asked_is_named(api: Api, query: dict[str, str]) -> None:
    status, code, details = await api.refused("GET", "/quarantine", **query)

    assert (status, code, details["fields"][0]["path"]) == (400, "INVALID_PARAMETERS", next(iter(query)))
