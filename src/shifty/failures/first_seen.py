"""Say since when the errors of a run are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Transaction
from shifty.failures.store import QUERIES


@dataclass(frozen=True)
class FirstSeen:
    """The first run with an error, as far as history goes back."""

    digest: str
    first_seen_at: datetime
    run_id: UUID | None
    """None: it is not kept any more."""
    branch: str | None
    commit_sha: str | None


async def first_seen(tx: Transaction, tenant_id: UUID, run_id: UUID, digests: Sequence[str]) -> Mapping[str, FirstSeen]:
    """By digest, in the project of the run. One that is missing was never met in a run that has ended."""
    values = {"tenant_id": tenant_id, "run_id": run_id, "digests": list(digests)}
    async with tx.cursor(row_factory=class_row(FirstSeen)) as cursor:
        await cursor.execute(QUERIES["first_seen"], values)
        return {row.digest: row for row in await cursor.fetchall()}


def is_new(run_id: UUID, seen: FirstSeen | None) -> bool:
    """Whether no earlier run had it."""
    return seen is None or seen.run_id == run_id
