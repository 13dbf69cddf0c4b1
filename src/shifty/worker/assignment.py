"""A worker's part in one run: its outbox, its uploads, and the machine's preparation for it."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from shifty import wire
from shifty.client.errors import ServerAway
from shifty.client.model import ItemToRun, Lease
from shifty.client.transport import Transport
from shifty.worker.attend import Running, attend
from shifty.worker.healing.hook import Hook, Mode, register_file
from shifty.worker.healing.relay import Relay
from shifty.worker.heartbeat import Signals
from shifty.worker.outbox import Outbox
from shifty.worker.playwright.batch import BatchRun
from shifty.worker.playwright.machine import Machine, prepare
from shifty.worker.playwright.model import Batch, BatchItem, BatchOutcome, PlannedTest, Suite
from shifty.worker.race import unless
from shifty.worker.spool import Spool
from shifty.worker.upload_spool import UploadSpool
from shifty.worker.uploads import Uploads
from shifty.worker.worth import files_of, log_of_batch

_log = logging.getLogger(__name__)

LEAVE_S = 5.0
"""What a worker that was told to stop spends on delivering; the rest waits on disk."""
UPLOADS_S = 240.0
"""For how long a worker without work goes on uploading at most."""


@dataclass(frozen=True)
class Workplace:
    """What batches need of this machine."""

    suite: Suite
    lanes: int
    spool_root: Path
    patience_s: float
    """How long a worker waits for a server that is away before it gives up."""
    upload_patience_s: float = 60.0
    """How long a worker without work waits for uploads that do not move."""
    healing: Mode = "off"


class Assignment:
    """Opened with the first lease of a run, closed when the worker turns to another run or leaves."""

    def __init__(self, transport: Transport, run_id: str, worker_id: UUID, place: Workplace) -> None:
        self.run_id = run_id
        self._transport = transport
        self._place = place
        spool = Spool.open(place.spool_root / run_id / str(worker_id), transport.address.identity)
        self._outbox = Outbox(transport, run_id, spool)
        self._uploads = Uploads(transport, run_id, UploadSpool(spool.folder), self._outbox.emptied)
        self._running = Running()
        self._machine: Machine | None = None
        self._relay: Relay | None = None

    async def run(self, lease: Lease, signals: Signals, leave: asyncio.Event) -> BatchOutcome:
        """Run the batch of ``lease``; its messages are on disk when this returns, not yet delivered.

        Raises:
            OSError: the disk is full, a folder can't be written.
            UsageError: the machine can't be prepared: a web server does not start.
        """
        if self._machine is None:
            self._machine = await unless(self._prepare(lease.project or ""), signals.lost, leave)
        if self._machine is None:
            return BatchOutcome("stopped")
        batch = batch_of(lease)
        terms = await self._machine.terms(batch, self._place.lanes)
        self._running.tests.clear()
        run = BatchRun(self._place.suite, batch, terms, self._put)
        outcome = await attend(run, self._running, signals, leave)
        if self._relay:
            self._relay.forget()
        if outcome.troubled and outcome.folder and batch.lease:
            self._uploads.put(log_of_batch(outcome.folder / "output.log", self.run_id, batch.lease, batch.seq))
        return outcome

    async def deliver(self, leave: asyncio.Event) -> None:
        """Wait until the server has stored all that was said, as long as patience lasts.

        Raises:
            ServerAway: it was not there to take it; what is left is on disk.
            Stopped: it refuses.
        """
        waited = 0.0
        while not await self._outbox.drain(1.0):
            waited += 1.0
            if waited >= (LEAVE_S if leave.is_set() else self._place.patience_s):
                raise ServerAway(
                    f"The server is away; {self._outbox.waiting} messages of run {self.run_id} wait on disk and are "
                    "delivered by the next worker that starts on this machine."
                )

    async def end(self, leave: asyncio.Event) -> None:
        """Undo the machine's preparation, and deliver what that said. ``close`` comes after it.

        Raises:
            ServerAway, Stopped: see ``deliver``.
        """
        machine, self._machine = self._machine, None
        if machine is not None:
            await machine.close(self._put)
        await self.deliver(leave)

    async def upload(self, silence_s: float) -> None:
        """Wait for what still has to be uploaded, not for ever; the run no longer waits for this worker."""
        if not await self._uploads.drain(silence_s, UPLOADS_S) and self._uploads.left:
            _log.warning("%s", self._uploads.farewell)

    async def close(self) -> None:
        """What is not delivered stays on disk for the next worker on this machine."""
        if self._relay:
            await self._relay.close()
        await self._uploads.close()
        await self._outbox.close()

    async def _prepare(self, project: str) -> Machine:
        return await prepare(self._place.suite, self.run_id, self._put, await self._open_hook(project))

    async def _open_hook(self, project: str) -> Hook | None:
        register, mode = register_file(), self._place.healing
        if mode == "off" or register is None:
            return None
        try:
            self._relay = self._relay or await Relay.open(self._transport, self.run_id, project)
        except OSError as error:
            _log.warning("Nothing is healed, since this machine gives no port: %s", error)
            return None
        return Hook(register, self._relay.url, self._relay.token, project, self.run_id, mode)

    def _put(self, message: wire.AnyMessage) -> None:
        self._running.see(message)
        if self._relay:
            self._relay.see(message)
        if isinstance(message, wire.TestBatchMessage):
            for file in files_of(message.payload, self.run_id):
                self._uploads.put(file)
        self._outbox.put(message)


def batch_of(lease: Lease) -> Batch:
    return Batch(
        run_id=lease.run_id, seq=lease.seq, items=tuple(_item(item) for item in lease.items), lease=lease.token
    )


def _item(item: ItemToRun) -> BatchItem:
    tests = None
    if item.tests is not None:
        tests = tuple(
            PlannedTest(test.test_id, tuple(test.title_path), test.project_name, test.line, test.repeat)
            for test in item.tests
        )
    return BatchItem(item.file, item.project_name, tests)
