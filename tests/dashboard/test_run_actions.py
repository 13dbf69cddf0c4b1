"""What is done with a run at the press of a button."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.sync_api import Dialog, expect

from shifty.dashboard.run_actions import rerun_request
from shifty.dashboard.run_buttons import buttons_of
from shifty.dashboard.visitor import Visitor
from shifty.orchestration.request import Rerun
from shifty.runs.list_runs import list_runs
from shifty.runs.model import Run, RunFilter
from shifty.tenants.audit import Entry, list_changes
from shifty.tenants.model import Caller, Scope
from shifty.tenants.sessions import Session
from shifty.web.pagination import Page
from tests.dashboard.conftest import Account, SignIn
from tests.runs.seed import Seed

_TESTS = [{"testFile": f"tests/{name}.spec.ts", "testName": "works"} for name in ("a", "b")]


def _start(account: Account, **fields: object) -> str:
    files = [test["testFile"] for test in _TESTS]
    body = {"testFiles": files, "tests": _TESTS, "project": "shop", "branch": "main", "workerCount": 2, **fields}
    return account.api("POST", "/orchestrate", body).json()["runId"]


def _ended(account: Account, *statuses: str, **fields: object) -> str:
    """A run whose tests came to these, one after the other."""
    run_id = _start(account, **fields)
    left = dict(zip((test["testFile"] for test in _TESTS), statuses, strict=True))
    worker = {"workerId": str(uuid4()), "worker": "hand"}
    while (lease := account.api("POST", f"/runs/{run_id}/claims", worker).json())["kind"] == "lease":
        results = [
            {"testFile": item["file"], "testName": "works", "titlePath": ["works"], "status": left[item["file"]]}
            for item in lease["items"]
        ]
        batch = {"type": "test:batch", "payload": {"results": results, "lease": lease["token"]}}
        account.api("POST", f"/runs/{run_id}/events", [batch])
        account.api("POST", f"/runs/{run_id}/leases/{lease['token']}/finish", {"outcome": "finished"})
    return run_id


def _press(client: httpx.Client, path: str, csrf: str | None = None, **fields: str) -> httpx.Response:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/runs").text)
    assert found
    return client.post(path, data={"csrf": csrf or found[1], **fields})


def _runs(account: Account) -> list[Run]:
    found = list_runs(account.site.db, account.tenant.id, RunFilter(), Page(50))
    return account.site.run(found).runs


def _audit(account: Account) -> list[Entry]:
    caller = Caller(account.tenant.id, account.tenant.slug, "any", frozenset(Scope), None)
    changes = account.site.run(list_changes(account.site.db, caller, Page(50), "run"))
    return list(changes.entries)


def test_a_cancelled_run_is_cancelled_and_noted(account: Account) -> None:
    run_id = _start(account)
    client = account.client()

    answer = _press(client, f"/runs/{run_id}/cancel", next="/runs?branch=main")

    assert (answer.status_code, answer.headers["location"]) == (303, "/runs?branch=main")
    assert account.api("GET", f"/runs/{run_id}").json()["run"]["status"] == "cancelled"
    assert f"Run {run_id[:8]} is cancelled." in client.get("/runs").text
    (entry,) = _audit(account)
    assert (entry.action, entry.subject, entry.project, entry.key_name) == ("run.cancelled", run_id, "shop", "tests")


def test_a_rerun_of_the_failed_ones_waits_with_them_alone(account: Account) -> None:
    original = _ended(account, "passed", "failed", metadata={"commit_message": "Cart", "pr_number": 7, "x": 1})
    client = account.client()

    answer = _press(client, f"/runs/{original}/rerun-failed")

    rerun, _ = _runs(account)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/runs/{rerun.id}")
    assert (rerun.rerun_of, rerun.ledger.total, rerun.branch, rerun.actor) == (UUID(original), 1, "main", "tests")
    metadata = account.api("GET", f"/runs/{rerun.id}").json()["run"]["metadata"]
    assert metadata == {"commit_message": "Cart", "pr_number": 7, "rerun_of": original, "actor": "tests"}
    assert f"shifty worker --run {rerun.id}" in client.get("/runs").text
    (entry,) = _audit(account)
    assert (entry.action, entry.subject, entry.project) == ("run.rerun", str(rerun.id), "shop")
    assert entry.details == {"rerunOf": original, "scope": "failed"}


def test_a_rerun_of_all_has_all_tests(account: Account) -> None:
    original = _ended(account, "passed", "passed")

    _press(account.client(), f"/runs/{original}/rerun")

    assert [run.ledger.total for run in _runs(account)] == [2, 2]


def test_pressing_twice_starts_one_rerun(account: Account) -> None:
    original = _ended(account, "passed", "failed")
    client = account.client()

    # The span in which they are one may end between two presses.
    answers = {_press(client, f"/runs/{original}/rerun-failed").headers["location"] for _ in range(4)}

    assert len(answers) < 4
    assert len(_audit(account)) == len(answers)


def test_the_api_notes_the_same(account: Account) -> None:
    original = _ended(account, "passed", "failed")
    again = account.api("POST", "/orchestrate", {"metadata": {"rerun_of": original}}).json()["runId"]
    account.api("DELETE", f"/orchestrate/{again}")

    assert [(entry.action, entry.subject, entry.project) for entry in _audit(account)] == [
        ("run.cancelled", again, "shop"),
        ("run.rerun", again, "shop"),
    ]


def test_what_is_refused_is_said_in_words(account: Account) -> None:
    going, over = _start(account), _ended(account, "passed", "passed")
    client = account.client()

    rerun = _press(client, f"/runs/{going}/rerun-failed")
    cancel = _press(client, f"/runs/{over}/cancel")
    unknown = _press(client, f"/runs/{uuid4()}/rerun")

    assert (rerun.status_code, cancel.status_code, unknown.status_code) == (409, 409, 404)
    assert "rerun it when it has ended, or cancel it first" in rerun.text
    assert "there is nothing left to cancel" in cancel.text
    assert "There is no run" in unknown.text
    assert _audit(account) == []


@pytest.mark.parametrize("action", ["cancel", "rerun", "rerun-failed"])
def test_nobody_acts_without_the_right_to(account: Account, action: str) -> None:
    run_id = _start(account)
    path = f"/runs/{run_id}/{action}"
    reader = account.client(account.key_with(Scope.READ))
    stranger = account.client(account.key_with(Scope.READ, Scope.ORCHESTRATE, project="other"))
    csrf = re.search(r'name="csrf" value="([^"]+)"', stranger.get("/runs").text)
    assert csrf

    assert _press(reader, path).status_code == 403
    assert _press(account.client(), path, csrf="x" * 43).status_code == 403
    assert httpx.post(f"{account.site.url}{path}").status_code == 303
    assert stranger.post(path, data={"csrf": csrf[1]}).status_code == 404
    assert [run.status for run in _runs(account)] == ["pending"]


@pytest.mark.parametrize("to", ["https://evil.test/", "//evil.test", "/\\evil.test"])
def test_a_cancel_leads_to_no_other_site(account: Account, to: str) -> None:
    run_id = _start(account)

    assert _press(account.client(), f"/runs/{run_id}/cancel", next=to).headers["location"] == "/"


def _visitor(*scopes: Scope) -> Visitor:
    return Visitor(Session(Caller(uuid4(), "acme", "k", frozenset(scopes), None), "ada", "csrf"))


def _seen(account: Account, counts: Mapping[str, int], status: str = "completed", conclusion: str = "failed") -> Run:
    seed = Seed(account.site.db, account.tenant.id)
    ended = None if status == "running" else datetime.now(UTC)
    verdict = None if status == "running" else conclusion
    account.site.run(seed.run(status=status, conclusion=verdict, counts=counts, completed_at=ended))
    return _runs(account)[0]


def test_buttons_say_why_they_can_not_be_pressed(account: Account) -> None:
    failed = _seen(account, {"total": 9, "passed": 6, "failed": 2, "not_run": 1})
    passed = _seen(account, {"total": 9, "passed": 9}, conclusion="passed")
    going = _seen(account, {"total": 9, "failed": 2}, "running")
    broken = _seen(account, {"total": 0}, "failed")
    may, looks = _visitor(Scope.READ, Scope.ORCHESTRATE), _visitor(Scope.READ)

    assert buttons_of(failed, may).rerun_failed_label == "Rerun failed (3)"
    assert buttons_of(failed, may).no_rerun_failed is None
    assert buttons_of(failed, may).command == f"shifty rerun {str(failed.id)[:8]} --failed"
    assert "scope orchestrate" in (buttons_of(failed, looks).no_rerun_failed or "")
    assert buttons_of(passed, may).no_rerun_failed == "Nothing failed or was left out."
    assert buttons_of(passed, may).no_rerun is None
    assert buttons_of(passed, may).command == f"shifty rerun {str(passed.id)[:8]}"
    assert buttons_of(going, may).no_cancel is None
    assert "goes on" in (buttons_of(going, may).no_rerun or "")
    assert "scope orchestrate" in (buttons_of(going, looks).no_cancel or "")
    assert buttons_of(broken, may).no_rerun_failed is None


def test_a_rerun_asks_for_no_more_workers_than_there_may_be(account: Account) -> None:
    run = _seen(account, {"total": 1})

    request = rerun_request(run, "all", "", "1")

    assert request.rerun == Rerun(run.id, "all")
    assert (request.workers, request.metadata) == (2, {"rerun_of": str(run.id)})


def test_a_press_cancels_after_a_question(account: Account, signed_in: SignIn) -> None:
    run_id = _start(account)
    page = signed_in()
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    row = page.locator(f"#run-{run_id}")

    page.once("dialog", refuse)
    row.get_by_role("button", name="Cancel").click()
    expect(row.get_by_text("2 tests waiting")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Cancel").click()

    expect(page.get_by_text(f"Run {run_id[:8]} is cancelled.")).to_be_visible()
    expect(row.get_by_text("cancelled", exact=True)).to_be_visible()
    assert asked == [f"Cancel run {run_id[:8]}? What waits is dropped; tests that run now may finish."]
