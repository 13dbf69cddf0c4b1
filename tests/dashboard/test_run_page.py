"""The page of a run."""

import re
from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from shifty.cli.exits import exit_of_run
from shifty.client.model import Snapshot
from shifty.dashboard.run_exit import exit_code
from shifty.dashboard.run_failures import first_line
from shifty.dashboard.run_ledger import WIDTH, ledger_view
from shifty.dashboard.run_why import why
from shifty.dashboard.run_words import headline
from shifty.runs.head import RunHead
from shifty.runs.ledger import Ledger
from shifty.runs.model import Conclusion, Run, Status
from shifty.tenants.model import Scope
from tests.dashboard.accessible import serious_violations, too_wide
from tests.dashboard.conftest import Account, SignIn
from tests.dashboard.reported import new_account
from tests.dashboard.reported_runs import begin, whole

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script>\x1b[31m \u202eسلام 🎉 ' + "long" * 2000


def _run(
    status: Status = "completed",
    conclusion: Conclusion | None = "passed",
    counts: Mapping[str, int] | None = None,
    *,
    reason: str | None = None,
    quarantined: int = 0,
    healed: int = 0,
) -> Run:
    return Run(
        id=uuid4(),
        tenant_id=uuid4(),
        project="shop",
        origin="orchestrated",
        status=status,
        conclusion=conclusion,
        failure_reason=reason,
        branch="main",
        commit_sha=None,
        ci_build_id=None,
        actor=None,
        metadata={},
        worker_count=1,
        shard_strategy="duration-aware",
        rerun_of=None,
        ledger=Ledger(**{"total": 10, **(counts or {})}),
        quarantined_tests=quarantined,
        healed_tests=healed,
        healing_verdict="warn",
        test_duration=timedelta(),
        duration=timedelta(minutes=1),
        version=1,
        created_at=NOW,
        started_at=NOW,
        completed_at=NOW,
    )


def _head(run: Run, new: int | None = None, excused_failed: int = 0) -> RunHead:
    return RunHead(
        run=run,
        closed=True,
        healing=0,
        drifts=0,
        artifacts=0,
        faults=0,
        lost_shards=0,
        workers=1,
        given_up_at=NOW,
        excused_failed=excused_failed,
        new_failures=new,
    )


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (_head(_run(counts={"passed": 10})), "Passed: all 10 tests passed"),
        (_head(_run(counts={"passed": 8, "skipped": 2})), "Passed: 8 tests passed, 2 skipped"),
        (_head(_run(counts={"passed": 10}, healed=2)), "Passed: all 10 tests passed, 2 with a healed locator"),
        (
            _head(_run(counts={"passed": 9, "failed": 1}, quarantined=1), excused_failed=1),
            "Passed: 9 tests passed, 1 failure in quarantine",
        ),
        (
            _head(_run(conclusion="flaky", counts={"passed": 10, "flaky": 1})),
            "Flaky: nothing failed for good, 1 test is flaky",
        ),
        (
            _head(_run(conclusion="failed", counts={"passed": 7, "failed": 3}), 1),
            "Failed: 3 tests failed, 1 of them new",
        ),
        (
            _head(_run(conclusion="failed", counts={"passed": 7, "failed": 3}), 3),
            "Failed: 3 tests failed, all of them new",
        ),
        (_head(_run(conclusion="failed", counts={"passed": 7, "failed": 3})), "Failed: 3 tests failed"),
        (
            _head(_run(conclusion="failed", counts={"passed": 9, "failed": 1}), 0),
            "Failed: 1 test failed, as it did before",
        ),
        (
            _head(_run("failed", "failed", {"passed": 4}, reason="SHARD_LOST")),
            "Could not be completed: work was lost with its workers, more than once",
        ),
        (_head(_run("cancelled", "cancelled", {"passed": 4, "not_run": 6})), "Cancelled: 4 of 10 tests had run"),
        (
            _head(_run("running", None, {"passed": 4, "failed": 1}), 1),
            "Running: 5 of 10 tests done, 1 failed, and it is new",
        ),
        (_head(_run("pending", None)), "Waiting for a worker"),
    ],
)
def test_the_verdict_is_a_sentence(head: RunHead, sentence: str) -> None:
    assert headline(head) == sentence


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
@pytest.mark.parametrize("conclusion", ["passed", "flaky", "failed", "timedOut"])
def test_the_exit_code_is_that_of_the_command_line(status: Status, conclusion: Conclusion) -> None:
    number, _ = exit_code(_run(status, conclusion))

    assert number == exit_of_run(Snapshot(id="r", status=status, conclusion=conclusion))


