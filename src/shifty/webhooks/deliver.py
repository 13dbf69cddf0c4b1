"""Send what is due: at least once, again after a pause when nobody takes it."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from psycopg import Error

from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.tenants.model import Caller
from shifty.webhooks.errors import WebhookNotFound
from shifty.webhooks.model import TEST, Delivery, Due, Outcome, State, pause_after
from shifty.webhooks.payload import MOST_FAILURES, payload, trial
from shifty.webhooks.send import ANSWER_S, Sender
from shifty.webhooks.sign import signed_headers
from shifty.webhooks.store import WebhookStore, claim_due, forget_old

log = logging.getLogger(__name__)

DELIVER_EVERY_S: Final = 2.0
FORGET_EVERY_S: Final = 3600.0
KEPT: Final = timedelta(days=30)

_TAKEN_FOR: Final = timedelta(seconds=6 * ANSWER_S)
"""Longer than a try can take: who has it still after that is dead."""
_AT_ONCE: Final = 20
_OF_EACH: Final = 5
"""Of each tenant, in one round."""


async def deliver_due(db: Database, sender: Sender) -> int:
    """Send everything that is due now; how many tries that were.

    A process that dies on the way leaves what it has taken to others, after a minute. Where it had been sent already,
    it is sent again, under the same id.
    """
    tried = 0
    while True:
        async with db.connection() as connection:
            taken = await claim_due(connection, of_each=_OF_EACH, limit=_AT_ONCE, taken_for=_TAKEN_FOR)
        if not taken:
            return tried
        # All of them come to an end, also where one can't be noted: that one is taken again.
        ends = await asyncio.gather(*(_try(db, sender, due) for due in taken), return_exceptions=True)
        if failure := next((end for end in ends if isinstance(end, BaseException)), None):
            raise failure
        tried += len(taken)


async def send_test(db: Database, sender: Sender, caller: Caller, webhook_id: UUID) -> Delivery:
    """Send a message that tells of nothing, once, and wait for what comes of it; also where the webhook is off.

    Raises:
        WebhookNotFound: the caller sees no such webhook.
    """
    async with db.transaction() as tx:
        store = WebhookStore(tx, caller.tenant_id)
        found = await store.get(webhook_id, caller.project)
        due = await store.claim_test(webhook_id, _TAKEN_FOR) if found else None
    if due is None:
        raise WebhookNotFound(webhook_id)
    await _try(db, sender, due)
    async with db.connection() as connection:
        delivery = await WebhookStore(connection, caller.tenant_id).delivery(due.id)
    if delivery is None:
        raise WebhookNotFound(webhook_id)
    return delivery


async def forget(db: Database) -> None:
    """What became of deliveries is kept for ``KEPT``."""
    async with db.connection() as connection:
        await forget_old(connection, KEPT)


async def _try(db: Database, sender: Sender, due: Due) -> None:
    try:
        outcome = await _sent(db, sender, due)
    except (Error, OSError, Refusal):
        raise  # A part of ours is away, and nothing is wrong with the delivery.
    except Exception:
        # One that can never be sent is given up like others, and not taken again for ever.
        log.exception("the delivery %s could not be sent", due.id)
        outcome = Outcome(None, "Shifty failed to send it: the log of the server says why")
    if outcome is None:
        return  # The run was deleted meanwhile, and this with it.
    state: State = "delivered"
    pause: timedelta | None = None
    if outcome.error is not None:
        # Who has asked for a test looks at what came of it, and asks again.
        pause = None if due.event == TEST else pause_after(due.tries)
        state = "failed" if pause is None else "waiting"
    async with db.connection() as connection:
        await WebhookStore(connection, due.tenant_id).note(due, outcome, state, pause)


async def _sent(db: Database, sender: Sender, due: Due) -> Outcome | None:
    """None: there is no such run any more."""
    body = await _body(db, sender, due)
    if body is None:
        return None
    # The moment of this try: receivers refuse old ones, so that nobody can play a message back.
    headers = signed_headers(due.secret, str(due.id), datetime.now(UTC), body)
    return await sender.post(due.url, body, {**headers, "Content-Type": "application/json", "User-Agent": "Shifty"})


async def _body(db: Database, sender: Sender, due: Due) -> bytes | None:
    if due.run_id is None:
        return trial(due.created_at)
    async with db.connection() as connection:
        told = await WebhookStore(connection, due.tenant_id).told(due.run_id, MOST_FAILURES)
    return payload(due.event, told, sender.public_url) if told else None
