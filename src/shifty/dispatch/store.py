"""Every statement of this room. Whoever uses it holds the lock of the run, but for the look at the whole queue."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg.rows import class_row, namedtuple_row

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.dispatch.model import Claimant, HeldItem, LeasedItem, LeasedTest, NewItem, OpenItem

QUERIES = load_queries("shifty.dispatch")

GONE_AFTER = timedelta(seconds=60)
"""A worker of which nothing was heard for this long no longer counts as one."""


class RunState(NamedTuple):
    status: str
    worker_count: int
    project: str


class Held(NamedTuple):
    token: UUID
    seq: int
    predicted_ms: int
    shard_index: int


class Crew(NamedTuple):
    alive: int
    overhead_ms: float | None


class BlamedTest(NamedTuple):
    test_id: str
    file: str
    project_name: str
    title_path: list[str]
    line: int | None
    losses: int


class DispatchStore:
    """Items and leases of one run."""

    def __init__(self, tx: Transaction, tenant_id: UUID, run_id: UUID) -> None:
        self._tx = tx
        self._keys: dict[str, Any] = {"tenant_id": tenant_id, "run_id": run_id}

    async def lock(self) -> None:
        await self._tx.execute(QUERIES["lock_run"], self._keys)

    async def state(self) -> RunState | None:
        row = await self._one("run_state")
        return None if row is None else RunState(*row)

    async def held_by(self, worker_id: UUID) -> Held | None:
        row = await self._one("held_lease", worker_id=worker_id)
        return None if row is None else Held(*row)

    async def extend(self, token: UUID, lease_for: timedelta) -> None:
        await self._do("extend_lease", token=token, lease_for=lease_for)

    async def join(self, claimant: Claimant) -> tuple[int | None, bool]:
        """The shard that this worker began with, None for a late one, and whether this is its first batch."""
        row = await self._one(
            "join_run",
            worker_id=claimant.worker_id,
            name=claimant.name,
            overhead_ms=claimant.overhead_ms,
            wanted=claimant.shard_index,
        )
        assert row is not None
        return row[0], row[1]

    async def seen(self, worker_id: UUID) -> None:
        await self._do("seen", worker_id=worker_id)

    async def waiting(self) -> list[OpenItem]:
        async with self._tx.cursor(row_factory=class_row(OpenItem)) as cursor:
            await cursor.execute(QUERIES["waiting_items"], self._keys)
            return await cursor.fetchall()

    async def running_ms(self) -> dict[int, float]:
        return {row[0]: row[1] for row in await self._all("running_by_shard")}

    async def crew(self) -> Crew:
        row = await self._one("workers_and_overhead", gone_after=GONE_AFTER)
        assert row is not None
        return Crew(*row)

    async def grant(self, worker_id: UUID, ids: Sequence[int], predicted_ms: int, lease_for: timedelta) -> Held:
        row = await self._one("grant_lease", worker_id=worker_id, predicted_ms=predicted_ms, lease_for=lease_for)
        assert row is not None
        await self._do("lease_items", token=row[0], ids=list(ids), worker_id=worker_id)
        return Held(row[0], row[1], predicted_ms, 0)

    async def items_of(self, token: UUID) -> tuple[LeasedItem, ...]:
        rows = await self._all("items_of_lease", token=token)
        return tuple(_leased_item(*row) for row in rows)

    async def plan(self) -> dict[int, list[str]]:
        """Shard → ids of the tests that were planned for it, whatever has become of them."""
        return {row[0]: row[1] for row in await self._all("plan_of_run")}

    async def anything_open(self) -> bool:
        row = await self._one("anything_open")
        return bool(row and row[0])

    async def renew(self, token: UUID, lease_for: timedelta) -> bool | None:
        """Whether the run was cancelled; None when the lease is no longer held."""
        row = await self._one("renew_lease", token=token, lease_for=lease_for)
        return None if row is None else row[0]

    async def end(self, token: UUID, state: str) -> bool:
        return await self._one("end_lease", token=token, state=state) is not None

    async def held_items(self, token: UUID) -> list[HeldItem]:
        rows = await self._all("held_items", token=token)
        return [HeldItem(*row) for row in rows]

    async def finish(self, ids: Sequence[int]) -> None:
        await self._do("finish_items", ids=list(ids))

    async def requeue(self, item: HeldItem, missing: Sequence[str] | None, predicted_ms: int, blame: int) -> None:
        values = {"id": item.id, "missing": None if missing is None else list(missing)}
        await self._do("requeue_item", **values, predicted_ms=predicted_ms, blame=blame)

    async def blame(self, blamed: Sequence[str], missing: Sequence[str]) -> list[BlamedTest]:
        async with self._tx.cursor(row_factory=namedtuple_row) as cursor:
            await cursor.execute(
                QUERIES["blame_tests"], {**self._keys, "blamed": list(blamed), "missing": list(missing)}
            )
            return [BlamedTest(*row) for row in await cursor.fetchall()]

    async def stop_running(self, missing: Sequence[str]) -> None:
        await self._do("stop_running", missing=list(missing))

    async def drop_expected(self, expected: int) -> None:
        await self._do("drop_expected", expected=expected)

    async def unlisted(self, token: UUID) -> list[tuple[int, str, str | None]]:
        return [(row[0], row[1], row[2]) for row in await self._all("unlisted_items", token=token)]

    async def list_item(self, item_id: int, test_ids: Sequence[str]) -> int:
        """Note the tests of an item that was leased whole; how many had been expected."""
        row = await self._one("list_item", id=item_id, test_ids=list(test_ids))
        return 0 if row is None else row[0]

    async def add(self, shards: Sequence[dict[str, object]], items: Sequence[NewItem]) -> None:
        await self._do("add_shards", rows=msgspec.json.encode(shards).decode())
        await self._do("add_items", rows=msgspec.json.encode(items).decode())

    async def settle_shards(self) -> None:
        await self._do("settle_shards")

    async def cancel_waiting(self) -> list[str]:
        row = await self._one("cancel_waiting")
        return list(row[0]) if row else []

    async def cancel_shards(self) -> None:
        await self._do("cancel_shards")

    async def still_expired(self, token: UUID) -> bool:
        return await self._one("still_expired", token=token) is not None

    async def _do(self, query: str, /, **values: object) -> None:
        await self._tx.execute(QUERIES[query], {**self._keys, **values})

    async def _one(self, query: str, /, **values: object) -> tuple[Any, ...] | None:
        cursor = await self._tx.execute(QUERIES[query], {**self._keys, **values})
        return await cursor.fetchone()

    async def _all(self, query: str, /, **values: object) -> list[tuple[Any, ...]]:
        cursor = await self._tx.execute(QUERIES[query], {**self._keys, **values})
        return await cursor.fetchall()


def _leased_item(
    item_id: int, file: str, project_name: str | None, listed: bool, ids: list[str], tests: list[list[Any]]
) -> LeasedItem:
    named = tuple(
        LeasedTest(test_id, tuple(titles), project, line)
        for test_id, (titles, project, line) in zip(ids, tests, strict=True)
    )
    return LeasedItem(item_id, file, project_name, named if listed else None)
