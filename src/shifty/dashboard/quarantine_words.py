"""What is said of quarantine rules, and the form that makes one: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from shifty.dashboard.tests_words import LONGEST, address_of_test, is_soon, readable
from shifty.dashboard.words import cut, query
from shifty.flakiness.lists.model import FlakyTest, KnownTest, Standing
from shifty.flakiness.lists.recommend import impact_of
from shifty.quarantine.model import ListedRule, LogEntry, Project, RuleKind
from shifty.quarantine.sprt import green_runs_needed

SOON_DAYS: Final = 7
KINDS: Final[Mapping[RuleKind, str]] = {
    "test": "one test, by its id",
    "file": "a spec file; * stands for anything",
    "title": "a test's title; * stands for anything",
    "tag": "a tag, such as @slow",
    "error": "an error, by its digest",
}
_CHANGES: Final[Mapping[str, str]] = {"owner": "owner", "reason": "reason", "expiresAt": "until"}


@dataclass(frozen=True, kw_only=True)
class RuleForm:
    """The fields of a form that makes a rule, as they are when it is opened."""

    project: str = ""
    kind: RuleKind = "test"
    value: str = ""
    project_name: str = ""
    owner: str = ""
    reason: str = ""
    days: str = ""
    source: str = "manual"
    next: str = "/flaky/quarantine"
    fault: str | None = None
    """Why it was not made."""


@dataclass(frozen=True)
class RuleRow:
    """A rule in a list."""

    rule: ListedRule
    about: str
    """What it is about, as people call it."""
    about_href: str | None
    matching: int
    ends_soon: bool
    green_runs_needed: int

    @property
    def href(self) -> str:
        return f"/flaky/quarantine/{self.rule.id}"


@dataclass(frozen=True)
class LogLine:
    at: datetime
    said: str


def form_for(known: KnownTest, settings: Project) -> RuleForm:
    """To quarantine one test."""
    return _form(known.test.test_id, known.test.project, known.test.owners, known.standing, settings.days)


def form_for_flaky(found: FlakyTest) -> RuleForm:
    test = found.test
    return _form(test.test_id, test.project, test.owners, found.standing, found.quarantine_days)


def _form(test_id: str, project: str, owners: Sequence[str], standing: Standing, days: int) -> RuleForm:
    impact = impact_of(standing)
    return RuleForm(
        project=project,
        kind="test",
        value=test_id,
        owner=owners[0] if owners else "",
        reason=f"Flaky: {impact[0].lower()}{impact[1:]}" if standing.flaky_runs else "",
        days=str(days),
        source="recommendation" if standing.flaky_runs else "manual",
    )


def row_of(rule: ListedRule, matching: int) -> RuleRow:
    about, href = _about(rule)
    is_soon_over = rule.is_active and is_soon(rule.expires_at, datetime.now(UTC), SOON_DAYS)
    needed = green_runs_needed(rule.failing_share, rule.evidence) if rule.is_active else 0
    return RuleRow(rule, about, href, matching, is_soon_over, needed)


def log_lines(log: Sequence[LogEntry]) -> Sequence[LogLine]:
    """Newest first."""
    return [LogLine(entry.at, _said(entry)) for entry in reversed(log)]


def _about(rule: ListedRule) -> tuple[str, str | None]:
    if rule.kind == "test":
        title = str(rule.test["title"]) if rule.test else rule.value
        return cut(readable(title), LONGEST), address_of_test(rule.value, rule.project)
    if rule.kind == "error":
        return cut(readable(rule.error_message or rule.value), LONGEST), f"/flaky/errors/{rule.value}"
    return cut(readable(rule.value), LONGEST), None


def _said(entry: LogEntry) -> str:
    if entry.what == "changed":
        changes = [f"{_CHANGES.get(name, name)} {value}" for name, value in entry.details.items()]
        return f"changed by {entry.who}: {', '.join(changes)}"
    if entry.what == "released":
        return f"released by {entry.who}: {entry.details.get('reason', '')}"
    if entry.what == "created":
        return f"made by {entry.who}"
    return "expired"


def new_rule_address(form: RuleForm, back: str) -> str:
    """Where the form is shown, filled, that leads back when it was sent."""
    return "/flaky/quarantine/new" + query(
        project=form.project,
        kind=form.kind,
        value=form.value,
        owner=form.owner,
        reason=form.reason,
        days=form.days,
        source=None if form.source == "manual" else form.source,
        next=back,
    )
