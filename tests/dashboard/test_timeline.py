"""The timeline of a run, as people see it."""

import re

from playwright.sync_api import expect

from shifty.dispatch.model import Lease
from shifty.orchestration.reap import reap
from shifty.results.store import RunKey
from tests.dashboard.conftest import Account, SignIn
from tests.support.runs import HALF_A_MINUTE, HandWorker, leased_tests, let_expire, result, start, suite


def address(key: RunKey) -> str:
    return f"/runs/{key.run_id}/timeline"


def a_run_with_a_lost_worker(account: Account) -> RunKey:
    async def make() -> RunKey:
        db = account.site.db
        key = await start(db, account.tenant.id, suite(8, 2), workers=2)
        lost, other = HandWorker(db, key, "lost-1"), HandWorker(db, key, "other-1")
        lease = await lost.lease()
        item, test = leased_tests(lease)[0]
        await lost.begin(lease, item, test)
        await lost.report(lease, [result(item, test, "failed", error_message="boom")])
        await let_expire(db, lease)
        await reap(db, HALF_A_MINUTE)
        while isinstance(held := await other.claim(), Lease):
            await other.pass_all(held)
            await other.finish(held)
        return key

    return account.site.run(make())


def test_it_says_what_decided_the_end_and_draws_each_worker(account: Account, signed_in: SignIn) -> None:
    key = a_run_with_a_lost_worker(account)
    page = signed_in()

    page.goto(address(key))

    expect(page.get_by_role("heading", name="What decided when it ended")).to_be_visible()
    expect(page.get_by_text(re.compile("^The run took "))).to_be_visible()
    drawing = page.get_by_role("img", name=re.compile("2 workers over"))
    expect(drawing.get_by_text("lost-1")).to_be_visible()
    expect(drawing.locator(".batch.lost")).to_have_count(1)
    expect(drawing.locator(".mark.failed")).to_have_count(1)
    page.get_by_text("Batches as a table").click()
    expect(page.get_by_role("row").filter(has_text="what a lost or returned lease had left")).not_to_have_count(0)


def test_a_click_on_a_test_opens_it(account: Account, signed_in: SignIn) -> None:
    key = a_run_with_a_lost_worker(account)
    page = signed_in()
    page.goto(address(key))
    # A test of a few milliseconds is drawn as wide as can be pointed at.
    mark = page.locator("svg.timeline .mark.failed[data-test]").first

    mark.dispatch_event("click")

    expect(page).to_have_url(re.compile(rf"/runs/{key.run_id}/tests/[0-9a-f]+"))


def test_it_grows_while_the_run_goes_on_and_keeps_what_was_opened(account: Account, signed_in: SignIn) -> None:
    async def begin() -> HandWorker:
        key = await start(account.site.db, account.tenant.id, suite(2), workers=1)
        return HandWorker(account.site.db, key, "one")

    worker = account.site.run(begin())
    page = signed_in()
    page.goto(address(worker.key))
    expect(page.get_by_role("heading", name="Nothing has run yet")).to_be_visible()

    lease = account.api("POST", f"/runs/{worker.key.run_id}/claims", {"workerId": str(worker.id), "worker": "one"})

    expect(page.locator("svg.timeline .batch.active")).to_have_count(1)
    expect(page.locator("svg.timeline .now")).to_have_count(1)
    page.get_by_text("Workers as a table").click()
    results = [
        {"testFile": item["file"], "testName": test["titlePath"][-1], "titlePath": test["titlePath"],
         "projectName": test["projectName"], "status": "passed", "durationMs": 5,
         "attempts": [{"attempt": 0, "status": "passed", "durationMs": 5, "startedAt": "2024-01-01T00:00:00Z"}]}
        for item in lease.json()["items"]
        for test in item["tests"]
    ]  # fmt: skip
    message = {"type": "test:batch", "payload": {"lease": lease.json()["token"], "results": results}}
    account.api("POST", f"/runs/{worker.key.run_id}/events", [message])

    expect(page.locator("svg.timeline .mark.passed")).not_to_have_count(0)
    expect(page.locator("#timeline-workers")).to_have_attribute("open", "")


def test_hostile_names_are_shown_as_text(account: Account) -> None:
    name = "<script>alert(1)</script>\u202eabc"

    async def make() -> RunKey:
        key = await start(account.site.db, account.tenant.id, suite(2), workers=1)
        worker = HandWorker(account.site.db, key, name)
        lease = await worker.lease()
        for item, test in leased_tests(lease):
            await worker.begin(lease, item, test)
        return key

    key = account.site.run(make())

    shown = account.client().get(address(key)).text

    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_another_tenants_run_has_no_timeline_here(account: Account) -> None:
    answer = account.client().get("/runs/550e8400-e29b-41d4-a716-446655440000/timeline")

    assert answer.status_code == 404
