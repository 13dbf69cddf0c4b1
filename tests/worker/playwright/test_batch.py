"""Batches: exactly the leased tests, and what happens when Playwright stops before they are done."""

import asyncio
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from shifty import wire
from shifty.worker.playwright.batch import BatchRun, Terms
from shifty.worker.playwright.listing import list_suite
from shifty.worker.playwright.locate import reporter_file
from shifty.worker.playwright.model import Batch, Readiness
from tests.worker.playwright.conftest import RUN_ID, VERSIONS, Told, copied_suite, name_of, run_whole


def only(*wanted: str, project: str = "first") -> "Pick":
    return Pick(frozenset(wanted), project)


class Pick:
    """Leaves of a batch the tests with these titles, in one project."""

    def __init__(self, wanted: frozenset[str], project: str) -> None:
        self._wanted = wanted
        self._project = project

    def __call__(self, batch: Batch) -> Batch:
        items = [
            replace(
                item,
                tests=tuple(
                    test
                    for test in item.tests or ()
                    if " › ".join(test.title_path) in self._wanted and test.project_name == self._project
                ),
            )
            for item in batch.items
        ]
        return replace(batch, items=tuple(item for item in items if item.tests))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_batch_runs_exactly_its_tests_whatever_their_titles(version: str, tmp_path: Path) -> None:
    titles = {"a › b", "two\nlines", " blanks around ", "/slashes/g", "login", "login › by mail", "shared check"}
    titles |= {'say "hi" (or) [not] $1.50 | \\d+', "squares 2"}

    told = run_whole(copied_suite("outcomes", tmp_path, version), pick=only(*titles))

    assert {" › ".join(result.title_path or []) for result in told.results.values()} == titles
    assert set(told.counts.values()) == {1}
    started = [message for message in told.messages if isinstance(message, wire.TestStartMessage)]
    assert len(started) == len(titles) + 1, "'shared check' is in two files"
    assert told.not_run == {}
    assert f"Running {len(started)} tests" in (tmp_path / f"outcomes-{version}" / "out" / "output.log").read_text()


def test_a_test_of_a_serial_group_runs_and_is_reported_with_its_whole_group(tmp_path: Path) -> None:
    told = run_whole(copied_suite("outcomes", tmp_path), pick=only("recovers › third step"))

    assert {name: result.status for name, result in told.results.items()} == {
        "serial: recovers › first step": "passed",
        "serial: recovers › second step": "flaky",
        "serial: recovers › third step": "passed",
    }
    assert "Running 3 tests" in (tmp_path / "outcomes-newest" / "out" / "output.log").read_text()


def test_a_test_that_kills_playwright_leaves_a_crash_that_names_it(tmp_path: Path) -> None:
    folder = copied_suite("killed", tmp_path)

    told = run_whole(folder, terms=Terms(folder / "out", lanes=1))

    names = {test.test_id: test.ref.test_name for test in told.suite.tests}
    assert told.outcome.ending == "crashed"
    assert told.outcome.exit_code == 137
    assert [names[test_id] for test_id in told.outcome.reported] == ["is done before"]
    assert [names[test_id] for test_id in told.outcome.running_at_crash] == ["kills Playwright"]
    assert told.not_run == {}, "what had not begun may run elsewhere"


def test_after_the_global_time_out_the_rest_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOW_MS", "60000")
    folder = copied_suite("limits", tmp_path)

    told = run_whole(
        folder,
        pick=only("quick", "slow", "last", project=""),
        terms=Terms(folder / "out", global_timeout_ms=12_000),
    )

    assert told.results["limits: quick"].status == "passed"
    assert told.not_run == {"limits: slow": "interrupted: global time-out", "limits: last": "global time-out"}
    assert "Timed out waiting 12s" in told.errors[0].error.message
    assert told.outcome.ending == "finished"


def test_after_the_most_failures_allowed_the_rest_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_FAILURES", "1")

    told = run_whole(copied_suite("limits", tmp_path))

    assert sorted(told.results) == ["limits: fails", "limits: quick"]
    assert told.not_run == {"limits: slow": "maxFailures reached", "limits: last": "maxFailures reached"}


def test_repetitions_are_tests_of_their_own_that_stay_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPEAT_EACH", "2")

    told = run_whole(copied_suite("limits", tmp_path), pick=only("quick", project=""))

    assert sorted(told.results) == ["limits: quick", "limits: quick #1"]
    assert not any(test.parallel for test in told.suite.tests)


def test_a_global_setup_that_throws_is_an_error_and_the_reason_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLOBAL_SETUP", "./global-setup.js")

    told = run_whole(copied_suite("limits", tmp_path))

    assert set(told.not_run.values()) == {"Playwright stopped before any test: Error: the licence server is down"}
    assert len(told.not_run) == 4
    assert [error.test_file for error in told.errors] == ["global-setup.js"]


