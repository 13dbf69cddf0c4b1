"""Waiting briefly: a page comes at once, with what there is, and what takes longer goes on meanwhile."""

import asyncio
from collections.abc import Coroutine
from typing import Final, TypeVar
from uuid import UUID

from fastapi import Request

from shifty.database.pool import Database
from shifty.errors import Unavailable
from shifty.flakiness.fold_runs import fold_due

Result = TypeVar("Result")

PATIENCE_S: Final = 0.05
"""Of the tenth of a second in which a page begins to come."""

_under_way: set[asyncio.Task[object]] = set()


async def soon(work: Coroutine[object, object, Result]) -> Result | None:
    """What ``work`` comes to; None: it takes longer, and goes on for whoever asks next.

    Raises:
        Exception: whatever ``work`` raises in time.
    """
    task = asyncio.create_task(work)
    await asyncio.wait({task}, timeout=PATIENCE_S)
    if task.done():
        return task.result()
    _under_way.add(task)
    task.add_done_callback(_forget)
    return None


async def all_taken_in(db: Database, tenant_id: UUID, request: Request) -> bool:
    """Have the runs that ended taken in; False: one is still under way, and the page shows what was before.

    A part of a page waits until it is done: nobody sees how long that takes.
    """
    if "part" in request.query_params:
        await fold_due(db, tenant_id)
        return True
    return await soon(_taken_in(db, tenant_id)) is not None


async def _taken_in(db: Database, tenant_id: UUID) -> bool:
    try:
        await fold_due(db, tenant_id)
    except Unavailable:
        # The page itself says so where it needs the database.
        return False
    return True


def _forget(task: asyncio.Task[object]) -> None:
    _under_way.discard(task)
    if not task.cancelled():
        # Asked for, so that nobody warns that it was not: who asks next comes upon the same.
        task.exception()
