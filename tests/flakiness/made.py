"""Executions on paper: one letter a run, so that a history can be read at a glance."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shifty.history.model import Execution

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)

_KINDS: dict[str, dict[str, object]] = {
    "P": {"outcome": "passed"},
    "F": {"outcome": "failed", "failed_attempts": 1, "failed_ms": 1000},
    # Tried again within the run: passed in the end, or did not.
    "R": {"outcome": "passed", "retried": True, "attempts": 2, "failed_attempts": 1, "failed_ms": 1000},
    "D": {"outcome": "failed", "attempts": 2, "failed_attempts": 2, "failed_ms": 2000},
    # Among unusually many.
    "B": {"outcome": "failed", "failed_attempts": 1, "failed_ms": 1000, "burst": True},
    "b": {"outcome": "passed", "retried": True, "attempts": 2, "failed_attempts": 1, "failed_ms": 1000, "burst": True},
    "L": {"outcome": "failed", "failed_attempts": 1, "excluded": "lost-worker"},
    "I": {"outcome": "failed", "failed_attempts": 1, "excluded": "infrastructure"},
    "S": {"outcome": "skipped", "attempts": 0},
    "N": {"outcome": "notRun", "attempts": 0},
}


def ran(letters: str, *, branch: str | None = "main", commits: str | None = None, start: int = 0) -> list[Execution]:
    """A run an hour from hour ``start`` on. ``commits``: a letter a run, ``-``: unknown. None: each its own."""
    named = (
        [None if letter == "-" else letter for letter in commits]
        if commits
        else [f"c{start + n}" for n in range(len(letters))]
    )
    return [
        Execution(
            run_id=UUID(int=start + number + 1),
            ended_at=BEGAN + timedelta(hours=start + number),
            branch=branch,
            commit=commit,
            **_KINDS[letter],  # pyright: ignore[reportArgumentType]  # fields of an execution
        )
        for number, (letter, commit) in enumerate(zip(letters, named, strict=True))
    ]
