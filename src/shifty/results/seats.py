"""How many sockets of a tenant may report at once, counted over all replicas."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from psycopg import Error

from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.results.errors import TooManyProducers
from shifty.results.store import QUERIES

log = logging.getLogger(__name__)

KEPT_FOR: Final = timedelta(seconds=30)
"""So long the seats of a replica that has died stay taken."""
RENEW_EVERY_S: Final = 8.0


class Seats:
    """The seats that this replica has taken in the database. ``most`` 0: any number."""

    def __init__(self, db: Database, most: int, kept_for: timedelta = KEPT_FOR) -> None:
        self._db = db
        self._most = most
        self._kept_for = kept_for
        self._held: dict[UUID, UUID] = {}

    @asynccontextmanager
    async def taken(self, tenant_id: UUID) -> AsyncGenerator[None]:
        """Hold a seat of the tenant.

        Raises:
            TooManyProducers: all of its seats are taken.
        """
        if not self._most:
            yield
            return
        seat = await self._take(tenant_id)
        self._held[seat] = tenant_id
        try:
            yield
        finally:
            self._held.pop(seat, None)
            await self._give_back([seat])

    async def renew(self) -> None:
        """Keep what is held, in one statement; a replica that dies stops doing so."""
        if not self._held:
            return
        values = {
            "seats": list(self._held.keys()),
            "tenant_ids": list(self._held.values()),
            "kept_for": self._kept_for,
        }
        async with self._db.connection() as connection:
            await connection.execute(QUERIES["renew_seats"], values)

    async def give_all_back(self) -> None:
        """Before this replica stops: reporters that come back to another one find room there."""
        held, self._held = list(self._held), {}
        if held:
            await self._give_back(held)

    async def _take(self, tenant_id: UUID) -> UUID:
        seat = uuid4()
        values = {"seat": seat, "tenant_id": tenant_id, "most": self._most, "kept_for": self._kept_for}
        async with self._db.transaction() as tx:
            # A statement of its own: the next one must see the seats that others took while this one waited.
            await tx.execute(QUERIES["lock_seats"], values)
            cursor = await tx.execute(QUERIES["take_seat"], values)
            if not cursor.rowcount:
                raise TooManyProducers(self._most)
        return seat

    async def _give_back(self, seats: list[UUID]) -> None:
        try:
            async with self._db.connection() as connection:
                await connection.execute(QUERIES["give_seats_back"], {"seats": seats})
        except (Error, OSError, Refusal) as error:
            log.info("%d seats could not be given back and expire by themselves: %s", len(seats), error)
