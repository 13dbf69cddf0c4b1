"""Runs a CI job's share without a server: its results go to disk, and to the server whenever it is there again."""

import asyncio
import signal
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from shifty import wire
from shifty.cli.ci_share import Shard, Share
from shifty.cli.exits import Exit
from shifty.client.errors import Stopped
from shifty.client.transport import Transport
from shifty.worker.outbox import Outbox
from shifty.worker.playwright.batch import BatchRun
from shifty.worker.playwright.machine import Machine, prepare
from shifty.worker.playwright.model import Batch, BatchOutcome, Suite, stable_id_of
from shifty.worker.spool import Spool

_NAMESPACE = uuid.UUID("6f0a5f4c-6d0e-5f5e-9b57-0d4c9ad3a7f1")
_MOST_LOSSES = 2
_DELIVER_S = 5.0
"""One more try: the outbox waits no longer than this between two."""


@dataclass(frozen=True)
class OfflineRun:
    """The run that the shares of a build become once they are delivered."""

    project: str
    build_id: str
    attempt: str
    shard: Shard
    branch: str | None
    commit: str | None

    def run_id(self, tenant: str) -> str:
        """The same for all jobs of the attempt, so that a share that never comes leaves a hole in that run's ledger."""
        return str(uuid.uuid5(_NAMESPACE, "\0".join([tenant, self.project, self.build_id, self.attempt])))


@dataclass
class Tally:
    """How the tests of the share ended, from the messages that pass by."""

    outcomes: dict[str, str] = field(default_factory=dict[str, str])
    failures: dict[str, wire.TestResult] = field(default_factory=dict[str, wire.TestResult])
    errors: list[wire.RunError] = field(default_factory=list[wire.RunError])

    def see(self, message: wire.AnyMessage) -> None:
        match message:
            case wire.RunErrorMessage(payload=error):
                self.errors.append(error)
            case wire.TestBatchMessage(payload=batch):
                for result in batch.results:
                    if result.final:
                        self._count(result)
            case _:
                pass

    def _count(self, result: wire.TestResult) -> None:
        test_id = stable_id_of(result)
        if result.status in ("skipped", "notRun"):
            outcome = result.status
        else:
            outcome = "passed" if result.status in ("flaky", result.expected_status) else "failed"
        self.outcomes[test_id] = outcome
        if outcome == "failed":
            self.failures[test_id] = result
        else:
            self.failures.pop(test_id, None)

    def count(self, outcome: str) -> int:
        return sum(found == outcome for found in self.outcomes.values())


@dataclass(frozen=True)
class OfflineResult:
    run_id: str
    tally: Tally
    delivered: bool
    folder: Path
    """Where what was not delivered lies."""
    cancelled: bool = False

    @property
    def exit(self) -> Exit:
        """The verdict of this share alone."""
        if self.cancelled:
            return Exit.CANCELLED
        if self.tally.errors:
            return Exit.INCOMPLETE
        if self.tally.failures:
            return Exit.FAILED
        return Exit.INCOMPLETE if self.tally.count("notRun") else Exit.PASSED


