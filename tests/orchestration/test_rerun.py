"""What of an earlier run is run again."""

from collections.abc import Sequence
from uuid import uuid4

from shifty.orchestration.request import Rerun, RunRequest
from shifty.orchestration.rerun import Again, LedgerTest, again
from shifty.results.outcome import identity
from shifty.wire import PlannedTest


def planned(file: str, title: str, *, serial: str | None = None, parallel: bool = False) -> PlannedTest:
    return PlannedTest(test_file=file, test_name=title, title_path=[title], serial=serial, parallel=parallel)


def row(test: PlannedTest, *, unsuccessful: bool = False, stage: str = "main") -> LedgerTest:
    return LedgerTest(
        test_id=identity(test),
        file=test.test_file,
        project_name=test.project_name,
        title_path=test.title_path or [],
        line=test.line,
        tags=test.tags,
        stage=stage,  # pyright: ignore[reportArgumentType]  # tests name stages as they are stored
        serial=test.serial,
        parallel=test.parallel,
        repeat=test.repeat,
        unsuccessful=unsuccessful,
    )


def rerun(
    ledger: Sequence[LedgerTest],
    *,
    files: Sequence[str] = (),
    tests: Sequence[PlannedTest] = (),
    unlisted: Sequence[str] = (),
    everything: bool = False,
    is_partly_known: bool = False,
) -> Again:
    asked = Rerun(uuid4(), "all" if everything else "failed")
    return again(
        RunRequest(tuple(files), tests=tuple(tests), rerun=asked), ledger, unlisted, is_partly_known=is_partly_known
    )


def names(found: Again) -> list[str]:
    return [test.test_name for test in found.request.tests]


GOOD, BAD, LEFT = planned("a.ts", "good"), planned("a.ts", "bad"), planned("b.ts", "left out", parallel=True)
LEDGER = [row(GOOD), row(BAD, unsuccessful=True), row(LEFT, unsuccessful=True)]


def test_only_what_failed_or_never_ran_runs_again() -> None:
    found = rerun(LEDGER)

    assert names(found) == ["bad", "left out"]
    assert found.request.files == ("a.ts", "b.ts")
    assert found.request.tests[1].parallel


def test_all_of_it_runs_again_where_that_is_asked_for() -> None:
    assert names(rerun(LEDGER, everything=True)) == ["good", "bad", "left out"]


def test_where_everything_passed_nothing_runs_not_even_set_up() -> None:
    found = rerun([row(GOOD), row(planned("auth.ts", "logs in"), stage="setup")])

    assert (found.request.files, found.request.tests) == ((), ())


def test_set_up_and_teardown_come_along() -> None:
    found = rerun([*LEDGER, row(planned("auth.ts", "logs in"), stage="setup")])

    assert names(found) == ["bad", "left out", "logs in"]
    assert found.request.tests[-1].stage == "setup"


def test_a_serial_group_comes_whole_and_in_its_order() -> None:
    first, second, third = (planned("a.ts", title, serial="checkout") for title in ("1", "2", "3"))
    other = planned("a.ts", "other", serial="login")

    found = rerun([row(first), row(second, unsuccessful=True), row(third, unsuccessful=True), row(other)])

    assert names(found) == ["1", "2", "3"]


def test_a_serial_group_of_the_same_name_in_another_file_or_browser_stays_out() -> None:
    failed = planned("a.ts", "1", serial="checkout")
    elsewhere = planned("b.ts", "1", serial="checkout")

    assert len(rerun([row(failed, unsuccessful=True), row(elsewhere)]).request.tests) == 1


def test_a_file_whose_tests_were_never_known_runs_whole() -> None:
    found = rerun([row(GOOD)], unlisted=["broken.ts"])

    assert (found.request.files, found.request.tests) == (("broken.ts",), ())


def test_a_file_that_loads_again_by_now_runs_with_the_tests_that_the_client_has_listed() -> None:
    repaired = planned("broken.ts", "repaired")

    found = rerun([row(GOOD)], unlisted=["broken.ts"], tests=[GOOD, repaired])

    assert names(found) == ["repaired"]


def test_a_file_of_which_only_some_tests_are_known_runs_whole() -> None:
    found = rerun(LEDGER, unlisted=["a.ts"])

    assert found.request.files == ("b.ts", "a.ts")
    assert names(found) == ["left out"]
    assert found.gone == ()


def test_what_no_ledger_has_never_ran_where_that_is_partly_known_or_tests_of_the_file_are_gone() -> None:
    renamed, new = planned("b.ts", "left out no more"), planned("new.ts", "new")
    suite = [GOOD, BAD, renamed, new]

    assert names(rerun(LEDGER, tests=suite)) == ["bad", "left out no more"]
    assert names(rerun(LEDGER, tests=suite, is_partly_known=True)) == ["bad", "left out no more", "new"]


def test_files_narrow_it() -> None:
    assert names(rerun(LEDGER, files=["b.ts"])) == ["left out"]
    assert rerun(LEDGER, files=["c.ts"], unlisted=["broken.ts"]).request.files == ()


def test_what_the_suite_no_longer_has_is_named() -> None:
    found = rerun(LEDGER, tests=[GOOD, BAD])

    assert names(found) == ["bad"]
    assert found.gone == ("b.ts",)
