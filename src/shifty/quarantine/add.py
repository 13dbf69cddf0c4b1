"""Put tests into quarantine."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from shifty.database.pool import Database, Transaction
from shifty.quarantine.errors import BadEnd, BadRule, ErrorNotNamed, ProjectNotFound, QuarantineFull
from shifty.quarantine.errors_told import UNTOLD_DIGESTS
from shifty.quarantine.model import ListedRule, NewRule, Project
from shifty.quarantine.sprt import UNKNOWN_SHARE, share_before
from shifty.quarantine.store import QuarantineStore
from shifty.tenants.audit import record

LONGEST_DAYS: Final = 365

_DIGEST = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Added:
    rule: ListedRule
    matching: int
    """Known tests that it is about."""
    is_new: bool
    """False: an active rule said the same; it stays as it was."""


async def add_rule(db: Database, tenant_id: UUID, slug: str, wanted: NewRule, who: str) -> Added:
    """Make a rule, unless an active one says the same. ``who`` is the id of a key.

    Raises:
        BadRule, ErrorNotNamed, BadEnd: the value does not fit the kind, or the end is none.
        ProjectNotFound: a rule of a project that nobody has run would wait for tests in vain.
        QuarantineFull: with it, more tests would be quarantined than the project allows. Nothing is stored.
    """
    wanted = normal(wanted)
    require_value(wanted)
    require_end(wanted.expires_at)
    async with db.transaction() as tx:
        store = QuarantineStore(tx, tenant_id)
        project = await store.project(slug)
        if project is None:
            raise ProjectNotFound(slug)
        rule_id, is_new = await put(tx, tenant_id, project, wanted, who)
        rule = await store.get(rule_id)
        assert rule is not None
        matching = await store.count_matching([rule])
        if is_new:
            told = _told(wanted)
            await record(tx, tenant_id, "quarantine.added", str(rule_id), key_id=who, project=slug, details=told)
        return Added(rule, matching.get(rule_id, 0), is_new)


async def put(tx: Transaction, tenant_id: UUID, project: Project, wanted: NewRule, who: str) -> tuple[UUID, bool]:
    """The rule, and whether it is new. The transaction has to be rolled back when this raises.

    Raises:
        QuarantineFull: as for ``add_rule``.
    """
    store = QuarantineStore(tx, tenant_id)
    await store.lock(project.id)
    await store.expire(project.id)
    if same := await store.same(project.id, wanted):
        return same, False
    rule_id = await store.add(project, wanted, wanted.failing_share or 0.0, who)
    tests = await store.quarantined_tests(project.id)
    if tests > project.cap:
        others = [rule.id for rule in await store.active_rules(project.id) if rule.id != rule_id]
        before = await store.quarantined_tests(project.id, others)
        raise QuarantineFull(cap=project.cap, quarantined=before, requested=tests - before)
    if wanted.failing_share is None:
        known = await store.failing_share(project.id, rule_id, wanted)
        await store.set_failing_share(rule_id, share_before(*known) if known else UNKNOWN_SHARE)
    await store.add_log(rule_id, who, "created", _told(wanted))
    return rule_id, True


def normal(wanted: NewRule) -> NewRule:
    """As it is compared: a tag with its ``@``, a path as history knows it."""
    value = wanted.value
    if wanted.kind == "tag":
        value = "@" + value.removeprefix("@")
    elif wanted.kind == "file":
        value = value.replace("\\", "/").removeprefix("./")
    elif wanted.kind == "error":
        value = value.lower()
    return replace(wanted, value=value)


def require_value(wanted: NewRule) -> None:
    """
    Raises:
        BadRule, ErrorNotNamed: the value says nothing that a rule of this kind could match.
    """
    if wanted.kind == "error" and not _DIGEST.fullmatch(wanted.value):
        raise ErrorNotNamed(wanted.value)
    if wanted.kind == "error" and wanted.value in UNTOLD_DIGESTS:
        raise BadRule(
            [("value", "stands for errors of which nobody knows the message; no rule excuses them: name the tests")]
        )
    if wanted.kind == "tag" and wanted.value == "@":
        raise BadRule([("value", "must be a tag, such as @slow")])
    if wanted.kind == "file" and (wanted.value.startswith("/") or ".." in wanted.value.split("/")):
        raise BadRule([("value", "must be a path relative to the repository, such as tests/login.spec.ts or tests/*")])


def require_end(expires_at: datetime | None) -> None:
    """
    Raises:
        BadEnd: it lies in the past, or further away than a rule may hold.
    """
    now = datetime.now(UTC)
    if expires_at is not None and expires_at <= now:
        raise BadEnd("lies in the past")
    if expires_at is not None and expires_at > now + timedelta(days=LONGEST_DAYS):
        raise BadEnd(f"is more than {LONGEST_DAYS} days away: quarantine is no place to stay")


def _told(rule: NewRule) -> dict[str, object]:
    return {"kind": rule.kind, "value": rule.value, "owner": rule.owner, "reason": rule.reason, "source": rule.source}
