"""Keeps a lease while its batch runs, and hears when it is lost or the run is cancelled."""

import asyncio
import logging
from dataclasses import dataclass, field

from shifty.client.errors import ServerAway, Stopped
from shifty.client.model import Lease
from shifty.client.transport import Transport
from shifty.client.worker_api import renew

_log = logging.getLogger(__name__)


@dataclass
class Signals:
    """What a batch must hear while it runs. Each is set at most once."""

    lost: asyncio.Event = field(default_factory=asyncio.Event)
    """The tests are somebody else's now: stop at once and say nothing more."""
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    """Nobody wants the rest: what runs may end."""


async def beat(transport: Transport, lease: Lease, every_s: float, signals: Signals) -> None:
    """Renew ``lease`` every ``every_s`` seconds until it is lost or this task is cancelled.

    A server that is away changes nothing: CI never waits for us, and once it is back it gives leases a fresh term.
    """
    every_s = min(every_s, lease.expires_in_ms / 3000)
    while True:
        await asyncio.sleep(every_s)
        try:
            renewal = await renew(transport, lease.run_id, lease.token)
        except ServerAway as away:
            _log.info("No heartbeat: %s", away)
        except Stopped as stopped:
            _log.warning("Lease %d is lost: %s", lease.seq, stopped)
            signals.lost.set()
            return
        else:
            if renewal.cancelled:
                signals.cancelled.set()
