"""Runs the tests of a lease with Playwright and tells what happens as the contract's messages."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from shifty.worker.healing.hook import Hook
from shifty.worker.playwright.environment import ReporterOptions, command, environment
from shifty.worker.playwright.model import Batch, BatchItem, BatchOutcome, Ending, OnMessage, Readiness, Suite
from shifty.worker.playwright.part import Part, Tally, Wanted
from shifty.worker.playwright.process import Launch, PlaywrightProcess
from shifty.worker.playwright.selection import Selection, select


@dataclass(frozen=True)
class Terms:
    """How a batch runs on this machine."""

    output_dir: Path
    lanes: int = 1
    readiness: Readiness = field(default_factory=Readiness)
    global_timeout_ms: int = 0
    """What is left of the configuration's ``globalTimeout``; 0: there is none."""
    slot: int = 0
    """Tells the worker processes of this machine apart, from 0; tests see it as ``SHIFTY_SLOT``."""
    hook: Hook | None = None
    """Heals; None: nothing does."""


class BatchRun:
    """One batch: call ``run`` once; ``stop`` and ``kill`` from anywhere on the event loop."""

    def __init__(self, suite: Suite, batch: Batch, terms: Terms, on_message: OnMessage) -> None:
        self._suite = suite
        self._batch = batch
        self._terms = terms
        self._on_message = on_message
        self._tally = Tally()
        self._process: PlaywrightProcess | None = None
        self._stopped = False
        self._parts = 0

    async def run(self) -> BatchOutcome:
        """Run the batch to its end.

        Nothing of Playwright is left when this returns or is cancelled, or when the process that called it is killed.
        """
        began = time.monotonic()
        items = self._runnable()
        waiting = select(self._suite, items)
        ending: Ending = "finished"
        running: frozenset[str] = frozenset()
        code: int | None = None
        while waiting and ending == "finished" and not self._stopped:
            selection = waiting.pop(0)
            part = self._part(selection, items)
            code = await self._run_part(selection, part)
            ending, running = part.close(stopped=self._stopped)
            items = self._still_open(items, part.broken)
            if part.broken:
                waiting = select(self._suite, items)
        if self._tally.blocked:
            self._give_up(self._tally.blocked)
            ending = "finished"
        return BatchOutcome(
            ending="stopped" if self._stopped and ending != "crashed" else ending,
            reported=frozenset(self._tally.reported),
            not_run=tuple(self._tally.not_run.items()),
            running_at_crash=running,
            exit_code=code,
            wall_ms=round((time.monotonic() - began) * 1000),
            test_ms=self._tally.test_ms,
            interrupted=self._stopped,
            blocked=self._tally.blocked,
            faulty=self._tally.faulty,
            folder=self._terms.output_dir,
        )

    def stop(self) -> None:
        """Let Playwright end early: what runs is interrupted and stays open, fixtures and hooks clean up."""
        self._stopped = True
        if self._process:
            self._process.stop()

    def kill(self) -> None:
        """End the batch at once: its lease is lost."""
        self._stopped = True
        if self._process:
            self._process.kill()

    def _runnable(self) -> list[BatchItem]:
        """What can run here: without the tests of projects whose set-up failed."""
        failed = self._terms.readiness.failed
        for item in self._batch.items:
            for test in item.tests or ():
                if test.project_name in failed:
                    self._tally.not_run[test.test_id] = failed[test.project_name]
        return self._still_open(self._batch.items, frozenset())

    def _still_open(self, items: Sequence[BatchItem], broken: frozenset[str]) -> list[BatchItem]:
        """The items without what is settled, and without files that do not load."""
        settled = self._tally.reported | self._tally.not_run.keys()
        left: list[BatchItem] = []
        for item in items:
            if item.file in broken:
                continue
            tests = item.tests and tuple(test for test in item.tests if test.test_id not in settled)
            if item.tests is None or tests:
                left.append(replace(item, tests=tests))
        return left

    def _part(self, selection: Selection, items: Sequence[BatchItem]) -> Part:
        paths = {str(self._suite.path_of(file)): file for file in selection.files}
        own = tuple(item for item in items if item.file in selection.files)
        wanted = Wanted(self._batch.run_id, self._batch.lease, own, self._terms.lanes, paths)
        return Part(self._suite.root, wanted, (self._tally, self._on_message), self._stop_process)

    async def _run_part(self, selection: Selection, part: Part) -> int:
        self._parts += 1
        self._process = PlaywrightProcess(launch(self._suite, self._terms, selection.arguments, self._parts))
        return await self._process.run(part.on_event)

    def _stop_process(self) -> None:
        if self._process:
            self._process.stop()

    def _give_up(self, reason: str) -> None:
        for item in self._batch.items:
            for test in item.tests or ():
                if test.test_id not in self._tally.reported:
                    self._tally.not_run.setdefault(test.test_id, reason)


def launch(suite: Suite, terms: Terms, selection: Sequence[str], number: int = 1) -> Launch:
    """The Playwright process for a choice of tests. Set-up projects have run already: ``--no-deps``."""
    folder = terms.output_dir
    folder.mkdir(parents=True, exist_ok=True)
    name = "" if number == 1 else f"-{number}"
    events = folder / f"events{name}.ndjson"
    events.unlink(missing_ok=True)
    arguments = [
        *suite.run_args,
        # Playwright empties its output folder when it starts: each process has one of its own.
        *("--output", str(folder / f"results{name}")),
        *("--workers", str(terms.lanes), "--no-deps"),
        *(("--global-timeout", str(terms.global_timeout_ms)) if terms.global_timeout_ms else ()),
        *selection,
    ]
    options = ReporterOptions(events, servers=terms.readiness.servers)
    env = environment(options, reports=folder / f"reports{name}") | {"SHIFTY_SLOT": str(terms.slot)}
    if terms.hook:
        env |= terms.hook.environment(suite, env)
    return Launch(command(suite, arguments), suite.project_dir, env, events, folder / "output.log")
