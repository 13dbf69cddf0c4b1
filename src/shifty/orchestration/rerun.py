"""What of an earlier run is to be run again: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

from shifty.orchestration.request import RunRequest
from shifty.results.outcome import identity, normal_path
from shifty.wire import PlannedTest

_Group: TypeAlias = tuple[str, str, str | None, int]
"""File, Playwright project, serial key and repetition: tests that run in order, or not at all."""


class Original(NamedTuple):
    """The run that is run again."""

    run_id: UUID
    project: str
    status: str
    failure_reason: str | None
    branch: str | None
    commit_sha: str | None
    unsuccessful: int
    """Tests that failed or never ran and are not excused, set-up and teardown among them."""
    closed: bool


@dataclass(frozen=True)
class LedgerTest:
    """A test of the original. ``unsuccessful``: it failed, or never ran, and is not quarantined."""

    test_id: str
    file: str
    project_name: str
    title_path: Sequence[str]
    line: int | None
    tags: Sequence[str]
    stage: Literal["main", "setup", "teardown"]
    serial: str | None
    parallel: bool
    repeat: int
    unsuccessful: bool

    def planned(self) -> PlannedTest:
        return PlannedTest(
            test_file=self.file,
            test_name=self.title_path[-1] if self.title_path else "",
            title_path=list(self.title_path),
            project_name=self.project_name,
            line=self.line,
            tags=list(self.tags),
            repeat=self.repeat,
            serial=self.serial,
            parallel=self.parallel,
            stage=self.stage,
        )


@dataclass(frozen=True)
class Again:
    """What a rerun runs. Nothing: ``request`` names no file."""

    request: RunRequest
    gone: tuple[str, ...] = ()
    """Files of tests that would have to run again and that the suite no longer has, as the client lists it."""


def again(
    request: RunRequest, ledger: Sequence[LedgerTest], unlisted: Sequence[str], *, is_partly_known: bool = False
) -> Again:
    """The request with the tests to run again in place of those that it came with.

    ``request.files`` narrow it to these files, none do not. ``request.tests`` are the suite as the client has it now;
    without them the ledger tells. A serial group comes whole: it runs from its first test. A file of ``unlisted``, of
    which not every test is known, is run whole; set-up and teardown tests come along where there is anything to run.
    Tests of the suite that the ledger does not have never ran: they run where it ``is_partly_known``, and in files of
    which tests are gone, since these may have got another name.
    """
    assert request.rerun is not None
    named = set(request.files)
    everything = request.rerun.scope == "all"
    unknown = [file for file in unlisted if not named or file in named]
    wanted = {
        test.test_id: test.file
        for test in ledger
        if test.stage == "main"
        and (everything or test.unsuccessful)
        and (not named or test.file in named)
        and test.file not in unknown
    }
    suite = _suite(request, ledger, set(unknown))
    gone = tuple(sorted({file for test_id, file in wanted.items() if test_id not in suite}))
    known = {test.test_id for test in ledger}
    never_ran = {
        test_id: file
        for test_id, test in suite.items()
        if test_id not in known
        and ((file := normal_path(test.test_file)) in gone or is_partly_known)
        and (not named or file in named)
    }
    chosen = _chosen(suite, {**wanted, **never_ran}, set(unknown))
    covered = {normal_path(test.test_file) for test in chosen}
    whole = [file for file in unknown if file not in covered]
    if not chosen and not whole:
        return Again(replace(request, files=(), tests=()), gone)
    staged = [test for test in suite.values() if test.stage != "main"]
    files = dict.fromkeys([*(normal_path(test.test_file) for test in (*chosen, *staged)), *whole])
    return Again(replace(request, files=tuple(files), tests=(*chosen, *staged)), gone)


def _suite(request: RunRequest, ledger: Sequence[LedgerTest], whole: set[str]) -> Mapping[str, PlannedTest]:
    if request.tests:
        return {identity(test): test for test in request.tests}
    # Some tests of a file would keep the rest of it from running.
    return {test.test_id: test.planned() for test in ledger if test.stage != "main" or test.file not in whole}


def _chosen(suite: Mapping[str, PlannedTest], wanted: Iterable[str], unknown: set[str]) -> list[PlannedTest]:
    ids = set(wanted)
    groups = {_group(suite[test_id]) for test_id in ids if test_id in suite}
    return [
        test
        for test_id, test in suite.items()
        if test.stage == "main"
        and (test_id in ids or normal_path(test.test_file) in unknown or (test.serial and _group(test) in groups))
    ]


def _group(test: PlannedTest) -> _Group:
    return normal_path(test.test_file), test.project_name, test.serial, test.repeat
