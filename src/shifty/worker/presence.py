"""Keeps a worker without a lease known as alive: the server waits only for the teardown of those it hears from."""

import asyncio
import contextlib
import logging

from shifty.client import worker_api
from shifty.client.errors import CallFailed
from shifty.client.model import Lease
from shifty.client.transport import Transport
from shifty.client.worker_api import Claimant, Finish

_log = logging.getLogger(__name__)


async def stay_known(
    transport: Transport, run_id: str, claimant: Claimant, every_s: float, closed: asyncio.Event
) -> None:
    """Ask for work every ``every_s`` seconds until ``closed``, and hand back at once what should come.

    Not to be cancelled between a claim and its answer: the lease in it would have to run out.
    """
    while not await _set_within(closed, every_s):
        try:
            claim = await worker_api.claim(transport, run_id, claimant, None, patience_s=0)
            if isinstance(claim, Lease):
                await worker_api.finish(transport, run_id, claim.token, Finish(outcome="returned"), patience_s=0)
        except CallFailed as error:
            _log.info("Not heard by the server: %s", error)


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
