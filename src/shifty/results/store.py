"""Every statement of this room."""

from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple
from uuid import UUID

import msgspec

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.results.outcome import ResultRow
from shifty.wire import RunStart

QUERIES = load_queries("shifty.results")
_encode = msgspec.json.Encoder(enc_hook=str).encode


class RunKey(NamedTuple):
    """Which run of which tenant: what every report is about."""

    run_id: UUID
    tenant_id: UUID


class ListedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A planned test for the ledger; field names are column names."""

    run_id: str
    tenant_id: str
    test_id: str
    file: str
    project_name: str
    title_path: list[str]
    line: int | None
    tags: list[str]
    shard_index: int | None = None
    stage: str = "main"
    serial: str | None = None
    parallel: bool = False
    repeat: int = 0


class StartedRow(msgspec.Struct, frozen=True):
    """A test that runs now."""

    run_id: str
    tenant_id: str
    test_id: str
    lease: str | None


class Conclusion(msgspec.Struct, frozen=True):
    """What the server itself says of a test that did not report: ``failed`` or ``notRun``."""

    test_id: str
    outcome: str
    reason: str | None
    error_message: str | None = None


class Recorded(NamedTuple):
    missed: int
    """Rows that another transaction was inserting at that moment: to be recorded again."""
    refused: int
    """Rows of leases that are no longer held, or of runs that have ended."""
    changed: list[UUID]


class ResultStore:
    """Results of many runs at once: rows carry their own run and tenant."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def lock_for_reports(self, keys: Iterable[RunKey], exclusive: Set[RunKey]) -> None:
        """Keep claims, finishes and the close of these runs out until the transaction ends."""
        ordered = sorted(keys)
        values = {
            "names": [f"{key.tenant_id}/{key.run_id}" for key in ordered],
            "exclusive": [key in exclusive for key in ordered],
        }
        await self._tx.execute(QUERIES["lock_for_reports"], values)

    async def create_run(self, key: RunKey, start: RunStart, only: str | None) -> None:
        values = {
            **key._asdict(),
            "project": only or start.project or "default",
            "branch": start.branch,
            "commit_sha": start.commit_sha,
            "workers": start.total_shards,
            "total": start.total_tests or 0,
        }
        await self._tx.execute(QUERIES["create_reported_run"], values)

    async def known_runs(self, keys: Sequence[RunKey]) -> dict[RunKey, str]:
        """Those of ``keys`` that exist, with their projects."""
        cursor = await self._tx.execute(QUERIES["known_runs"], _columns(keys))
        return {RunKey(row[0], row[1]): row[2] for row in await cursor.fetchall()}

    async def record(self, rows: Sequence[ResultRow]) -> Recorded:
        cursor = await self._tx.execute(QUERIES["record_results"], {"rows": _json(rows)})
        row = await cursor.fetchone()
        assert row is not None
        return Recorded(*row)

    async def keep_as_evidence(self, rows: Sequence[ResultRow]) -> None:
        await self._tx.execute(QUERIES["keep_as_evidence"], {"rows": _json(rows)})

    async def list_tests(self, rows: Sequence[ListedRow]) -> list[UUID]:
        return await self._ids("list_tests", {"rows": _json(rows)})

    async def mark_running(self, rows: Sequence[StartedRow]) -> list[UUID]:
        return await self._ids("mark_running", {"rows": _json(rows)})

    async def touch(self, keys: Sequence[RunKey]) -> list[UUID]:
        return await self._ids("touch_runs", _columns(keys))

    async def add_error(self, key: RunKey, digest: str, file: str | None, error: bytes) -> None:
        values = {**key._asdict(), "digest": digest, "file": file, "error": error.decode()}
        await self._tx.execute(QUERIES["add_run_error"], values)

    async def declare_total(self, key: RunKey, total: int) -> None:
        await self._tx.execute(QUERIES["declare_total"], {**key._asdict(), "total": total})

    async def join_shard(self, key: RunKey, index: int, total: int) -> None:
        await self._tx.execute(QUERIES["join_shard"], {**key._asdict(), "index": index, "total": total})
        await self._tx.execute(QUERIES["join_planned_shard"], {**key._asdict(), "index": index})

    async def end_shard(self, key: RunKey, index: int | None) -> None:
        """None: the run's only one; of several, none."""
        await self._tx.execute(QUERIES["end_shard"], {**key._asdict(), "index": index})
        await self._tx.execute(QUERIES["drop_expected_of_reported"], key._asdict())

    async def conclude(self, key: RunKey, rows: Sequence[Conclusion]) -> None:
        if rows:
            await self._tx.execute(QUERIES["conclude"], {**key._asdict(), "rows": _json(rows)})

    async def conclude_rest(self, key: RunKey, reason: str) -> None:
        await self._tx.execute(QUERIES["conclude_rest"], {**key._asdict(), "reason": reason})

    async def fail_healed(self, key: RunKey, message: str) -> None:
        """Tests that passed only with a healed locator have failed; the caller counts the run anew."""
        await self._tx.execute(QUERIES["fail_healed"], {**key._asdict(), "message": message})

    async def _ids(self, name: str, values: dict[str, object]) -> list[UUID]:
        cursor = await self._tx.execute(QUERIES[name], values)
        return [row[0] for row in await cursor.fetchall()]


def _columns(keys: Sequence[RunKey]) -> dict[str, object]:
    return {"run_ids": [key.run_id for key in keys], "tenant_ids": [key.tenant_id for key in keys]}


def _json(rows: Sequence[msgspec.Struct]) -> str:
    # PostgreSQL's jsonb has no NUL; a test's output may.
    return _encode(rows).decode().replace("\\u0000", "\\ufffd")
