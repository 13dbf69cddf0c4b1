"""Delivers what workers of this data folder left behind when they were killed or the server was away."""

import asyncio
import contextlib
import logging
from pathlib import Path

from shifty.client.errors import Stopped
from shifty.client.transport import Transport
from shifty.worker.outbox import Outbox
from shifty.worker.spool import Spool, folders
from shifty.worker.upload_spool import UploadSpool
from shifty.worker.uploads import Uploads

_log = logging.getLogger(__name__)
_LOOK_EVERY_S = 60.0
_PATIENCE_S = 60.0
_UPLOADS_SILENCE_S = 20.0
_UPLOADS_S = 3600.0


class Leftovers:
    """Looks for leftovers in the background: at once, whenever it is asked to, and now and then."""

    def __init__(self, root: Path, transport: Transport) -> None:
        self._root = root
        self._transport = transport
        self._asked = asyncio.Event()
        self._quiet = asyncio.Event()
        self.look_again()
        self._task = asyncio.create_task(self._look())

    def look_again(self) -> None:
        self._quiet.clear()
        self._asked.set()

    async def close(self, patience_s: float) -> None:
        """Stop; what is found already gets that long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._quiet.wait(), patience_s)
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _look(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), _LOOK_EVERY_S)
            self._asked.clear()
            try:
                await deliver_leftovers(self._root, self._transport)
            finally:
                if not self._asked.is_set():
                    self._quiet.set()


async def deliver_leftovers(root: Path, transport: Transport) -> int:
    """Deliver every abandoned spool below ``root``; the number of those that are gone now."""
    delivered = 0
    for run_id, folder in list(folders(root)):
        spool = Spool.adopt(folder, transport.address.identity)
        if spool is not None:
            delivered += await _deliver(transport, run_id, spool)
    return delivered


async def _deliver(transport: Transport, run_id: str, spool: Spool) -> bool:
    outbox = Outbox(transport, run_id, spool)
    uploads = Uploads(transport, run_id, UploadSpool(spool.folder), outbox.emptied)
    try:
        # Files only after the results; and where those can't be delivered now, neither can files.
        drained = await _drain(outbox) and await uploads.drain(_UPLOADS_SILENCE_S, _UPLOADS_S)
    finally:
        await uploads.close()
        await outbox.close()
    if drained:
        _log.info("Delivered what a worker had left behind in %s", spool.folder)
    return drained


async def _drain(outbox: Outbox) -> bool:
    try:
        return await outbox.drain(_PATIENCE_S)
    except Stopped as stopped:
        # Only Shifty itself knows that: a proxy in front of it, or whatever else has its address, answers 404 too.
        if stopped.code != "RUN_NOT_FOUND":
            return False
        # The run itself has been deleted: nobody will ever want this.
        _log.warning("Dropped %d messages about run %s: %s", outbox.waiting, outbox.run_id, stopped)
        outbox.forget()
        return True
