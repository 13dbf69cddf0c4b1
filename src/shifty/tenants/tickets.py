"""Tickets: what a browser shows in the address of a stream in place of a key. Each opens one stream of one run."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.tenants.errors import BadTicket
from shifty.tenants.model import Caller, Scope
from shifty.tenants.store import QUERIES

GOOD_FOR: Final = timedelta(seconds=30)

# Letters that need no escape in an address.
_FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class TicketHolder:
    """Who came with a ticket, and the run that it is for."""

    caller: Caller
    run_id: UUID


async def make_ticket(db: Database, tenant_id: UUID, run_id: UUID) -> str:
    """A ticket for a run that exists and that the caller may read."""
    text = secrets.token_urlsafe(32)
    values = {"hash": _hash(text), "tenant_id": tenant_id, "run_id": run_id, "good_for": GOOD_FOR}
    async with db.connection() as connection:
        await connection.execute(QUERIES["make_ticket"], values)
    return text


async def take_ticket(db: Database, text: str, run_id: UUID | None = None) -> TicketHolder:
    """Use a ticket up. ``run_id``: the run that it must be for.

    Raises:
        BadTicket: there is no such ticket any more, or it is for another run. It is used up by that, too.
    """
    if not _FORM.fullmatch(text):
        raise BadTicket
    async with db.connection() as connection:
        row = await (await connection.execute(QUERIES["take_ticket"], {"hash": _hash(text)})).fetchone()
    if row is None:
        raise BadTicket
    tenant_id, slug, ticketed, is_good = row
    if not is_good or run_id not in (None, ticketed):
        raise BadTicket
    # Which projects the key opened was asked when the ticket was made; it is for this run only.
    caller = Caller(tenant_id, slug, key_id="ticket", scopes=frozenset({Scope.READ}), project=None)
    return TicketHolder(caller, ticketed)


def _hash(text: str) -> bytes:
    """SHA-256: 256 random bits gain nothing from a slow hash."""
    return hashlib.sha256(text.encode()).digest()
