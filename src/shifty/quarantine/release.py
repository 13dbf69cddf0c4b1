"""Take tests out of quarantine."""

from uuid import UUID

from shifty.database.pool import Database, Transaction
from shifty.quarantine.errors import RuleNotFound
from shifty.quarantine.model import ListedRule
from shifty.quarantine.store import QuarantineStore
from shifty.tenants.audit import record


async def release(
    db: Database, tenant_id: UUID, rule_id: UUID, who: str, reason: str, only: str | None = None
) -> ListedRule:
    """The rule, released by the key with the id ``who``; one that was released or has expired before stays as it was.

    Raises:
        RuleNotFound: this tenant has no such rule, or not in the project ``only``.
    """
    async with db.transaction() as tx:
        store = QuarantineStore(tx, tenant_id)
        if await store.get(rule_id, only) is None:
            raise RuleNotFound(rule_id)
        is_released = await release_rule(tx, tenant_id, rule_id, by=who, reason=reason)
        rule = await store.get(rule_id)
        assert rule is not None
        if is_released:
            subject, told = str(rule_id), {"kind": rule.kind, "value": rule.value, "reason": reason}
            await record(
                *(tx, tenant_id, "quarantine.released", subject), key_id=who, project=rule.project, details=told
            )
        return rule


async def release_rule(tx: Transaction, tenant_id: UUID, rule_id: UUID, *, by: str, reason: str) -> bool:
    """Whether it was still active."""
    store = QuarantineStore(tx, tenant_id)
    if not await store.release(rule_id, by, reason):
        return False
    await store.add_log(rule_id, by, "released", {"reason": reason})
    return True