@pytest.mark.parametrize(
    "counts",
    [
        {"total": 10_000, "passed": 9_999, "failed": 1},
        {"total": 10_000, "passed": 10_000, "flaky": 10_000},
        {"total": 3, "failed": 1, "skipped": 1, "not_run": 1},
        {"total": 0},
        {"total": 2, "passed": 5},
        {"total": 100, "passed": 50},
    ],
)
def test_the_bar_is_never_wider_than_it_is_and_hides_nothing(counts: Mapping[str, int]) -> None:
    run = _run(counts=counts)

    view = ledger_view(run)

    assert sum(segment.width for segment in view.segments) <= WIDTH + 0.5
    assert all(segment.width >= 0 for segment in view.segments)
    assert any(segment.kind == "failed" for segment in view.segments) == bool(run.ledger.failed)
    assert sum(entry.number for entry in view.entries) == run.ledger.total


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (None, ""),
        ("Error: \n\n  it is late\nand more", "it is late"),
        ("\x1b[31mError:\x1b[39m\n  it is late", "it is late"),
        ("x" * 500, "x" * 239 + "…"),
    ],
)
def test_the_first_line_of_an_error_says_something(message: str | None, line: str) -> None:
    assert first_line(message) == line


def test_what_is_excused_is_told_beside_what_counts() -> None:
    run = _run(conclusion="failed", counts={"passed": 6, "failed": 3, "not_run": 1}, quarantined=1)

    told = {reason.label: reason.text for reason in reversed(why(_head(run, 2, excused_failed=1)))}

    assert told["counts"].startswith("2 tests failed")
    assert told["excused"].startswith("1 test failed in quarantine")


def test_holes_in_the_ledger_are_told() -> None:
    run = _run("failed", "failed", {"passed": 7}, reason="LEDGER_INCOMPLETE")

    view = ledger_view(run)

    assert not view.is_whole
    assert [entry.number for entry in view.entries if entry.name == "unaccounted"] == [3]
    assert "a test never said what became of it" in why(_head(run))[0].text


def test_a_failure_is_new_when_its_test_passed_the_last_time(account: Account) -> None:
    whole(account, {"pays": "passed", "ships": "failed", "adds": "passed"})
    run = whole(account, {"pays": "failed", "ships": "failed", "adds": "flaky"})

    client = account.client()
    text = client.get(run.path).text

    assert "Failed: 2 tests failed, 1 of them new" in text
    failed = text[text.index('id="failed"') :]
    assert failed.index("pays") < failed.index("ships")
    assert "failed in 1 run before" in failed


def test_the_first_run_of_a_branch_is_compared_with_the_main_one(account: Account) -> None:
    whole(account, {"pays": "passed", "ships": "failed"})
    whole(account, {"pays": "failed", "ships": "failed"}, branch="feature/else")
    run = whole(account, {"pays": "failed", "ships": "failed"}, branch="feature/pay")

    client = account.client()
    assert "Failed: 2 tests failed, 1 of them new" in client.get(run.path).text


def test_the_first_run_of_all_calls_nothing_new(account: Account) -> None:
    run = whole(account, {"pays": "failed", "ships": "passed"})

    client = account.client()
    text = client.get(run.path).text

    assert '<h1 id="verdict">Failed: 1 test failed</h1>' in text


def test_a_part_is_a_part(account: Account) -> None:
    run = whole(account, {"pays": "failed"})

    client = account.client()
    for part, has, has_not in (
        ("frame", 'id="verdict"', "What went wrong"),
        ("overview", "What went wrong", "<h1"),
    ):
        text = client.get(f"{run.path}?part={part}").text
        assert has in text
        assert has_not not in text
        assert "<html" not in text
    assert client.get(f"{run.path}?part=nonsense").status_code == 404


