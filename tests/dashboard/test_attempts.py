"""The page of a test in a run."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import expect

from shifty.dashboard.attempt_command import local_command
from shifty.dashboard.attempt_error import error_view
from shifty.dashboard.attempt_history import facts
from shifty.dashboard.attempt_media import media
from shifty.dashboard.attempt_steps import steps_view
from shifty.dashboard.code_frame import code_frame
from shifty.flakiness.lists.model import Excuse, KnownTest, Named, Standing, Told
from shifty.flakiness.lists.show_test import TestInFull
from shifty.flakiness.model import Breakage, Point
from shifty.runs.ledger import Ledger
from shifty.runs.model import Run, TestArtifact
from shifty.tenants.model import Scope
from shifty.wire import Location, Step, TestError
from tests.dashboard.conftest import Account, SignIn, Site
from tests.dashboard.reported import FAILED, FILE, MESSAGE, PASSED, SNIPPET, STACK, begin, new_account, report

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ERROR = TestError(message=MESSAGE, stack=STACK, snippet=SNIPPET, location=Location(file=FILE, line=12, column=40))
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


class TestOfAnError:
    def test_expected_and_received_stand_side_by_side_with_what_differs(self) -> None:
        expected, received = error_view(ERROR).compared

        assert (expected.label, expected.before, expected.differs, expected.after) == ("Expected", '"', "24", ' €"')
        assert (received.label, received.before, received.differs, received.after) == ("Received", '"', "12", ' €"')

    def test_what_playwright_waited_for_is_apart_from_the_message(self) -> None:
        view = error_view(ERROR)

        assert view.headline == "Error: expect(locator).toHaveText(expected) failed"
        assert "Call log" not in view.message
        assert view.log == "  - waiting for locator(&#39;#total&#39;)"

    def test_frames_of_libraries_are_apart_and_paths_begin_in_the_repository(self) -> None:
        view = error_view(ERROR)

        assert [frame.place for frame in view.own] == ["tests/cart.spec.ts:12:40", "pages/cart.ts:4:2"]
        assert [frame.call for frame in view.libraries] == ["run", ""]

    @pytest.mark.parametrize(
        "line", [" at " + " (" * 145 + ":1" * 480 + "x", "  at " + "a (" * 98 + (":" + "1" * 90) * 10 + "x"]
    )
    def test_a_stack_that_is_made_to_take_long_takes_no_time(self, line: str) -> None:
        began = process_time()

        error_view(TestError(message="x", stack="\n".join([line] * 24)))

        assert process_time() - began < 0.3

    def test_a_stack_that_is_not_javascript_is_shown_as_it_came(self) -> None:
        view = error_view(TestError(message="assert 1 == 2", stack="def test():\n>  assert 1 == 2\nE  assert 1 == 2"))

        assert not view.own
        assert "&gt;  assert 1 == 2" in view.stack

    def test_lines_of_a_difference_are_marked(self) -> None:
        message = "Error: toEqual\n\n- Expected  - 1\n+ Received  + 1\n\n  Object {\n-   a: 1,\n+   a: <2>,"

        assert '<span class="came">+   a: &lt;2&gt;,</span>' in error_view(TestError(message=message)).message

    def test_the_failing_line_of_the_code_is_known(self) -> None:
        lines = code_frame(SNIPPET)

        assert [line.number for line in lines] == [11, 12, None, 13]
        assert [line.number for line in lines if line.is_failing] == [12]
        assert lines[0].text == "  await page.click('#add');"

    @pytest.mark.parametrize("snippet", [None, "", "no frame at all", "  1 | nothing failed"])
    def test_what_is_no_frame_becomes_none(self, snippet: str | None) -> None:
        assert not code_frame(snippet)


def a_step(title: str, depth: int = 0, error: str | None = None) -> Step:
    return Step(title=title, category="test.step", duration_ms=5, error=error, depth=depth)


def test_the_way_to_the_step_that_failed_is_open() -> None:
    view = steps_view([a_step("a"), a_step("b"), a_step("b1", 1), a_step("b2", 1, "no"), a_step("b21", 2), a_step("c")])

    assert [(step.title, step.has_failed) for step in view.steps] == [("a", False), ("b", True), ("c", False)]
    b = view.steps[1]
    assert [(step.title, step.has_failed) for step in b.steps] == [("b1", False), ("b2", True)]
    assert [step.title for step in b.steps[1].steps] == ["b21"]


def test_steps_that_say_no_depth_or_a_wrong_one_are_all_there() -> None:
    view = steps_view([a_step("a", 7), a_step("b", 3), *[a_step(f"{n}", n) for n in range(3000)]])

    assert [step.title for step in view.steps][:2] == ["a", "0"]
    assert (view.count, view.left_out) == (3002, 1002)


@pytest.mark.parametrize(
    ("file", "line", "titles", "project", "command"),
    [
        ("tests/a.spec.ts", 12, ["x"], "chromium", "npx playwright test tests/a.spec.ts:12 --project=chromium"),
        ("a.spec.ts", None, ["it's (new)"], "", "npx playwright test a.spec.ts -g 'it'\"'\"'s \\(new\\)'"),
        ("a b/[id].spec.ts", 1, ["x"], "My Phone", "npx playwright test 'a b/\\[id\\].spec.ts:1' --project='My Phone'"),
        (
            "tests/test_a.py",
            3,
            ["TestA", "test_b[chromium]"],
            "chromium",
            "pytest 'tests/test_a.py::TestA::test_b[chromium]'",
        ),
        ("tests/$(rm -rf).py", None, ["`x`"], "", "pytest 'tests/$(rm -rf).py::`x`'"),
    ],
)
def test_the_command_runs_this_test_alone(
    file: str, line: int | None, titles: Sequence[str], project: str, command: str
) -> None:
    assert local_command(file, line, titles, project) == command


def an_artifact(kind: str, name: str) -> TestArtifact:
    return TestArtifact(test_id="t", id=uuid4(), type=kind, name=name, size_bytes=9, attempt=0)


def test_pictures_of_one_comparison_stand_together() -> None:
    names = ["shop-actual.png", "shop-expected.png", "shop-diff.png", "alone-actual.png", "page.svg"]

    view = media([*(an_artifact("screenshot", name) for name in names), an_artifact("video", "v.webm")])

    assert [[side.side for side in each.sides] for each in view.comparisons] == [["expected", "actual", "diff"]]
    assert [each.name for each in view.pictures] == ["alone-actual.png"]
    assert [each.name for each in view.files] == ["page.svg"]
    assert [each.name for each in view.videos] == ["v.webm"]


RUN = Run(
    id=uuid4(),
    tenant_id=uuid4(),
    project="shop",
    origin="reported",
    status="completed",
    conclusion="failed",
    failure_reason=None,
    branch="feature",
    commit_sha=None,
    ci_build_id=None,
    actor=None,
    metadata={},
    worker_count=1,
    shard_strategy="",
    rerun_of=None,
    ledger=Ledger(1),
    quarantined_tests=0,
    healed_tests=0,
    healing_verdict="report",
    test_duration=timedelta(),
    duration=None,
    version=1,
    created_at=NOW,
    started_at=NOW,
    completed_at=NOW,
)
STABLE = Standing(
    verdict="stable", total_runs=50, failed_runs=0, flaky_runs=0, rate=0, low=0, high=1, lost_ms=0, last_flaky_at=None
)


def told(hours: int, outcome: str = "passed", branch: str = "feature", run_id: UUID | None = None) -> Told:
    """So many hours before the run."""
    return Told(
        run_id=run_id or uuid4(),
        ended_at=NOW - timedelta(hours=hours),
        branch=branch,
        commit_sha=None,
        outcome=outcome,
        retried=False,
        burst=False,
        quarantined=False,
        excluded=None,
        attempts=1,
        failed_attempts=0,
        duration_ms=1,
        failed_ms=0,
        limit_ms=None,
        position=None,
        ran_after=None,
        worker=None,
        error_digest=None,
        error_message=None,
        causes=(),
    )


def history(
    *executions: Told, standing: Standing = STABLE, breakages: Sequence[Breakage] = (), excuse: Excuse | None = None
) -> TestInFull:
    test = Named(
        ref=1, test_id="t", file=FILE, project_name="", title_path=["x"], line=1, tags=[], project_id=1, project="shop",
        owners=[], quarantine=excuse,
    )  # fmt: skip
    known = KnownTest(
        test=test, standing=standing, is_assessed=True, skipped=0, p50_ms=1, p95_ms=1, p99_ms=1, first_seen_at=NOW,
        last_seen_at=NOW, last_passed_at=None, last_failed_at=None, last_outcome="failed",
    )  # fmt: skip
    return TestInFull(known, breakages, {}, [], executions, len(executions))


class TestOfWhetherItIsNew:
    def words(self, found: TestInFull | None, *, has_failed: bool = True) -> list[str]:
        return [fact.text for fact in facts(found, RUN, has_failed=has_failed)]

    def test_the_first_failure_after_a_pass_is_new(self) -> None:
        here = told(0, "failed", run_id=RUN.id)

        assert self.words(history(here, told(1, "failed", "main"), told(2))) == [
            "New: the first failure on feature. It passed"
        ]

    def test_a_streak_is_counted_to_its_beginning(self) -> None:
        first = told(5, "failed")

        (fact,) = facts(
            history(told(0, "failed", run_id=RUN.id), told(1, "failed"), first, told(9)), RUN, has_failed=True
        )

        assert fact.text == "Not new: it failed in 3 runs in a row on feature. Since"
        assert fact.at == first.ended_at
        assert fact.address == f"/runs/{first.run_id}/tests/t"

    def test_runs_after_this_one_are_not_its_past(self) -> None:
        assert self.words(history(told(-1, "failed"), told(0, "failed", run_id=RUN.id), told(3)))[0].startswith("New")

    def test_what_never_passed_here_is_not_new(self) -> None:
        assert self.words(history(told(1, "failed"), told(2, "failed")))[0].startswith("It failed in all 3 runs")

    def test_a_failure_on_another_branch_is_told(self) -> None:
        elsewhere = Breakage("main", None, Point(uuid4(), None, NOW - timedelta(days=3)), 4)

        assert self.words(history(told(1), breakages=[elsewhere]))[1:] == ["It fails on main, too. Since"]

    def test_flakiness_and_quarantine_are_told_of_a_test_that_passed_too(self) -> None:
        flaky = replace(STABLE, verdict="flaky", rate=12.0)
        excuse = Excuse(rule_id=uuid4(), owner="ana", reason="known", expires_at=NOW)

        assert self.words(history(told(1), standing=flaky, excuse=excuse), has_failed=False) == [
            "Known to be flaky: 12.0 % of 50 runs.",
            "Quarantined by ana: known. Until",
        ]

    def test_a_test_without_history_says_so(self) -> None:
        assert self.words(None) == ["No run before this one had this test."]


@pytest.fixture
def other(site: Site) -> Generator[Account]:
    account = new_account(site)
    yield account
    for client in account.clients:
        client.close()


class TestOfThePage:
    def test_it_says_what_failed_and_where_and_opens_the_newest_failure(
        self, account: Account, signed_in: SignIn
    ) -> None:
        reported = report(account, "flaky", [FAILED, PASSED])
        reported.keep("screenshot", "shot.png", PIXEL, media_type="image/png")
        reported.keep("log", "notes.txt", b"first <b>line</b>\x1b[31m", media_type="text/plain")
        page = signed_in()

        page.goto(reported.path)

        expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(1)</script>")
        expect(page.get_by_role("heading", name="Flaky: passed at attempt 2")).to_be_visible()
        attempt = page.locator("#attempt-1")
        expect(attempt.get_by_role("heading", name="Error: expect(locator)")).to_be_visible()
        expect(attempt.locator(".line.failing")).to_contain_text("toHaveText('24 €')")
        expect(attempt.get_by_text("Not 24")).to_be_visible()
        expect(page.locator("#attempt-2 section.error")).to_have_count(0)
        picture = attempt.get_by_role("img", name="Screenshot shot.png")
        picture.scroll_into_view_if_needed()
        page.wait_for_function("[...document.images].every(each => each.complete && each.naturalWidth > 0)")
        attempt.get_by_text("notes.txt").click()
        expect(attempt.get_by_label("Beginning of notes.txt")).to_have_text("first <b>line</b>")
        expect(page.get_by_label("Command that runs this test")).to_have_text(
            "npx playwright test tests/cart.spec.ts:9 --project=chromium"
        )

    def test_it_fills_itself_when_the_test_has_reported(self, account: Account, signed_in: SignIn) -> None:
        reported = begin(account)
        page = signed_in()
        page.goto(reported.path)
        expect(page.get_by_role("heading", name="It runs")).to_be_visible()

        reported.end("failed", [FAILED])

        expect(page.get_by_role("heading", name="Failed in its only attempt")).to_be_visible(timeout=30_000)
        expect(page.locator("#attempt-1 .line.failing")).to_be_visible()

    def test_history_tells_that_a_failure_is_new_and_links_to_the_runs(self, account: Account) -> None:
        before = report(account, "passed", [{**PASSED, "attempt": 0}])
        before.fold()
        now = report(account, "failed", [FAILED])
        now.fold()

        shown = account.client().get(now.path)

        assert "New: the first failure on main. It passed" in shown.text
        assert f'href="{before.path}" class="mark passed"' in shown.text
        assert 'aria-current="true"' in shown.text

    def test_a_part_is_the_page_without_its_frame(self, account: Account) -> None:
        reported = report(account, "failed", [FAILED])

        part = account.client().get(f"{reported.path}?part=attempt")

        assert part.status_code == 200
        assert "Failed in its only attempt" in part.text
        assert "<html" not in part.text

    def test_what_was_not_reported_is_said(self, account: Account) -> None:
        bare = {"attempt": 0, "status": "failed", "durationMs": 1}
        reported = report(account, "failed", [bare], line=None)

        shown = account.client().get(reported.path).text

        assert "No error was reported with it." in shown
        assert "No steps were reported." in shown

    @pytest.mark.parametrize("status", ["skipped", "notRun"])
    def test_a_test_that_did_not_run_says_why(self, account: Account, status: str) -> None:
        reported = report(account, status, reason="needs <b>a printer</b>")

        assert "needs &lt;b&gt;a printer&lt;/b&gt;" in account.client().get(reported.path).text

    def test_a_key_that_only_reads_sees_but_can_not_press(self, account: Account) -> None:
        reported = report(account, "failed", [FAILED])

        shown = account.client(account.key_with(Scope.READ)).get(reported.path).text

        assert 'disabled title="Your key lacks the scope orchestrate"' in shown

    def test_another_tenants_test_and_an_unknown_one_are_not_found(self, account: Account, other: Account) -> None:
        theirs = report(other, "failed", [FAILED])

        assert account.client().get(theirs.path).status_code == 404
        assert other.client().get(f"/runs/{theirs.run}/tests/nothing").status_code == 404
        assert other.client().get(theirs.path).status_code == 200

    def test_a_huge_and_hostile_attempt_is_bounded(self, account: Account) -> None:
        text = "<script>alert(1)</script>\x1b[31m" * 2000
        steps = [{"title": text[:5000], "category": "x", "durationMs": 1, "depth": n} for n in range(100)]
        error = {"message": text, "stack": text, "snippet": text}
        attempt = {**FAILED, "errors": [error] * 30, "steps": steps, "stdout": text}
        reported = report(account, "failed", [attempt])

        shown = account.client().get(reported.path)

        assert shown.status_code == 200
        assert "<script>alert" not in shown.text
        assert "And 20 more errors." in shown.text
