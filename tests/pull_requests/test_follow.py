"""``prStatus`` follows the pull request: by webhook, and by asking."""

import hashlib
import hmac
import json
from uuid import UUID

import pytest

from shifty.config import load_settings
from shifty.pull_requests.follow import follow
from shifty.pull_requests.forges import Forges, forges_of
from shifty.pull_requests.webhook import is_signed
from tests.pull_requests.conftest import SECRET, Forged, Json, serving
from tests.pull_requests.hub import Hub

HOOK = "/api/v1/healing/webhooks/github"
LATER = "2099-01-01T00:00:00Z"
EARLIER = "2001-01-01T00:00:00Z"


def told(action: str, name: str, *, merged: bool = False, number: int = 1, at: str = LATER) -> bytes:
    """As GitHub has it, with more that we do not read."""
    pull: Json = {"number": number, "state": "open" if action == "reopened" else "closed", "merged": merged}
    body: Json = {"action": action, "number": number, "pull_request": {**pull, "updated_at": at, "id": 1}}
    return json.dumps({**body, "repository": {"full_name": name, "id": 2}, "sender": {"login": "x"}}).encode()


async def hear(github: Forged, body: bytes, *, event: str = "pull_request", signature: str | None = None) -> int:
    signature = signature or "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-GitHub-Event": event, "X-Hub-Signature-256": signature, "Content-Type": "application/json"}
    # GitHub has no key of ours.
    github.http.headers.pop("Authorization", None)
    github.http.headers.pop("X-Tenant-Id", None)
    answer = await github.http.post(HOOK, content=body, headers=headers)
    github.http.headers.update(github.server.headers)
    return answer.status_code if answer.status_code != 200 else answer.json()["changed"]


async def status(github: Forged, run_id: UUID) -> str:
    (pr,) = await github.prs(run_id)
    return pr["prStatus"]


async def test_a_webhook_tells_every_run_that_shares_the_pull_request(github: Forged, hub: Hub) -> None:
    one, two = await github.run(), await github.run()
    for run_id in (one, two):
        await github.offered(run_id, hub.branches["main"])

    hub.pulls[0]["state"] = "closed"
    closed = await hear(github, told("closed", hub.name))
    assert (closed, await status(github, one), await status(github, two)) == (2, "closed", "closed")

    hub.pulls[0]["state"] = "open"
    assert (await hear(github, told("reopened", hub.name.lower())), await status(github, one)) == (2, "open")

    # From a recording: it was closed, and is open again.
    assert (await hear(github, told("closed", hub.name)), await status(github, one)) == (0, "open")

    hub.pulls[0] |= {"state": "closed", "merged_at": LATER}
    assert (await hear(github, told("closed", hub.name, merged=True)), await status(github, two)) == (2, "merged")
    assert await hear(github, told("closed", hub.name, merged=True)) == 0


async def test_where_the_forge_is_away_a_webhook_is_believed_that_is_news(github: Forged, hub: Hub) -> None:
    run_id = await github.run()
    await github.offered(run_id, hub.branches["main"])

    hub.faults["GET /pulls/1"] = 503
    old = await hear(github, told("closed", hub.name, at=EARLIER))
    hub.faults["GET /pulls/1"] = 503
    new = await hear(github, told("closed", hub.name, merged=True))

    assert (old, new, await status(github, run_id)) == (0, 1, "merged")


async def test_a_webhook_without_our_signature_is_refused(github: Forged, hub: Hub) -> None:
    run_id = await github.run()
    await github.offered(run_id, hub.branches["main"])
    body = told("closed", hub.name, merged=True)
    good = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    other = hmac.new(b"other", body, hashlib.sha256).hexdigest()

    for signature in ("none", good, f"sha1={good}", f"sha256={good[:-1]}", f"sha256={other}", f"sha256={good} "[:70]):
        assert await hear(github, body + b" ", signature=signature) == 401
    assert await hear(github, body, signature=f"sha256={other}") == 401
    assert await status(github, run_id) == "open"


async def test_what_concerns_nobody_changes_nothing(github: Forged, hub: Hub) -> None:
    await github.offered(await github.run(), hub.branches["main"])
    asked = len(hub.asked)

    assert await hear(github, told("closed", hub.name), event="ping") == 0
    assert await hear(github, told("labeled", hub.name)) == 0
    assert await hear(github, told("closed", hub.name, number=99)) == 0
    assert await hear(github, told("closed", "other/repo")) == 0
    assert await hear(github, b"[]") == 400
    assert await hear(github, b"\xff") == 400
    assert len(hub.asked) == asked


@pytest.mark.parametrize(
    ("secret", "signature", "fits"),
    [
        ("s", hmac.new(b"s", b"body", hashlib.sha256).hexdigest(), True),
        ("s", hmac.new(b"s", b"body", hashlib.sha256).hexdigest().upper(), False),
        ("s", "", False),
        ("s", "ü", False),
        (None, hmac.new(b"", b"body", hashlib.sha256).hexdigest(), False),
        ("", hmac.new(b"", b"body", hashlib.sha256).hexdigest(), False),
    ],
)
def test_only_the_secret_makes_a_signature(secret: str | None, signature: str, fits: bool) -> None:
    assert is_signed(secret, f"sha256={signature}", b"body") is fits


async def test_polling_finds_what_no_webhook_has_told(github: Forged, hub: Hub) -> None:
    run_id = await github.run()
    await github.offered(run_id, hub.branches["main"])
    seen: list[str] = []

    async with serving(hub) as url:
        forges: Forges = forges_of(
            load_settings(healing_repository=hub.name, github_token=hub.token, github_api_url=url)
        )
        for pull in (
            {"state": "closed"},
            {"state": "open"},
            {"state": "closed", "merged_at": LATER},
            {"state": "open"},
        ):
            hub.pulls[0] |= pull
            await follow(github.server.db, forges)
            seen.append(await status(github, run_id))

    assert seen == ["closed", "open", "merged", "merged"]
