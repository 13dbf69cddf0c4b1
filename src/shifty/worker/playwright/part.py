"""One Playwright process of a batch: its events become messages, and its end settles what is open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec

from shifty import wire
from shifty.worker.playwright import events as ev
from shifty.worker.playwright.faults import file_of, missing_browser, run_error
from shifty.worker.playwright.listing import ref_of
from shifty.worker.playwright.model import BatchItem, Ending, OnMessage, stable_id_of
from shifty.worker.playwright.outcome import Outcomes, first_line


@dataclass
class Tally:
    """What all processes of a batch have told so far."""

    reported: set[str] = field(default_factory=set[str])
    not_run: dict[str, str] = field(default_factory=dict[str, str])
    test_ms: int = 0
    blocked: str | None = None
    faulty: bool = False


class Part:
    """The state of one process. ``on_blocked`` is called once when the machine turns out to lack a browser."""

    def __init__(
        self,
        root: Path,
        wanted: "Wanted",
        told: tuple[Tally, OnMessage],
        on_blocked: Callable[[], None],
    ) -> None:
        self._root = root
        self._wanted = wanted
        self._tally, self._on_message = told
        self._on_blocked = on_blocked
        self._outcomes = Outcomes(root, wanted.lease)
        self._found: set[str] = set()
        self._company: set[str] = set()
        """The rest of a serial group, which has to run again with those of its tests that are ours.

        It has reported under an earlier lease that was lost. A final result of now replaces that; nothing less may.
        """
        self._faults: list[ev.Fault] = []
        self._end: ev.End | None = None
        self.broken: frozenset[str] = frozenset()
        """Files that did not load, known when it has ended; nothing of this process ran then."""

    def on_event(self, event: ev.AnyEvent) -> None:
        match event:
            case ev.Begin(tests=tests):
                self._begin(tests)
            case ev.TestBegin():
                start = self._outcomes.began(event)
                if start:
                    payload = msgspec.structs.replace(start, run_id=self._wanted.run_id)
                    self._on_message(wire.TestStartMessage(payload=payload))
            case ev.TestEnd():
                self._ended(event)
            case ev.ErrorEvent(error=fault):
                self._faults.append(fault)
                self._tally.faulty = True
                self._outcomes.error(fault)
                self._tell_error(run_error(self._root, fault, file_of(fault, self._wanted.paths)))
            case ev.End():
                self._end = event
            case _:
                pass

    def close(self, *, stopped: bool) -> tuple[Ending, frozenset[str]]:
        """How the process ended and, when it died, which tests were running then."""
        if stopped or self._tally.blocked or (self._end and self._end.status == "interrupted"):
            return "stopped", frozenset()
        if self._end is None:
            return "crashed", frozenset(stable_id_of(ref) for ref in self._outcomes.running(self._wanted.lanes))
        if not self._found and self._faults:
            self._blame_files()
        conclusion = self._outcomes.conclude(self._end)
        self._tell_results(conclusion.results)
        for ref, reason in conclusion.not_run:
            if (test_id := stable_id_of(ref)) not in self._company:
                self._tally.not_run[test_id] = reason
        self._miss()
        return "finished", frozenset()

    def _begin(self, tests: Sequence[ev.TestEvent]) -> None:
        named = [(test, ref_of(self._root, test)) for test in tests]
        own = [(test, ref) for test, ref in named if self._wanted.takes(ref, stable_id_of(ref))]
        self._found.update(stable_id_of(ref) for _, ref in own)
        groups = {_group_of(test) for test, _ in own if test.serial}
        for test, ref in named:
            if stable_id_of(ref) in self._found:
                self._outcomes.begin(test, ref)
            elif _group_of(test) in groups:
                self._outcomes.begin(test, ref)
                self._company.add(stable_id_of(ref))
        if own:
            refs = [ref for _, ref in own]
            payload = wire.RunStart(run_id=self._wanted.run_id, tests=refs, lease=self._wanted.lease)
            self._on_message(wire.RunStartMessage(payload=payload))

    def _ended(self, event: ev.TestEnd) -> None:
        self._tally.test_ms += event.duration_ms
        remedy = next(filter(None, (missing_browser(fault.message) for fault in event.errors)), None)
        if remedy and not self._tally.blocked:
            # Every other test would fail the same way: one error with the remedy says more.
            self._tally.blocked = remedy
            self._tell_error(wire.RunError(error=wire.TestError(message=remedy)))
            self._on_blocked()
        if not self._tally.blocked:
            self._tell_results(self._outcomes.ended(event))

    def _tell_results(self, results: Sequence[wire.TestResult]) -> None:
        told = [result for result in results if result.final or stable_id_of(result) not in self._company]
        if not told:
            return
        payload = wire.TestBatch(results=told, run_id=self._wanted.run_id, lease=self._wanted.lease)
        self._on_message(wire.TestBatchMessage(payload=payload))
        self._tally.reported.update(stable_id_of(result) for result in told if result.final)

    def _tell_error(self, error: wire.RunError) -> None:
        payload = wire.RunError(
            error=error.error, test_file=error.test_file, run_id=self._wanted.run_id, lease=self._wanted.lease
        )
        self._on_message(wire.RunErrorMessage(payload=payload))

    def _blame_files(self) -> None:
        """Nothing ran: give the reason to the files that do not load, else to all of them."""
        by_path = {file: fault for fault in self._faults if (file := file_of(fault, self._wanted.paths))}
        self.broken = frozenset(self._wanted.paths[path] for path in by_path)
        for path, fault in by_path.items():
            reason = f"its file does not load: {first_line(fault.message)}"
            self._tally.not_run.update(dict.fromkeys(self._wanted.of_file(self._wanted.paths[path]), reason))
        if not by_path:
            reason = f"Playwright stopped before any test: {first_line(self._faults[0].message)}"
            self._tally.not_run.update(dict.fromkeys(self._wanted.ids, reason))

    def _miss(self) -> None:
        if self.broken:
            return
        for test_id in self._wanted.ids - self._found - self._tally.not_run.keys():
            self._tally.not_run[test_id] = "Playwright no longer finds it in its file"


def _group_of(test: ev.TestEvent) -> tuple[str, str, str | None, int]:
    return test.project, test.file, test.serial, test.repeat


@dataclass(frozen=True)
class Wanted:
    """What a process is to run, and under which lease it reports."""

    run_id: str
    lease: str | None
    items: tuple[BatchItem, ...]
    lanes: int
    paths: Mapping[str, str]
    """Absolute path of each spec file -> its name on the wire."""

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(test.test_id for item in self.items for test in item.tests or ())

    def of_file(self, file: str) -> frozenset[str]:
        return frozenset(test.test_id for item in self.items if item.file == file for test in item.tests or ())

    def takes(self, ref: wire.TestRef, test_id: str) -> bool:
        """Whether the test is ours to report: Playwright also runs what ours cannot be parted from."""
        return test_id in self.ids or any(
            item.tests is None and item.file == ref.test_file and item.project_name in (None, ref.project_name)
            for item in self.items
        )
