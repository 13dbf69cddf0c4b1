"""Say what went wrong in a run, and nothing of what did not: what its first page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.runs.head import RunHead
from shifty.runs.head_store import FailureRow, HeadStore, NotablePass, NotRunReason

MOST_FAILURES: Final = 50
MOST_NOTABLE: Final = 12
MOST_REASONS: Final = 8


@dataclass(frozen=True)
class Findings:
    """Of each the first few; how many there are in all says the head."""

    failures: Sequence[FailureRow]
    notable: Sequence[NotablePass]
    not_run: Sequence[NotRunReason]


async def findings_of(db: Database, tenant_id: UUID, head: RunHead) -> Findings:
    """Of a run that the caller may see. What the ledger has none of is not looked for."""
    run_id, ledger = head.run.id, head.run.ledger
    async with db.snapshot() as tx:
        store = HeadStore(tx, tenant_id)
        failures = await store.failures(run_id, MOST_FAILURES) if ledger.failed else []
        notable = await store.notable_passes(run_id, MOST_NOTABLE) if ledger.flaky or head.run.healed_tests else []
        not_run = await store.not_run_reasons(run_id, MOST_REASONS) if ledger.not_run else []
    return Findings(failures, notable, not_run)
