"""Look at rules: many, or one with its log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from shifty.database.pool import Database
from shifty.quarantine.errors import RuleNotFound
from shifty.quarantine.model import ListedRule, LogEntry, Project, Rule
from shifty.quarantine.store import QuarantineStore
from shifty.web.pagination import Page

StateFilter: TypeAlias = Literal["active", "released", "expired", "all"]


@dataclass(frozen=True, kw_only=True)
class RuleFilter:
    """Which rules are wanted. None does not filter."""

    project: str | None = None
    owner: str | None = None
    state: StateFilter = "active"


@dataclass(frozen=True)
class RulePage:
    rules: Sequence[ListedRule]
    matching: Mapping[UUID, int]
    """Known tests that an active rule is about; none where it is missing."""
    total: int
    """Of all pages."""


@dataclass(frozen=True)
class RuleInFull:
    rule: ListedRule
    matching: int
    log: Sequence[LogEntry]


async def list_rules(db: Database, tenant_id: UUID, wanted: RuleFilter, page: Page, only: str | None) -> RulePage:
    """Newest first."""
    async with db.snapshot() as tx:
        store = QuarantineStore(tx, tenant_id)
        rules, total = await store.page({**vars(wanted), "only": only}, page)
        matching = await store.count_matching([rule for rule in rules if rule.is_active])
    return RulePage(rules, matching, total)


async def show_rule(db: Database, tenant_id: UUID, rule_id: UUID, only: str | None) -> RuleInFull:
    """
    Raises:
        RuleNotFound: this tenant has no such rule, or not in the project ``only``.
    """
    async with db.snapshot() as tx:
        store = QuarantineStore(tx, tenant_id)
        rule = await store.get(rule_id, only)
        if rule is None:
            raise RuleNotFound(rule_id)
        matching = await store.count_matching([rule])
        log = await store.log(rule_id)
    return RuleInFull(rule, matching.get(rule_id, 0), log)


async def active_rules(db: Database, tenant_id: UUID, slug: str) -> tuple[Sequence[Rule], Project | None]:
    """What excuses at this moment, in the order in which it was made; nothing of a project that is not there yet."""
    async with db.snapshot() as tx:
        store = QuarantineStore(tx, tenant_id)
        project = await store.project(slug)
        return (await store.active_rules(project.id) if project else [], project)
