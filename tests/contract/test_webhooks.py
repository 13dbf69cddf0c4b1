"""Webhooks as somebody handles them who has read the documentation alone."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from shifty.config import Settings, load_settings
from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.contract.stranger import API, Json, Stranger
from tests.support.server import RunningServer
from tests.webhooks.receiver import Receiver


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path / "data", webhook_private_addresses=True)


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


async def add(stranger: Stranger, url: str, **fields: object) -> Json:
    return await stranger.ask("POST", "/webhooks", {"url": url, **fields})


async def test_a_webhook_from_its_making_to_its_end(stranger: Stranger, receiver: Receiver) -> None:
    made = await add(stranger, receiver.url, events=["run.failed", "run.failed", "run.finished"])
    webhook_id = made["webhook"]["id"]
    assert made["secret"].startswith("whsec_")
    assert made["webhook"]["events"] == ["run.failed", "run.finished"]

    tested = (await stranger.ask("POST", f"/webhooks/{webhook_id}/test"))["delivery"]
    changed = await stranger.ask("PATCH", f"/webhooks/{webhook_id}", {"enabled": False, "rotateSecret": True})
    shown = (await stranger.ask("GET", f"/webhooks/{webhook_id}"))["webhook"]
    sent = await stranger.ask("GET", f"/webhooks/{webhook_id}/deliveries")

    (received,) = receiver.received
    assert received.is_signed_with(made["secret"])
    assert (tested["state"], tested["status"], tested["event"], tested["runId"]) == ("delivered", 204, "test", None)
    assert changed["secret"] not in (None, made["secret"])
    assert shown == changed["webhook"]
    assert (shown["enabled"], shown["lastDelivery"]) == (False, tested)
    assert sent["deliveries"] == [tested]
    assert (await stranger.ask("DELETE", f"/webhooks/{webhook_id}"))["success"] is True
    assert (await stranger.ask("GET", "/webhooks"))["webhooks"] == []
    told = (await stranger.ask("GET", "/audit", action="webhook"))["entries"]
    assert [entry["action"] for entry in told] == ["webhook.removed", "webhook.changed", "webhook.added"]
    assert receiver.url not in str(told)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "chat.example.com",
        "ftp://a.example",
        "http://",
        "http://u:p@a.example",
        "http://a b.example/",
        "file:///etc",
    ],
)
async def test_what_is_no_address_of_a_webhook_is_refused(stranger: Stranger, url: str) -> None:
    answer = await stranger.http.post(f"{API}/webhooks", json={"url": url})

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")


@pytest.mark.parametrize("body", [{"events": []}, {"events": ["run.begun"]}, {"project": ""}])
async def test_malformed_webhooks_are_refused(stranger: Stranger, body: Json) -> None:
    answer = await stranger.http.post(f"{API}/webhooks", json={"url": "https://a.example/", **body})

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")


async def test_a_project_that_nobody_has_run_has_none(stranger: Stranger) -> None:
    answer = await stranger.http.post(f"{API}/webhooks", json={"url": "https://a.example/", "project": "typo"})

    assert (answer.status_code, answer.json()["code"]) == (404, "PROJECT_NOT_FOUND")


@pytest.mark.parametrize("webhook_id", ["42", "00000000-0000-4000-8000-000000000000"])
async def test_what_is_not_there_is_not_found(stranger: Stranger, webhook_id: str) -> None:
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/test"), ("GET", "/deliveries")):
        answer = await stranger.http.request(method, f"{API}/webhooks/{webhook_id}{path}", json={})

        assert (answer.status_code, answer.json()["code"]) == (404, "WEBHOOK_NOT_FOUND")


async def test_a_key_for_one_project_has_webhooks_of_that_project_only(
    server: RunningServer, stranger: Stranger, http: httpx.AsyncClient
) -> None:
    for project in ("o/shop", "o/other"):
        await stranger.ask("PUT", "/healing/settings", {"project": project, "mode": "heal"})
    everything = await add(stranger, "https://a.example/all")
    narrow = await create_key(server.db, server.tenant.id, frozenset(Scope), project="o/shop")
    headers = {**server.headers, "Authorization": f"Bearer {narrow.text}"}

    made = await http.post(f"{API}/webhooks", headers=headers, json={"url": "https://a.example/shop"})
    foreign = await http.post(
        f"{API}/webhooks", headers=headers, json={"url": "https://a.example/", "project": "o/other"}
    )
    listed = (await http.get(f"{API}/webhooks", headers=headers)).json()["webhooks"]
    hidden = await http.get(f"{API}/webhooks/{everything['webhook']['id']}", headers=headers)

    assert made.json()["webhook"]["project"] == "o/shop"
    assert foreign.status_code == 403
    assert [webhook["project"] for webhook in listed] == ["o/shop"]
    assert hidden.status_code == 404


async def test_a_tenant_has_fifty_at_most(stranger: Stranger) -> None:
    for number in range(50):
        await add(stranger, f"https://a.example/{number}")

    answer = await stranger.http.post(f"{API}/webhooks", json={"url": "https://a.example/51"})

    assert (answer.status_code, answer.json()["code"]) == (409, "TOO_MANY_WEBHOOKS")