def test_a_file_that_breaks_after_it_was_listed_takes_only_its_own_tests_along(tmp_path: Path) -> None:
    folder = copied_suite("outcomes", tmp_path)

    def break_one(batch: Batch) -> Batch:
        (folder / "specs" / "table.spec.ts").write_text("import { test } from '@playwright/test';\nconst = 1;\n")
        return only("squares 1", "squares 2", "shared check")(batch)

    told = run_whole(folder, pick=break_one)

    assert sorted(told.results) == ["other-table: shared check"]
    assert sorted(told.not_run) == ["table: shared check", "table: squares 1", "table: squares 2"]
    assert all(reason.startswith("its file does not load: ") for reason in told.not_run.values())
    assert {error.test_file for error in told.errors} == {"specs/table.spec.ts"}


def test_a_test_that_is_gone_is_not_run_and_says_so(tmp_path: Path) -> None:
    folder = copied_suite("limits", tmp_path)

    def rename(batch: Batch) -> Batch:
        spec = folder / "limits.spec.js"
        spec.write_text(spec.read_text().replace("'last'", "'renamed'"))
        return only("quick", "last", project="")(batch)

    told = run_whole(folder, pick=rename)

    assert told.results["limits: quick"].status == "passed"
    assert told.not_run == {"limits: last": "Playwright no longer finds it in its file"}


def test_a_missing_browser_is_one_error_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "no-browsers"))

    told = run_whole(copied_suite("browser", tmp_path))

    assert told.outcome.blocked is not None
    assert "run `npx playwright install chromium`" in told.outcome.blocked
    assert [error.error.message for error in told.errors] == [told.outcome.blocked]
    assert told.results == {}
    assert set(told.not_run.values()) == {told.outcome.blocked}


def test_tests_of_a_project_whose_set_up_failed_do_not_run(tmp_path: Path) -> None:
    folder = copied_suite("limits", tmp_path)
    terms = Terms(folder / "out", readiness=Readiness(failed={"": 'set-up project "login" failed'}))

    told = run_whole(folder, terms=terms)

    assert set(told.not_run.values()) == {'set-up project "login" failed'}
    assert told.messages == []


def test_a_stopped_batch_leaves_open_what_it_interrupts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOW_MS", "60000")
    folder = copied_suite("limits", tmp_path)

    async def run() -> Told:
        suite = await list_suite(folder)
        messages: list[wire.AnyMessage] = []

        def stop_at_the_slow_one(message: wire.AnyMessage) -> None:
            messages.append(message)
            if isinstance(message, wire.TestStartMessage) and message.payload.test_name == "slow":
                batch_run.stop()

        batch_run = BatchRun(suite, Batch.of(suite, run_id=RUN_ID), Terms(folder / "out"), stop_at_the_slow_one)
        return Told(suite, await batch_run.run(), messages)

    told = asyncio.run(run())

    names = {test.test_id: name_of(test.ref) for test in told.suite.tests}
    assert (told.outcome.ending, told.outcome.interrupted) == ("stopped", True)
    assert {names[test_id] for test_id in told.outcome.reported} == {"limits: quick", "limits: fails"}
    assert told.not_run == {}


def test_test_code_sees_no_secrets_and_what_it_prints_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTY_API_KEY", "shf_secret")
    folder = copied_suite("simple", tmp_path)
    (folder / "simple.spec.ts").write_text(
        "import { test } from '@playwright/test';\n"
        "test('tells', async () => { console.log(`key: ${process.env.SHIFTY_API_KEY}`); });\n"
        "test('tells a lot', async () => { for (let i = 0; i < 300; i++) console.error('x'.repeat(1000)); });\n"
    )

    told = run_whole(folder)

    (quiet,) = told.results["simple: tells"].attempts or []
    (loud,) = told.results["simple: tells a lot"].attempts or []
    assert quiet.stdout == "key: undefined\n"
    assert len(loud.stderr) < 66_000, "output is bounded"
    assert loud.stderr.endswith("[cut by Shifty after 65536 characters]")


def test_a_fault_of_the_reporter_never_reaches_playwright(tmp_path: Path) -> None:
    program = (
        "const Reporter = require(process.argv[1]); const reporter = new Reporter();"
        "for (const name of ['onConfigure', 'onBegin', 'onTestBegin', 'onTestEnd', 'onError', 'onEnd'])"
        " reporter[name](undefined, undefined);"
        "console.log(reporter.printsToStdio());"
    )
    env = {**os.environ, "SHIFTY_PLAYWRIGHT": json.dumps({"events": str(tmp_path / "no" / "such" / "folder")})}

    done = subprocess.run(["node", "-e", program, str(reporter_file())], env=env, capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, "false\n", "")
