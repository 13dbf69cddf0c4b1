"""Delivers what workers of this data folder left behind when they were killed or the server was away."""

import logging
from pathlib import Path

from shifty.client.errors import Stopped
from shifty.client.transport import Transport
from shifty.worker.outbox import Outbox
from shifty.worker.spool import Spool, folders

_log = logging.getLogger(__name__)
_PATIENCE_S = 60.0


async def deliver_leftovers(root: Path, transport: Transport) -> int:
    """Deliver every abandoned spool below ``root``; the number of those that are gone now."""
    delivered = 0
    for run_id, folder in list(folders(root)):
        spool = Spool.adopt(folder, transport.address.identity)
        if spool is not None:
            delivered += await _deliver(Outbox(transport, run_id, spool), spool)
    return delivered


async def _deliver(outbox: Outbox, spool: Spool) -> bool:
    try:
        drained = await outbox.drain(_PATIENCE_S)
    except Stopped as stopped:
        if stopped.status == 404:
            # The run itself has been deleted: nobody will ever want this.
            _log.warning("Dropped %d messages about run %s: %s", outbox.waiting, outbox.run_id, stopped)
            await outbox.forget()
            return True
        drained = False
    await outbox.close()
    if drained:
        _log.info("Delivered what a worker had left behind in %s", spool.folder)
    return drained
