"""A crash between any two lines of opening a pull request is healed by the next try."""

import asyncio
from datetime import timedelta

import pytest

from shifty.config import load_settings
from shifty.pull_requests.forges import forges_of
from shifty.pull_requests.open import resume
from tests.pull_requests.conftest import Forged, serving
from tests.pull_requests.hub import Hub

STEPS = ("POST /git/trees", "POST /git/commits", "POST /git/refs", "POST /pulls")


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
async def test_a_try_that_ends_at_a_step_is_taken_up_there(github: Forged, hub: Hub, step: str, done: bool) -> None:
    run_id = await github.run()
    if done:
        hub.lost.add(step)
    else:
        hub.faults[step] = 503

    first = await github.offer(run_id, hub.branches["main"])
    cut_short = await github.prs(run_id)
    second = await github.offered(run_id, hub.branches["main"])

    assert (first.status_code, cut_short[0]["prStatus"]) == (503, "pending")
    assert cut_short[0]["error"]
    assert (second["id"], second["prStatus"], second["prNumber"]) == (cut_short[0]["id"], "open", 1)
    assert second["error"] is None
    assert len(hub.pulls) == 1
    assert set(hub.branches) == {"main", second["branchName"]}
    assert len(hub.log(second["branchName"])) == 2


async def test_the_server_takes_it_up_by_itself(github: Forged, hub: Hub) -> None:
    run_id = await github.run()
    hub.faults["POST /pulls"] = 502
    assert (await github.offer(run_id, hub.branches["main"])).status_code == 503
    await github.seed.execute(
        "update healing_prs set updated_at = now() - interval '2 minutes' where run_id = %(run_id)s"
        " and tenant_id = %(tenant_id)s",
        run_id=run_id,
    )

    async with serving(hub) as url:
        forges = forges_of(load_settings(healing_repository=hub.name, github_token=hub.token, github_api_url=url))
        await resume(github.server.db, forges, None)

    assert [pr["prStatus"] for pr in await github.prs(run_id)] == ["open"]
    assert len(hub.pulls) == 1


async def test_a_refusal_is_remembered_and_the_next_try_may_pass(github: Forged, hub: Hub) -> None:
    run_id = await github.run()
    hub.faults["POST /git/refs"] = 403

    refused = await github.offer(run_id, hub.branches["main"])
    (failed,) = await github.prs(run_id)
    passed = await github.offered(run_id, hub.branches["main"])

    assert (refused.status_code, refused.json()["code"]) == (409, "FORGE_REFUSED")
    assert (failed["prStatus"], failed["error"]) == ("failed", refused.json()["error"])
    assert (passed["id"], passed["prStatus"]) == (failed["id"], "open")


async def test_tries_at_once_come_to_one_pull_request(github: Forged, hub: Hub) -> None:
    one, two = await github.run(), await github.run()
    base = hub.branches["main"]

    prs = await asyncio.gather(*(github.offered(run_id, base) for run_id in (one, one, two, two)))

    assert {pr["prNumber"] for pr in prs} == {1}
    assert len({pr["id"] for pr in prs}) == 2
    assert len(hub.pulls) == 1


async def test_who_waits_for_another_of_this_process_goes_when_patience_ends(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, github: Forged, hub: Hub
) -> None:
    run_id = await github.run()
    hub.faults["POST /pulls"] = 502
    await github.offer(run_id, hub.branches["main"])
    monkeypatch.setattr("shifty.pull_requests.open.PATIENCE", timedelta())
    monkeypatch.setattr("shifty.pull_requests.open.CUT_SHORT_AFTER", timedelta())

    async with serving(hub) as url:
        forges = forges_of(load_settings(healing_repository=hub.name, github_token=hub.token, github_api_url=url))
        async with forges.turn:
            await resume(github.server.db, forges, None)

    assert "Other changes are being offered" in caplog.text
    assert [pr["prStatus"] for pr in await github.prs(run_id)] == ["pending"]
