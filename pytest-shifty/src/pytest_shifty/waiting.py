"""How long a locator that finds nothing is believed. A wrong heal costs more than the time that it saves."""

import asyncio
import math
from collections.abc import Awaitable
from typing import TypeVar

_SHORTEST_MS = 2000
_HEALED_BEFORE_MS = 1000
_LONGEST_MS = 60_000
# What is kept of the author's time for the healed call, or for the original that must still fail with its own words.
_RESERVE_SHARE = 0.25
_LEAST_RESERVE_MS, _MOST_RESERVE_MS = 1500, 10_000

T = TypeVar("T")


def patience(*, available_ms: float, longest_wait_ms: int | None, healed_before: bool) -> float:
    """Milliseconds. ``available_ms`` may be infinite; ``longest_wait_ms`` None: this locator was never seen."""
    most = _LONGEST_MS
    if math.isfinite(available_ms):
        most = max(0, min(available_ms - _reserve_of(available_ms), _LONGEST_MS))
    if healed_before:
        return min(most, _HEALED_BEFORE_MS)
    if longest_wait_ms is None:
        return most
    return min(most, max(_SHORTEST_MS, 3 * longest_wait_ms))


def is_too_early(timeout_ms: float, missing_ms: float) -> bool:
    """Whoever gives a step less than 2 s tries again in a loop, or does not mind: what has not been missing for that
    long is not yet broken. ``timeout_ms`` is the author's own; 0: none."""
    return 0 < timeout_ms < _SHORTEST_MS and missing_ms < _SHORTEST_MS


def _reserve_of(available_ms: float) -> float:
    share = min(max(available_ms * _RESERVE_SHARE, _LEAST_RESERVE_MS), _MOST_RESERVE_MS)
    return min(share, available_ms / 2)


async def within(awaitable: Awaitable[T], ms: float, what: str) -> T:
    try:
        async with asyncio.timeout(ms / 1000):
            return await awaitable
    except TimeoutError as error:
        # Playwright's own error has this name as well, but is no TimeoutError of Python.
        raise RuntimeError(f"{what} took more than {round(ms)} ms") from error
