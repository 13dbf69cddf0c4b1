"""Every statement of this room."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.quarantine.model import ListedRule, LogEntry, NewRule, Project, Rule
from shifty.web.pagination import Page

QUERIES = load_queries("shifty.quarantine")


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRow:
    """A test that failed or was not run."""

    test_id: str
    file: str
    project_name: str
    title_path: Sequence[str]
    tags: Sequence[str]
    failed: bool
    """Else it was not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsRow:
    """What a test that failed has said."""

    test_id: str
    error_message: str | None
    attempts: Sequence[Sequence[str]]
    """The messages of each failed attempt under its last lease."""
    passed_unexpectedly: bool
    """It passed, and was expected not to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutTest:
    """What is known of the rules about a test, but those about an error."""

    is_active: bool
    """One excuses it now."""
    was_over_at: datetime | None
    """When the last of those ended that have ended."""


class QuarantineStore:
    """One tenant's rules, and what they excuse."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def project(self, slug: str) -> Project | None:
        return await self._project("find_project", project=slug)

    async def project_by_id(self, project_id: int) -> Project | None:
        return await self._project("project_by_id", project_id=project_id)

    async def set_settings(self, slug: str, changes: Mapping[str, object]) -> Project:
        """Fields of ``Project`` that are not named stay as they are; the project is made where it is missing."""
        fields = dict.fromkeys(("cap", "days", "auto", "auto_rate", "auto_confidence", "default_branch"))
        values = {**fields, **changes, "with_branch": "default_branch" in changes}
        project = await self._project("set_settings", project=slug, **values)
        assert project is not None
        return project

    async def lock(self, project_id: int) -> None:
        """Nobody else adds a rule to the project before this transaction ends."""
        await self._do("lock_rules", project_id=project_id)

    async def expire(self, project_id: int) -> None:
        """Mark the rules of a project whose time is over."""
        await self._do("expire_of_project", project_id=project_id)

    async def active_rules(self, project_id: int) -> list[Rule]:
        """In the order in which they were made."""
        async with self._tx.cursor(row_factory=class_row(Rule)) as cursor:
            await cursor.execute(QUERIES["active_rules"], {"tenant_id": self._tenant_id, "project_id": project_id})
            return await cursor.fetchall()

    async def same(self, project_id: int, rule: NewRule) -> UUID | None:
        """The active rule that says the same."""
        values = {"kind": rule.kind, "value": rule.value, "project_name": rule.project_name}
        row = await self._one("same_rule", project_id=project_id, **values)
        return None if row is None else row[0]

    async def add(self, project: Project, rule: NewRule, failing_share: float, who: str) -> UUID:
        row = await self._one(
            "add_rule",
            project_id=project.id,
            kind=rule.kind,
            value=rule.value,
            project_name=rule.project_name,
            owner=rule.owner,
            reason=rule.reason,
            source=rule.source,
            failing_share=failing_share,
            created_by=who,
            expires_at=rule.expires_at,
            days=rule.days or project.days,
        )
        assert row is not None
        return row[0]

    async def change(self, rule_id: UUID, changes: Mapping[str, object]) -> bool:
        """Whether it was still active. ``changes``: ``owner``, ``reason``, ``expires_at``, ``days`` from now."""
        fields = dict.fromkeys(("owner", "reason", "expires_at", "days"))
        return await self._one("change_rule", rule_id=rule_id, **{**fields, **changes}) is not None

    async def release(self, rule_id: UUID, who: str, reason: str) -> bool:
        """Whether it was still active."""
        return await self._one("release_rule", rule_id=rule_id, who=who, reason=reason) is not None

    async def add_log(self, rule_id: UUID, who: str, what: str, details: Mapping[str, object]) -> None:
        await self._do("add_log", rule_id=rule_id, who=who, what=what, details=json.dumps(details, default=str))

    async def log(self, rule_id: UUID) -> list[LogEntry]:
        """Oldest first."""
        async with self._tx.cursor(row_factory=class_row(LogEntry)) as cursor:
            await cursor.execute(QUERIES["log_of_rule"], {"tenant_id": self._tenant_id, "rule_id": rule_id})
            return await cursor.fetchall()

    async def get(self, rule_id: UUID, only: str | None = None) -> ListedRule | None:
        async with self._tx.cursor(row_factory=class_row(ListedRule)) as cursor:
            values = {"tenant_id": self._tenant_id, "rule_id": rule_id, "only": only}
            await cursor.execute(QUERIES["get_rule"], values)
            return await cursor.fetchone()

    async def page(self, wanted: Mapping[str, object], page: Page) -> tuple[list[ListedRule], int]:
        """Newest first, and the number of all. ``wanted``: ``only``, ``project``, ``owner``, ``state``."""
        async with self._tx.cursor(row_factory=class_row(ListedRule)) as cursor:
            values = {"tenant_id": self._tenant_id, **wanted, "limit": page.limit, "offset": page.offset}
            await cursor.execute(QUERIES["list_rules"], values)
            rules = await cursor.fetchall()
        row = await self._one("count_rules", **wanted)
        return rules, row[0] if row else 0

    async def note_progress(self, rule_id: UUID, *, green_runs: int, evidence: float) -> None:
        await self._do("note_progress", rule_id=rule_id, green_runs=green_runs, evidence=evidence)

    async def matching(self, project_id: int) -> list[tuple[UUID, int]]:
        """Which known test (by ``known_tests.id``) each active rule is about; those about errors are about none."""
        return [(row[0], row[1]) for row in await self._all("tests_of_rules", project_id=project_id, of_rules=None)]

    async def rules_about(self, project_id: int, refs: Sequence[int]) -> dict[int, AboutTest]:
        """Of those tests (``known_tests.id``) that a rule of the last 90 days is or was about."""
        rows = await self._all("rules_about", project_id=project_id, refs=list(refs))
        return {row[0]: AboutTest(is_active=row[1], was_over_at=row[2]) for row in rows}

    async def count_matching(self, rules: Sequence[ListedRule]) -> dict[UUID, int]:
        """How many known tests each is about, as far as it is active."""
        by_project: defaultdict[int, list[UUID]] = defaultdict(list)
        for rule in rules:
            by_project[rule.project_id].append(rule.id)
        found: dict[UUID, int] = {}
        for project_id, ids in by_project.items():
            rows = await self._all("count_matching", project_id=project_id, of_rules=ids)
            found |= {row[0]: row[1] for row in rows}
        return found

    async def quarantined_tests(self, project_id: int, of_rules: Sequence[UUID] | None = None) -> int:
        """Tests that the active rules of a project are about, or those of ``of_rules`` among them."""
        ids = None if of_rules is None else list(of_rules)
        row = await self._one("quarantined_tests", project_id=project_id, of_rules=ids)
        return row[0] if row else 0

    async def quarantined_tests_then(self, project_id: int, until: datetime) -> int:
        """The same at a moment that is past: of the tests known then, by the rules that were active then."""
        row = await self._one("quarantined_tests_then", project_id=project_id, until=until)
        return row[0] if row else 0

    async def failing_share(self, project_id: int, rule_id: UUID, rule: NewRule) -> tuple[float, int] | None:
        """In how many of its runs (0–1) that failed which the rule is about, and of how many; None: nobody knows."""
        if rule.kind == "error":
            row = await self._one("failing_share_of_error", project_id=project_id, digest=rule.value)
        else:
            row = await self._one("failing_share_of_tests", project_id=project_id, of_rules=[rule_id])
        return None if row is None or row[0] is None else (row[0], row[1])

    async def set_failing_share(self, rule_id: UUID, share: float) -> None:
        await self._do("set_failing_share", rule_id=rule_id, failing_share=share)

    async def candidates(self, run_id: UUID, *, with_not_run: bool) -> list[CandidateRow]:
        """In the order of the suite."""
        async with self._tx.cursor(row_factory=class_row(CandidateRow)) as cursor:
            values = {"run_id": run_id, "with_not_run": with_not_run}
            await cursor.execute(QUERIES["candidates"], {"tenant_id": self._tenant_id, **values})
            return await cursor.fetchall()

    async def errors(self, run_id: UUID, test_ids: Sequence[str]) -> list[ErrorsRow]:
        async with self._tx.cursor(row_factory=class_row(ErrorsRow)) as cursor:
            values = {"tenant_id": self._tenant_id, "run_id": run_id, "test_ids": list(test_ids)}
            await cursor.execute(QUERIES["errors_of_tests"], values)
            return await cursor.fetchall()

    async def excuse(self, run_id: UUID, by_test: Mapping[str, UUID]) -> None:
        await self._do("excuse_tests", run_id=run_id, test_ids=list(by_test), rule_ids=list(by_test.values()))

    async def tell_over_cap(self, run_id: UUID, test_ids: Sequence[str], reason: str) -> None:
        await self._do("tell_over_cap", run_id=run_id, test_ids=list(test_ids), reason=reason)

    async def count_excused(self, tests_by_rule: Mapping[UUID, int]) -> None:
        await self._do("count_excused", rule_ids=list(tests_by_rule), tests=list(tests_by_rule.values()))

    async def _project(self, query: str, /, **values: object) -> Project | None:
        async with self._tx.cursor(row_factory=class_row(Project)) as cursor:
            await cursor.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})
            return await cursor.fetchone()

    async def _all(self, query: str, /, **values: object) -> list[tuple[Any, ...]]:
        cursor = await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})
        return await cursor.fetchall()

    async def _one(self, query: str, /, **values: object) -> tuple[Any, ...] | None:
        cursor = await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})
        return await cursor.fetchone()

    async def _do(self, query: str, /, **values: object) -> None:
        await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})


async def expire(tx: Transaction) -> int:
    """How many rules went, of whichever tenant."""
    return (await tx.execute(QUERIES["expire_due"])).rowcount
