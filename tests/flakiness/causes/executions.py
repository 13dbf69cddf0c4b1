"""Executions of one test, made up."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from shifty.history.model import Execution

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def execution(number: int, **fields: object) -> Execution:
    """The test's ``number``-th, which passed unless it says otherwise. The ids tell the order."""
    plain: dict[str, object] = {
        "run_id": UUID(int=number),
        "ended_at": BEGAN + timedelta(hours=number),
        "branch": "main",
        "commit": f"{number:040x}",
        "outcome": "passed",
        "duration_ms": 1000,
        "position": 3,
        "ran_after": 7,
        "worker": "m1",
        **fields,
    }
    return Execution(**plain)  # pyright: ignore[reportArgumentType]


def flaked(number: int, **fields: object) -> Execution:
    """It passed at its second attempt."""
    once: dict[str, object] = {"retried": True, "attempts": 2, "failed_attempts": 1, "failed_ms": 900}
    return execution(number, **{**once, **fields})


def window(size: int, fails: Callable[[int], bool], where: Callable[[int], dict[str, object]]) -> list[Execution]:
    return [(flaked if fails(number) else execution)(number, **where(number)) for number in range(size)]


def anywhere(random: Random) -> Callable[[int], dict[str, object]]:
    """A place that has nothing to do with how a test comes out."""

    def place(_: int) -> dict[str, object]:
        position = random.choice([0, 0, 1, 2, 3, 5])
        return {
            "position": position,
            "ran_after": random.choice([11, 12, 13, 14]) if position else None,
            "worker": random.choice(["m1", "m2", "m3"]),
            "duration_ms": random.randint(800, 1200),
        }

    return place