@pytest.mark.parametrize("tab", ["", "/tests", "/healing", "/artifacts", "/details"])
def test_another_tenants_run_is_no_run(account: Account, others: Account, tab: str) -> None:
    run = whole(account, {"pays": "passed"})

    client = others.client()
    assert client.get(run.path + tab).status_code == 404
    client = account.client(account.key_with(Scope.READ, project="other"))
    assert client.get(run.path + tab).status_code == 404
    client = account.client(account.key_with(Scope.READ))
    answer = client.get(run.path + tab)
    assert answer.status_code == 200
    assert re.search(r"<button[^>]*disabled[^>]*>Rerun all", answer.text)


@pytest.fixture
def others(account: Account) -> Generator[Account]:
    """Another tenant of the same site."""
    other = new_account(account.site)
    yield other
    for client in other.clients:
        client.close()


@pytest.mark.parametrize("tab", ["", "/tests", "/healing", "/artifacts", "/details"])
def test_hostile_words_are_words(account: Account, tab: str) -> None:
    run = begin(account, [HOSTILE, "b"], branch=HOSTILE[:900])
    run.report({0: "failed", 1: "flaky"}, HOSTILE)
    run.fail_outside(HOSTILE, "tests/<b>.spec.ts")
    run.end()

    client = account.client()
    answer = client.get(run.path + tab)

    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "\x1b[31m" not in answer.text


def test_errors_outside_of_tests_come_first(account: Account) -> None:
    run = begin(account, ["pays"])
    run.report({0: "failed"}, "Error: no money")
    run.fail_outside("SyntaxError: Unexpected token", "tests/broken.spec.ts")
    run.end()

    client = account.client()
    text = client.get(run.path).text

    assert "Could not be completed: errors outside of the tests" in text
    assert text.index("SyntaxError: Unexpected token") < text.index("Error: no money")
    assert "1 error outside of tests" in text


def test_a_run_that_nobody_works_on_says_what_to_start(account: Account) -> None:
    started = account.api("POST", "/orchestrate", {"testFiles": ["tests/a.spec.ts"], "project": "shop"}).json()

    client = account.client()
    text = client.get(f"/runs/{started['runId']}").text

    assert "Waiting for a worker" in text
    assert f"shifty worker --run {started['runId']}" in text


def test_the_page_follows_the_run_and_keeps_what_is_open(account: Account, signed_in: SignIn) -> None:
    run = begin(account, [f"test {number}" for number in range(6)])
    run.report({0: "failed", 1: "passed"}, "Error: the first cause")
    page = signed_in()
    page.goto(run.path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Running: 2 of 6 tests done, 1 failed")
    expect(page.locator("#stream.on")).to_be_attached()
    cause = page.locator("details.cause").first
    cause.locator("summary").click()
    expect(cause).not_to_have_attribute("open", "")
    tab = page.get_by_role("link", name="Timeline")
    tab.focus()

    run.report({2: "failed", 3: "failed"}, "TypeError: another cause")
    expect(page.get_by_role("heading", level=1)).to_have_text("Running: 4 of 6 tests done, 3 failed")
    expect(page.locator("details.cause")).to_have_count(2)
    first = page.locator("details.cause", has_text="the first cause")
    expect(first).not_to_have_attribute("open", "")
    expect(tab).to_be_focused()

    run.report({4: "passed", 5: "skipped"})
    run.end()
    expect(page.get_by_role("heading", level=1)).to_have_text("Failed: 3 tests failed")
    expect(page.get_by_role("button", name="Rerun all")).to_be_visible()


def test_the_tabs_are_for_everybody(account: Account, signed_in: SignIn) -> None:
    whole(account, {HOSTILE: "passed", "ships": "failed"})
    run = whole(account, {HOSTILE: "failed", "ships": "failed", "adds": "flaky"}, message=HOSTILE)

    page = signed_in(viewport={"width": 380, "height": 800}, color_scheme="dark")
    for tab in ("", "/tests", "/healing", "/artifacts", "/details"):
        page.goto(run.path + tab)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert serious_violations(page) == [], tab
        assert not too_wide(page), tab
    page.get_by_role("link", name="Overview").click()
    page.keyboard.press("Tab")
    expect(page).to_have_title(re.compile("^Failed: 2 tests failed, 1 of them new"))


def test_a_sentence_about_a_run_that_is_running_does_not_say_why_it_failed() -> None:
    run = replace(_run("running", None, {"passed": 5, "failed": 1}), completed_at=None)

    assert all(reason.label != "excused" for reason in why(_head(run)))
