"""Connections to PostgreSQL: a pool that is back as soon as the server is, and transactions over it."""

import asyncio
import select
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from time import monotonic
from typing import Any, TypeAlias

import psycopg
from psycopg import AsyncConnection, IsolationLevel
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from shifty.errors import Unavailable, UsageError

Transaction: TypeAlias = AsyncConnection[TupleRow]
"""A connection inside ``begin``; what stores are given."""

PATIENCE_S = 5.0
"""How long a caller waits for a server that is away: a restart with recovery takes one to three seconds."""
BUSY_PATIENCE_S = 30.0
_SLICE_S = 0.5
_CONNECT_TIMEOUT_S = 5
_LAST_TRY_S = 1.0

AWAY = "The database is away for the moment; the same call may pass in a few seconds."
BUSY = "All connections to the database are in use; the same call may pass in a few seconds."
FULL = "The disk of the database is full: free some space; the same call passes then."

_Pool: TypeAlias = AsyncConnectionPool[Transaction]


class Database:
    """One per process and event loop. It survives restarts of PostgreSQL; only what was under way then fails."""

    def __init__(self, dsn: str, max_size: int) -> None:
        self.dsn = dsn
        self._max_size = max_size
        self._pool = _make_pool(dsn, max_size)
        self._closing = False
        self._renewal: asyncio.Task[None] | None = None
        self._retired: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, dsn: str, *, max_size: int = 10) -> "Database":
        """Connect, at once or not at all.

        Raises:
            UsageError: ``dsn`` is malformed.
            Unavailable: nobody answers, or the server refuses us; the message has its words.
        """
        await (await connect(dsn)).close()
        database = cls(dsn, max_size)
        await database._pool.open()
        return database

    async def close(self) -> None:
        self._closing = True
        if self._renewal:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._renewal, _LAST_TRY_S)
        await asyncio.gather(self._pool.close(), *self._retired)

    async def dedicated(self) -> AsyncConnection[TupleRow]:
        """A connection outside the pool, for LISTEN and NOTIFY. The caller closes it, and notices when it breaks."""
        return await connect(self.dsn)

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection[TupleRow]]:
        """Autocommit: single statements, and COPY.

        Raises:
            Unavailable: no connection could be had, or it broke; the statement under way then may have been
                committed or not.
        """
        return self._connection()

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """``begin`` to ``commit``, read committed; an exception rolls back.

        Raises:
            Unavailable: as for ``connection``.
        """
        return self._transaction()

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Transaction]:
        """A transaction that only reads, and in which all statements see the database as the first one does.

        Raises:
            Unavailable: as for ``connection``.
        """
        async with self._transaction() as tx:
            await tx.execute("set transaction isolation level repeatable read, read only")
            yield tx

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[Transaction]:
        async with self._connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[AsyncConnection[TupleRow]]:
        pool, connection = await self._take()
        try:
            yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if isinstance(error, psycopg.errors.DiskFull):
                raise Unavailable(FULL) from error
            if not connection.closed:
                raise
            self._renew(pool)
            raise Unavailable(AWAY) from error
        finally:
            await pool.putconn(connection)

    async def _take(self) -> tuple[_Pool, AsyncConnection[TupleRow]]:
        busy_until = monotonic() + BUSY_PATIENCE_S
        while True:
            pool = self._pool
            try:
                connection = await pool.getconn(timeout=_SLICE_S)
            except PoolTimeout:
                if _failed(pool):
                    await self._back_again(pool)
                elif monotonic() > busy_until:
                    raise Unavailable(BUSY) from None
                continue
            except PoolClosed:
                if pool is self._pool:
                    raise Unavailable("This server is going down.") from None
                continue
            if await _alive(connection):
                return pool, connection
            await connection.close()
            await pool.putconn(connection)
            await self._back_again(pool)

    async def _back_again(self, lost: _Pool) -> None:
        try:
            await asyncio.wait_for(asyncio.shield(self._renew(lost)), PATIENCE_S)
        except TimeoutError:
            raise Unavailable(AWAY) from None

    def _renew(self, lost: _Pool) -> asyncio.Task[None]:
        """Put a fresh pool in the place of ``lost`` once the server answers.

        The pool's own reconnecting backs off up to minutes; with it writers waited 14 s for a server that was back
        after 1.6 s.
        """
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._replace(lost))
        return self._renewal

    async def _replace(self, lost: _Pool) -> None:
        pause = 0.02
        while self._pool is lost and not self._closing:
            try:
                await (await connect(self.dsn)).close()
            except Unavailable:
                await asyncio.sleep(pause)
                pause = min(0.5, pause * 1.5)
                continue
            fresh = _make_pool(self.dsn, self._max_size)
            await fresh.open()
            self._pool = fresh
            closing = asyncio.create_task(lost.close())
            self._retired.add(closing)
            closing.add_done_callback(self._retired.discard)


def _failed(pool: _Pool) -> bool:
    """Whether it had trouble with the server, as opposed to callers that hold all its connections."""
    counts = pool.get_stats()
    return bool(counts.get("connections_errors") or counts.get("connections_lost"))


def _make_pool(dsn: str, max_size: int) -> _Pool:
    return AsyncConnectionPool(
        dsn,
        open=False,
        min_size=min(2, max_size),
        max_size=max_size,
        kwargs=_connection_options(),
        configure=_configure,
        connection_class=AsyncConnection[TupleRow],
    )


async def connect(dsn: str) -> AsyncConnection[TupleRow]:
    """One connection in autocommit mode, outside any pool.

    Raises:
        UsageError: ``dsn`` is malformed.
        Unavailable: nobody answers, or the server refuses us; the message has its words.
    """
    try:
        conninfo_to_dict(dsn)
    except psycopg.ProgrammingError as error:
        raise UsageError(
            f"The address of the database is malformed ({_first_line(error)}): "
            f"write it as postgresql://user:password@host:5432/name."
        ) from None
    try:
        connection = await AsyncConnection.connect(dsn, **_connection_options())
        try:
            await _configure(connection)
        except BaseException:
            await connection.close()
            raise
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"The database can't be reached ({_first_line(error)}): check that it runs and the address it was given."
        ) from error
    return connection


def _connection_options() -> dict[str, Any]:
    return {
        "autocommit": True,
        "prepare_threshold": 1,
        "connect_timeout": _CONNECT_TIMEOUT_S,
        "application_name": "shifty",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }


async def _configure(connection: AsyncConnection[TupleRow]) -> None:
    await connection.set_isolation_level(IsolationLevel.READ_COMMITTED)
    await connection.execute("set timezone to 'UTC'")


async def _alive(connection: AsyncConnection[TupleRow]) -> bool:
    """Whether an idle connection still has its server. Costs no round trip unless the server has said something."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if not poll.poll(0):
        return True
    try:
        await connection.execute("")
    except psycopg.Error:
        return False
    return True


def _first_line(error: Exception) -> str:
    """libpq reports each attempt on a line of its own."""
    return str(error).strip().splitlines()[0].strip() if str(error).strip() else type(error).__name__
