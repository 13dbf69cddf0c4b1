"""Change a rule: for longer, of somebody else, for another reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shifty.database.pool import Database
from shifty.quarantine.add import require_end
from shifty.quarantine.errors import RuleNotFound, RuleReleased
from shifty.quarantine.model import ListedRule
from shifty.quarantine.store import QuarantineStore
from shifty.tenants.audit import record


@dataclass(frozen=True, kw_only=True)
class Changes:
    """None stays as it is."""

    owner: str | None = None
    reason: str | None = None
    days: int | None = None
    """From now."""
    expires_at: datetime | None = None


async def change_rule(
    db: Database, tenant_id: UUID, rule_id: UUID, changes: Changes, who: str, only: str | None = None
) -> ListedRule:
    """The rule as it is now. ``who`` is the id of a key.

    Raises:
        BadEnd: it would end in the past, or in more than a year.
        RuleNotFound: this tenant has no such rule, or not in the project ``only``.
        RuleReleased: it excuses nothing any more.
    """
    named = {name: value for name, value in vars(changes).items() if value is not None}
    async with db.transaction() as tx:
        store = QuarantineStore(tx, tenant_id)
        before = await store.get(rule_id, only)
        if before is None:
            raise RuleNotFound(rule_id)
        require_end(changes.expires_at)
        if not await store.change(rule_id, named):
            raise RuleReleased(rule_id)
        after = await store.get(rule_id)
        assert after is not None
        if told := _told(before, after):
            await store.add_log(rule_id, who, "changed", told)
            await record(
                *(tx, tenant_id, "quarantine.changed", str(rule_id)), key_id=who, project=after.project, details=told
            )
        return after


def _told(before: ListedRule, after: ListedRule) -> dict[str, object]:
    """What has changed, as it is now."""
    told: dict[str, object] = {}
    if after.owner != before.owner:
        told["owner"] = after.owner
    if after.reason != before.reason:
        told["reason"] = after.reason
    if after.expires_at != before.expires_at:
        told["expiresAt"] = after.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return told
