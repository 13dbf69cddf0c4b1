"""How each test of a suite ends, as a user of Playwright would expect it; on the newest and the oldest Playwright."""

from pathlib import Path

import pytest

from shifty import wire
from shifty.worker.playwright.outcome import UNEXPECTEDLY_GOOD
from tests.worker.playwright.conftest import VERSIONS, Told, copied_suite, once, run_whole


@pytest.fixture(scope="module", params=VERSIONS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    version: str = request.param
    folder = tmp_path_factory.mktemp("suite")
    return once(tmp_path_factory, f"outcomes-{version}", lambda: run_whole(copied_suite("outcomes", folder, version)))


def standing(told: Told, name: str) -> tuple[str, int]:
    return told.results[name].status, told.results[name].retry_count


def test_every_planned_test_is_reported_once_or_given_a_reason(told: Told) -> None:
    planned = [test.test_id for test in told.suite.test_stage]

    settled = told.outcome.reported | {test_id for test_id, _ in told.outcome.not_run}

    assert len(planned) == len(set(planned)) == 57
    assert settled == set(planned)
    assert not told.outcome.reported & {test_id for test_id, _ in told.outcome.not_run}
    assert told.outcome.ending == "finished"
    assert told.errors == []


def test_passes_failures_and_flaky_tests_are_told_with_their_retries(told: Told) -> None:
    assert standing(told, "basics: passes") == ("passed", 0)
    assert standing(told, "basics: fails") == ("failed", 1)
    assert standing(told, "basics: fails once") == ("flaky", 1)
    assert standing(told, "basics: takes too long") == ("timedOut", 1)
    flaky = told.results["basics: fails once"]
    assert [attempt.status for attempt in flaky.attempts or []] == ["failed", "passed"]


def test_a_failure_that_playwright_will_retry_is_not_final(told: Told) -> None:
    assert ("fails", 0) in [(result.test_name, result.retry_count) for result in told.provisional]
    assert told.counts["basics: fails"] == 1


def test_skipped_tests_say_why(told: Told) -> None:
    reasons = {name: told.results[name].reason for name in told.results if told.results[name].status == "skipped"}

    assert reasons == {
        "basics: is skipped": "skip",
        "basics: is skipped while running": "not on Mondays",
        "basics: is to be fixed": "fixme",
    }


def test_an_expected_failure_is_as_expected_and_an_unexpected_pass_is_a_failure(told: Told) -> None:
    expected = told.results["basics: fails as expected"]
    surprising = told.results["basics: passes unexpectedly"]

    assert (expected.status, expected.expected_status, expected.error_message) == ("failed", "failed", None)
    assert (surprising.status, surprising.expected_status) == ("passed", "failed")
    assert surprising.error_message == UNEXPECTEDLY_GOOD


def test_attempts_carry_errors_steps_output_and_attachments(told: Told) -> None:
    passed = (told.results["basics: passes"].attempts or [])[0]
    failed = (told.results["basics: fails"].attempts or [])[-1]

    assert "printed by a test" in passed.stdout
    assert "complained by a test" in passed.stderr
    steps = [(step.title, step.depth) for step in passed.steps if step.category == "test.step"]
    assert steps == [("an outer step", 0), ("an inner step", 1)]
    assert [(note.name, note.content_type, note.size_bytes) for note in passed.attachments] == [
        ("note", "text/plain", 5)
    ]
    error = failed.errors[0]
    assert error.message.startswith("Error: sum\n\nexpect(received).toBe(expected)")
    assert error.location == wire.Location(file="specs/basics.spec.ts", line=13, column=24)
    assert "\x1b" not in error.message + (error.snippet or "")


def test_a_serial_group_is_retried_as_a_whole_and_counts_when_its_round_is_over(told: Told) -> None:
    assert standing(told, "serial: recovers › first step") == ("passed", 1)
    assert standing(told, "serial: recovers › second step") == ("flaky", 1)
    assert standing(told, "serial: recovers › third step") == ("passed", 1)
    assert all(told.counts[f"serial: recovers › {nth} step"] == 1 for nth in ("first", "second", "third"))


def test_tests_that_an_earlier_failure_keeps_from_running_are_not_run_with_the_reason(told: Told) -> None:
    assert standing(told, "serial: gives up › opens") == ("passed", 0)
    assert standing(told, "serial: gives up › breaks") == ("failed", 0)
    assert told.not_run == {
        "hooks: waits for the hook": "a beforeAll hook of its file failed",
        "serial: gives up › never comes": "an earlier test of its serial group failed",
    }


def test_a_before_all_that_throws_fails_the_first_test_with_its_error(told: Told) -> None:
    blamed = told.results["hooks: is blamed for the hook"]

    assert blamed.status == "failed"
    assert blamed.error_message == "Error: the database is not there"


def test_a_test_that_kills_its_process_fails_and_the_rest_of_its_file_runs(told: Told) -> None:
    killer = told.results["crash: kills its process"]

    assert (killer.status, killer.retry_count) == ("failed", 1)
    assert "worker process exited unexpectedly" in (killer.error_message or "")
    assert standing(told, "crash: runs before the crash") == ("passed", 0)
    assert standing(told, "crash: runs after the crash") == ("passed", 0)


def test_parametrised_tests_and_tests_declared_by_a_helper_are_told_apart(told: Told) -> None:
    for name in ("squares 1", "squares 2", "squares 3", "shared check", "shared group › inside"):
        assert standing(told, f"table: {name}") == ("passed", 0)
    assert standing(told, "other-table: shared check") == ("passed", 0)


def test_tests_of_two_projects_with_difficult_titles_all_run(told: Told) -> None:
    titles = [test.ref for test in told.suite.test_stage if test.ref.test_file == "specs/titles.spec.js"]

    assert {ref.project_name for ref in titles} == {"first", "second project"}
    assert len(titles) == 26
    assert told.counts["titles: two\nlines"] == told.counts["titles:  blanks around "] == 2


def test_the_suite_says_which_tests_may_run_apart_and_which_stay_together(told: Told) -> None:
    apart = {test.ref.test_name: (test.parallel, test.ref.serial) for test in told.suite.tests}

    assert apart["alone one"] == (True, None)
    assert apart["then"] == (True, "in order")
    assert apart["third step"] == (False, "recovers")
    assert apart["squares 1"] == (False, None)


def test_tags_and_lines_are_those_of_the_source(told: Told) -> None:
    refs = {(test.ref.test_name, test.ref.project_name): test.ref for test in told.suite.tests}

    assert refs["passes", "first"].tags == ["@smoke"]
    assert refs["passes", "first"].line == 3
    assert {"@one", "@two", "@three"} <= set(refs["inside", "second project"].tags)
    assert refs["shared check", "first"].line is None, "its line is that of a helper file"


def test_messages_begin_with_the_tests_and_each_start_comes_before_its_result(told: Told) -> None:
    kinds = [type(message) for message in told.messages]
    begun: set[str] = set()

    assert kinds[0] is wire.RunStartMessage
    for message in told.messages:
        match message:
            case wire.TestStartMessage(payload=start):
                assert start.lease == "lease"
                begun.add(start.test_name)
            case wire.TestBatchMessage(payload=batch):
                assert batch.lease == "lease"
                assert {result.test_name for result in batch.results} <= begun
            case _:
                pass


def test_what_the_users_reporters_print_and_write_stays_in_the_folder_of_the_batch(told: Told) -> None:
    folder = told.outcome.folder
    assert folder is not None

    assert "Running 57 tests using 2 workers" in (folder / "output.log").read_text()
    assert (folder / "reports" / "report.json").stat().st_size > 0
    assert (folder / "reports" / "html" / "index.html").exists()
    assert not (Path(told.suite.project_dir) / "playwright-report").exists()
