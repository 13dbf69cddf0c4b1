"""Rules that Shifty makes by itself, where a project wants that."""

from collections.abc import Sequence
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.quarantine.add import normal, put
from shifty.quarantine.errors import QuarantineFull
from shifty.quarantine.model import ListedRule, NewRule
from shifty.quarantine.store import QuarantineStore

SHIFTY = "Shifty"


async def add_automatic_rules(
    tx: Transaction, tenant_id: UUID, project_id: int, wanted: Sequence[NewRule]
) -> list[ListedRule]:
    """Those that are new. They are served in this order, until the project's cap is reached; what is active stays."""
    store = QuarantineStore(tx, tenant_id)
    project = await store.project_by_id(project_id)
    if project is None:
        return []
    made: list[ListedRule] = []
    for rule in wanted:
        try:
            # A savepoint: the caller's transaction goes on without the rule.
            async with tx.transaction():
                rule_id, is_new = await put(tx, tenant_id, project, normal(rule), SHIFTY)
        except QuarantineFull:
            break
        if is_new and (added := await store.get(rule_id)):
            made.append(added)
    return made
