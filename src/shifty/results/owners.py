"""Keep the CODEOWNERS file that a run has brought."""

from shifty.database.pool import Transaction
from shifty.history.owners import set_codeowners
from shifty.results.store import QUERIES, RunKey


async def keep_codeowners(tx: Transaction, key: RunKey, text: str) -> None:
    """Take ``text`` for the project of a run that may say who owns what: of the default branch, and not of a fork."""
    cursor = await tx.execute(QUERIES["project_that_takes_owners"], key._asdict())
    row = await cursor.fetchone()
    if row is not None:
        await set_codeowners(tx, key.tenant_id, row[0], text)