class OfflineJob:
    """One job's share, run in this process."""

    def __init__(self, transport: Transport, suite: Suite, share: Share, run: OfflineRun, spool_root: Path) -> None:
        self._transport = transport
        self._suite = suite
        self._share = share
        self._run = run
        self._run_id = run.run_id(transport.address.tenant)
        self._folder = spool_root / self._run_id / str(uuid.uuid4())
        self._tally = Tally()
        self._leave = asyncio.Event()
        self._batch: BatchRun | None = None

    async def work(self, lanes: int) -> OfflineResult:
        """Run the share and try to deliver it.

        Raises:
            UsageError: this machine can't run the tests, or can't keep their results.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stop)
        outbox = Outbox(self._transport, self._run_id, Spool.open(self._folder, self._transport.address.identity))
        self._outbox = outbox
        delivered = False
        try:
            self._begin()
            await self._work(lanes)
            delivered = await self._deliver(outbox)
        finally:
            await outbox.close()
        return OfflineResult(self._run_id, self._tally, delivered, self._folder, self._leave.is_set())

    def _begin(self) -> None:
        refs = [test.ref for test in self._share.tests]
        self._put(wire.RunStartMessage(payload=wire.RunStart(run_id=self._run_id, tests=refs)))
        for error in self._suite.errors:
            self._put(wire.RunErrorMessage(payload=msgspec.structs.replace(error, run_id=self._run_id)))

    async def _work(self, lanes: int) -> None:
        if self._share.tests:
            machine = await prepare(self._suite, self._run_id, self._put)
            try:
                await self._batches(machine, lanes)
            finally:
                await machine.close(self._put)
        if not self._leave.is_set():
            left = [test.test_id for test in self._share.tests if test.test_id not in self._tally.outcomes]
            self._tell_not_run(dict.fromkeys(left, "Playwright ended without running it"))
            index = self._run.shard.index
            self._put(wire.RunEndMessage(payload=wire.RunEnd(run_id=self._run_id, shard_index=index)))

    async def _batches(self, machine: Machine, lanes: int) -> None:
        """One batch, and another with the rest for each time that Playwright dies."""
        done: frozenset[str] = frozenset()
        losses: Counter[str] = Counter()
        for seq in range(1, len(self._share.tests) + _MOST_LOSSES + 1):
            items = self._share.items(done)
            if not items or self._leave.is_set():
                return
            batch = Batch(run_id=self._run_id, seq=seq, items=items)
            self._batch = BatchRun(self._suite, batch, await machine.terms(batch, lanes), self._put)
            outcome = await self._batch.run()
            done |= outcome.reported | {test_id for test_id, _ in outcome.not_run}
            self._tell_not_run(dict(outcome.not_run))
            if outcome.ending != "crashed":
                return
            done |= self._blame(outcome, losses)

    def _blame(self, outcome: BatchOutcome, losses: "Counter[str]") -> frozenset[str]:
        """Those that Playwright died with too often; of unknown cause it may die as often, then nothing more runs."""
        suspects = outcome.running_at_crash or frozenset({""})
        losses.update(suspects)
        guilty = frozenset(test_id for test_id in suspects if losses[test_id] >= _MOST_LOSSES)
        if "" in guilty:
            rest = {test.test_id: "Playwright died before any test" for test in self._share.tests}
            self._tell_not_run({key: why for key, why in rest.items() if key not in self._tally.outcomes})
            return frozenset(rest)
        message = "The test crashed Playwright twice, so it is not tried again."
        self._tell([_result(test.ref, "failed", message) for test in self._share.tests if test.test_id in guilty])
        return guilty

    def _tell_not_run(self, reasons: dict[str, str]) -> None:
        self._tell(
            [
                _result(test.ref, "notRun", reasons[test.test_id])
                for test in self._share.tests
                if test.test_id in reasons
            ]
        )

    def _tell(self, results: list[wire.TestResult]) -> None:
        if results:
            self._put(wire.TestBatchMessage(payload=wire.TestBatch(results=results, run_id=self._run_id)))

    def _put(self, message: wire.AnyMessage) -> None:
        """Keep a message. Playwright's part knows neither shard nor project, which such a run has to say."""
        if isinstance(message, wire.RunStartMessage):
            payload = msgspec.structs.replace(
                message.payload,
                total_tests=self._share.of,
                shard_index=self._run.shard.index,
                total_shards=self._run.shard.total,
                project=self._run.project,
                branch=self._run.branch,
                commit_sha=self._run.commit,
            )
            message = wire.RunStartMessage(payload=payload)
        self._tally.see(message)
        self._outbox.put(message)

    async def _deliver(self, outbox: Outbox) -> bool:
        try:
            return await outbox.drain(1.0 if self._leave.is_set() else _DELIVER_S)
        except Stopped:
            return False

    def _stop(self) -> None:
        self._leave.set()
        if self._batch:
            self._batch.kill()


def _result(ref: wire.TestRef, status: str, why: str) -> wire.TestResult:
    fields = {name: getattr(ref, name) for name in ref.__struct_fields__}
    if status == "failed":
        return wire.TestResult(**fields, status="failed", error_message=why)
    return wire.TestResult(**fields, status="notRun", reason=why)
