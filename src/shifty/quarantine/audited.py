"""Who has changed what is quarantined: for the audit log of the tenant, beside the log of each rule."""

from typing import Literal, TypeAlias

from shifty.database.pool import Database
from shifty.quarantine.model import ListedRule
from shifty.tenants.audit import note
from shifty.tenants.model import Caller

Action: TypeAlias = Literal["quarantine.added", "quarantine.changed", "quarantine.released"]


async def note_rule(db: Database, caller: Caller, action: Action, rule: ListedRule) -> None:
    """As the rule is now."""
    details = {"kind": rule.kind, "value": rule.value, "owner": rule.owner, "reason": rule.reason}
    if action == "quarantine.released":
        details["releaseReason"] = rule.release_reason or ""
    else:
        details["expiresAt"] = f"{rule.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    await note(db, caller, action, str(rule.id), project=rule.project, details=details)
