"""List what became of the tests of a run: a page, or all of them one after the other."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database
from shifty.runs.errors import RunNotFound
from shifty.runs.model import Result, ResultFilter
from shifty.runs.store import RunStore
from shifty.web.pagination import Page

AT_ONCE = 200
"""Results in memory while they are streamed: what a client sees of it is a chunk of a few hundred KiB."""


@dataclass(frozen=True)
class ResultPage:
    results: Sequence[Result]
    total: int
    """Of all pages."""


async def list_results(
    db: Database, tenant_id: UUID, run_id: UUID, wanted: ResultFilter, page: Page, *, only: str | None
) -> ResultPage:
    """A page of the results that ``wanted`` describes, in the order of the suite.

    Raises:
        RunNotFound: this tenant has no such run, or not in the project ``only``.
    """
    async with db.snapshot() as tx:
        runs = RunStore(tx, tenant_id, only)
        if await runs.get(run_id) is None:
            raise RunNotFound(run_id)
        ids, total = await runs.results_in_order(run_id, wanted, page)
        return ResultPage(await runs.results(run_id, ids), total)


async def stream_results(
    db: Database, tenant_id: UUID, run_id: UUID, wanted: ResultFilter, *, only: str | None
) -> AsyncIterator[Sequence[Result]]:
    """All results that ``wanted`` describes, in the order of the suite, some at a time.

    Only the ids are kept. A reader may be slow, so nothing of the database is held while it reads: no connection, and
    no transaction that would keep old rows from being cleared away. Of a run that goes on, each part is as of its
    moment.

    Raises:
        RunNotFound: this tenant has no such run, or not in the project ``only``.
    """
    async with db.snapshot() as tx:
        runs = RunStore(tx, tenant_id, only)
        if await runs.get(run_id) is None:
            raise RunNotFound(run_id)
        ids, _ = await runs.results_in_order(run_id, wanted)
    return _parts(db, tenant_id, run_id, ids)


async def _parts(db: Database, tenant_id: UUID, run_id: UUID, ids: Sequence[str]) -> AsyncIterator[Sequence[Result]]:
    for start in range(0, len(ids), AT_ONCE):
        async with db.connection() as connection:
            part = await RunStore(connection, tenant_id).results(run_id, ids[start : start + AT_ONCE])
        yield part
