"""What a machine does once for a run, however many workers it has: web servers, set-up projects, their teardown."""

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from shifty import wire
from shifty.worker.healing.hook import Hook
from shifty.worker.playwright.batch import BatchRun, Terms
from shifty.worker.playwright.model import (
    Batch,
    BatchItem,
    BatchOutcome,
    ListedTest,
    OnMessage,
    Readiness,
    Stage,
    Suite,
    planned,
    stable_id_of,
)
from shifty.worker.playwright.rendezvous import FileLock, exclusively, meeting_place
from shifty.worker.playwright.web_servers import SharedServers


class Machine:
    """This worker's share in the machine; made by ``prepare``."""

    def __init__(self, suite: Suite, run_id: str, hook: Hook | None = None) -> None:
        self.suite = suite
        self.run_id = run_id
        self._hook = hook
        self.failed: dict[str, str] = {}
        self._folder = meeting_place(suite.root, suite.config, run_id)
        self._servers = SharedServers(suite)
        self._member: FileLock | None = None
        self._slot = 0
        self._slot_lock: FileLock | None = None
        self._began = time.monotonic()

    async def join(self, on_message: OnMessage) -> None:
        await self._servers.ensure()
        async with exclusively(self._folder / "setup.lock"):
            self._member = FileLock(self._folder / "members.lock")
            self._member.try_shared()
            self._take_slot()
            done = self._folder / "setup.json"
            if not done.exists():
                failed = await self._set_up(on_message)
                done.write_text(json.dumps(failed))
            self.failed = json.loads(done.read_text())

    async def terms(self, batch: Batch, lanes: int = 1) -> Terms:
        """How ``batch`` runs on this machine. Brings the web servers back if they were killed.

        Raises:
            UsageError: they do not come back.
        """
        await self._servers.ensure()
        return Terms(
            output_dir=batch_folder(self.suite, batch),
            lanes=lanes,
            readiness=Readiness(self._servers.addresses, self.failed),
            global_timeout_ms=self._time_left_ms(),
            slot=self._slot,
            hook=self._hook,
        )

    async def close(self, on_message: OnMessage) -> None:
        """Leave. The last worker of the machine runs the teardown projects; a killed one counts as gone."""
        if self._member is None:
            return
        member, self._member = self._member, None
        async with exclusively(self._folder / "setup.lock"):
            # From shared to exclusive in one step: it succeeds for the last one only.
            if member.try_exclusive():
                await self._tear_down(on_message)
                shutil.rmtree(self._folder, ignore_errors=True)
            member.close()
            if self._slot_lock:
                self._slot_lock.close()
        self._servers.leave()

    def _take_slot(self) -> None:
        """Take the first number that no living worker has."""
        while True:
            lock = FileLock(self._folder / f"slot-{self._slot}.lock")
            if lock.try_exclusive():
                self._slot_lock = lock
                return
            lock.close()
            self._slot += 1

    def _time_left_ms(self) -> int:
        """What is left of ``globalTimeout``, which is meant for the whole run. 0 would be no limit."""
        total = self.suite.global_timeout_ms
        return max(1, total - round((time.monotonic() - self._began) * 1000)) if total else 0

    async def _set_up(self, on_message: OnMessage) -> dict[str, str]:
        """Run the set-up projects, those that others need first; what must not run because one failed."""
        blocked: dict[str, str] = {}
        waiting = [project.name for project in self.suite.projects if project.stage == "setup"]
        while waiting:
            ready = [name for name in waiting if not self.suite.setup_for(name) & set(waiting)]
            # Projects that depend on each other in a circle are refused by Playwright itself.
            phase = ready or waiting
            waiting = [name for name in waiting if name not in phase]
            tests = [test for test in self.suite.tests if test.ref.project_name in phase and test.stage == "setup"]
            if not tests:
                continue
            for failed in sorted(await self._run_stage("setup", tests, blocked, on_message)):
                reason = f'set-up project "{failed}" failed'
                for project in self.suite.projects:
                    if failed in self.suite.setup_for(project.name):
                        blocked.setdefault(project.name, reason)
        return blocked

    async def _tear_down(self, on_message: OnMessage) -> None:
        tests = [test for test in self.suite.tests if test.stage == "teardown"]
        if tests:
            await self._run_stage("teardown", tests, {}, on_message)

    async def _run_stage(
        self, stage: Stage, tests: Sequence[ListedTest], blocked: dict[str, str], on_message: OnMessage
    ) -> set[str]:
        """Run tests outside any lease and report all of them; the projects that did not pass."""
        batch = Batch(run_id=self.run_id, seq=0, items=_items(tests))
        folder = run_folder(self.suite, self.run_id) / stage
        terms = Terms(folder, readiness=Readiness(self._servers.addresses, blocked), hook=self._hook)
        failed: set[str] = set()

        def watch(message: wire.AnyMessage) -> None:
            if isinstance(message, wire.TestBatchMessage):
                failed.update(result.project_name for result in message.payload.results if _failed(result))
            on_message(message)

        outcome = await BatchRun(self.suite, batch, terms, watch).run()
        left = _unreported(tests, outcome, stage)
        if left:
            payload = wire.TestBatch(results=left, run_id=self.run_id)
            on_message(wire.TestBatchMessage(payload=payload))
        if outcome.ending != "finished" or outcome.blocked:
            failed.update(result.project_name for result in left)
        failed.update(result.project_name for result in left if result.reason and result.project_name not in blocked)
        return failed - blocked.keys()


async def prepare(suite: Suite, run_id: str, on_message: OnMessage, hook: Hook | None = None) -> Machine:
    """Join the other workers of this machine in a run: web servers up, set-up projects done.

    Tests of a set-up project are reported by the worker that runs them, without a lease. If one fails,
    ``Machine.failed`` names the projects that must not run, and ``BatchRun`` gives their tests as not run.

    Raises:
        UsageError: a web server's port is taken, or it does not come up.
    """
    machine = Machine(suite, run_id, hook)
    await machine.join(on_message)
    return machine


def run_folder(suite: Suite, run_id: str) -> Path:
    return suite.output_dir / f"shifty-{run_id[:8]}"


def batch_folder(suite: Suite, batch: Batch) -> Path:
    """Where the batch leaves what it makes: one folder for each lease."""
    return run_folder(suite, batch.run_id) / f"b{batch.seq}"


def _items(tests: Sequence[ListedTest]) -> tuple[BatchItem, ...]:
    files: dict[tuple[str, str], list[ListedTest]] = {}
    for test in tests:
        files.setdefault((test.ref.test_file, test.ref.project_name), []).append(test)
    return tuple(
        BatchItem(file, project, tuple(planned(test.ref) for test in group)) for (file, project), group in files.items()
    )


def _failed(result: wire.TestResult) -> bool:
    return result.final and result.status not in ("flaky", "skipped", result.expected_status)


def _unreported(tests: Sequence[ListedTest], outcome: BatchOutcome, stage: Stage) -> list[wire.TestResult]:
    reasons = dict(outcome.not_run)
    died = f"the {stage} was broken off"
    return [
        wire.TestResult(
            test_file=test.ref.test_file,
            test_name=test.ref.test_name,
            title_path=test.ref.title_path,
            project_name=test.ref.project_name,
            line=test.ref.line,
            tags=test.ref.tags,
            repeat=test.ref.repeat,
            status="notRun",
            reason=reasons.get(stable_id_of(test.ref), died),
        )
        for test in tests
        if stable_id_of(test.ref) not in outcome.reported
    ]
