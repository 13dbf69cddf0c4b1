"""The queue, as people see it."""

import re

from playwright.sync_api import expect

from shifty.orchestration.reap import reap
from shifty.results.store import RunKey
from shifty.tenants.model import Scope
from tests.dashboard.conftest import Account, SignIn
from tests.support.runs import HALF_A_MINUTE, HandWorker, leased_tests, let_expire, start, suite


def started(account: Account, files: int = 4) -> RunKey:
    return account.site.run(start(account.site.db, account.tenant.id, suite(files), workers=2))


def test_a_run_without_a_worker_says_what_to_type_and_can_be_cancelled(account: Account, signed_in: SignIn) -> None:
    key = started(account)
    page = signed_in()
    page.on("dialog", lambda dialog: dialog.accept())

    page.goto("/queue")

    expect(page.get_by_role("heading", level=1)).to_have_text("No worker is there for 1 run")
    expect(page.get_by_text(f"shifty worker --run {key.run_id}").first).to_be_visible()
    page.get_by_role("row").filter(has_text="4 tests").get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("No run has work waiting.")).to_be_visible()
    expect(page).to_have_url(re.compile("/queue$"))


def test_it_follows_what_workers_do(account: Account, signed_in: SignIn) -> None:
    key = started(account)
    page = signed_in()
    page.goto("/queue")
    expect(page.get_by_text("No worker holds a batch.")).to_be_visible()

    worker = HandWorker(account.site.db, key, "mac-1")
    body = {"workerId": str(worker.id), "worker": "mac-1"}
    account.api("POST", f"/runs/{key.run_id}/claims", body)

    row = page.get_by_role("row").filter(has_text="mac-1")
    expect(row).to_contain_text("working")
    expect(row).to_contain_text("left")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 worker at work, 1 run with work that waits")


def test_a_lost_lease_is_shown_for_a_day(account: Account) -> None:
    async def lose() -> None:
        key = await start(account.site.db, account.tenant.id, suite(4), workers=2)
        lost = HandWorker(account.site.db, key, "<b>gone</b>")
        lease = await lost.lease()
        item, test = leased_tests(lease)[0]
        await lost.begin(lease, item, test)
        await let_expire(account.site.db, lease)
        await reap(account.site.db, HALF_A_MINUTE)

    account.site.run(lose())

    shown = account.client().get("/queue?part=queue").text

    assert "<b>gone" not in shown
    assert shown.count("&lt;b&gt;gone&lt;/b&gt;") == 2
    assert "Lost in the last 24 hours" in shown
    assert "<html" not in shown


def test_a_read_only_key_sees_the_queue_and_can_press_nothing(account: Account) -> None:
    key = started(account)

    shown = account.client(account.key_with(Scope.READ)).get("/queue").text

    assert str(key.run_id) in shown
    assert re.search(r"<button[^>]* disabled", shown)


def test_a_key_of_one_project_sees_nothing_of_others(account: Account) -> None:
    key = started(account)
    account.api("POST", "/orchestrate", {"testFiles": ["a.spec.ts"], "workerCount": 1, "project": "mine"})

    shown = account.client(account.key_with(Scope.READ, project="mine")).get("/queue").text

    assert str(key.run_id) not in shown
    assert "mine" in shown
