"""Waits for something, unless something else happens first."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


async def unless(work: Coroutine[Any, Any, _T], *events: asyncio.Event) -> _T | None:
    """What ``work`` comes to, or None, and ``work`` cancelled, when one of ``events`` is set before."""
    task = asyncio.create_task(work)
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait([task, *waits], return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for each in (task, *waits):
            each.cancel()
        await asyncio.wait([task, *waits])
