"""What travels: rules of quarantine, their log, and what a project allows."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from shifty.quarantine.add import Added
from shifty.quarantine.change import Changes
from shifty.quarantine.list_rules import RuleInFull, RulePage
from shifty.quarantine.model import ListedRule, LogEntry, NewRule, Project, Rule, RuleKind, Source, State
from shifty.quarantine.sprt import green_runs_needed
from shifty.web.pagination import Page, Pagination
from shifty.web.times import UtcTime
from shifty.wire import WHOLE, Body, Flag

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
_Sentence = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")
]
_Slug = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
_Days = Annotated[int, Field(ge=1, le=365), WHOLE]

LONGEST_VALUE = 500
"""An index holds it, beside the browser's name of up to 100 letters: at most 2,400 bytes."""

_NUMBER = re.compile(r"\s*[+-]?[\d_.]*(?:[eE][+-]?\d+)?\s*")


def _no_number(value: object) -> object:
    """A number would be taken for seconds since 1970, which nobody means here."""
    if not isinstance(value, str | datetime) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise ValueError("must be a date or a time in ISO-8601")
    return value


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_Moment = Annotated[datetime, BeforeValidator(_no_number), AfterValidator(_aware)]

_VALUE = (
    "`test`: the test id. `file`: a path, `title`: the titles from the outermost describe to the test joined by ` › `, "
    "or the last one alone; in both `*` stands for any characters. `tag`: with or without `@`. `error`: the digest of "
    "an error."
)


class NewQuarantineRule(Body):
    """Tests whose failures are to be excused, for a while."""

    project: _Slug
    kind: RuleKind
    value: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_VALUE, pattern=r"^[^\x00]*$")] = Field(
        description=_VALUE
    )
    project_name: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] = Field(
        default="", description="Only in this browser project; empty: in any."
    )
    owner: _Name | None = Field(default=None, description="Who mends it; left out: whose key makes the rule.")
    reason: _Sentence = Field(description="Why, for those who find it.")
    days: _Days | None = Field(default=None, description="For how long; left out: as the project says.")
    expires_at: _Moment | None = Field(
        default=None, description="Until when: it wins over `days`; at most a year away.", examples=[None]
    )
    source: Literal["manual", "recommendation"] = Field(default="manual", description="What it goes back to.")

    def rule(self, caller: str) -> NewRule:
        return NewRule(
            kind=self.kind,
            value=self.value,
            project_name=self.project_name,
            owner=self.owner or caller,
            reason=self.reason,
            source=self.source,
            days=self.days,
            expires_at=self.expires_at,
        )


class QuarantineRuleUpdate(Body):
    """What is left out, or null, stays as it is."""

    owner: _Name | None = Field(default=None, description="Who mends it.")
    reason: _Sentence | None = Field(default=None, description="Why, for those who find it.")
    days: _Days | None = Field(default=None, description="For so many days from now.")
    expires_at: _Moment | None = Field(
        default=None, description="Until when: it wins over `days`; at most a year away.", examples=[None]
    )

    def changes(self) -> Changes:
        return Changes(owner=self.owner, reason=self.reason, days=self.days, expires_at=self.expires_at)


class RuleTest(Body):
    """The one test that a rule is about."""

    title: str
    file: str
    project_name: str


class QuarantineRule(Body):
    """Excuses failures of the tests that it matches, while it is active."""

    id: UUID
    project: str
    kind: RuleKind
    value: str = Field(description=_VALUE)
    project_name: str = Field(description="Only in this browser project; empty: in any.")
    owner: str
    reason: str
    source: Source
    state: State
    matching_tests: int | None = Field(
        description="Known tests that it is about; 0 for an error, which may strike any. Null: it is active no more."
    )
    test: RuleTest | None = Field(description="`test`: what the id stands for; null where nobody has seen it yet.")
    error_message: str | None = Field(description="`error`: what the digest stands for, without what differs.")
    failing_share: float
    created_at: UtcTime
    created_by: str
    expires_at: UtcTime
    released_at: UtcTime | None
    released_by: str | None
    release_reason: str | None
    green_runs: int
    green_runs_needed: int
    evidence: float
    excused: int
    last_excused_at: UtcTime | None

    @classmethod
    def of(cls, rule: ListedRule, matching: int | None) -> "QuarantineRule":
        return cls(
            id=rule.id,
            project=rule.project,
            kind=rule.kind,
            value=rule.value,
            project_name=rule.project_name,
            owner=rule.owner,
            reason=rule.reason,
            source=rule.source,
            state=rule.state,
            matching_tests=matching if rule.is_active else None,
            test=None if rule.test is None else RuleTest.model_validate(rule.test),
            error_message=rule.error_message,
            failing_share=round(rule.failing_share, 4),
            created_at=rule.created_at,
            created_by=rule.created_by,
            expires_at=rule.expires_at,
            released_at=rule.released_at,
            released_by=rule.released_by,
            release_reason=rule.release_reason,
            green_runs=rule.green_runs,
            green_runs_needed=green_runs_needed(rule.failing_share, rule.evidence) if rule.is_active else 0,
            evidence=round(rule.evidence, 4),
            excused=rule.excused,
            last_excused_at=rule.last_excused_at,
        )


class QuarantineLogEntry(Body):
    """What somebody did to a rule."""

    at: UtcTime
    who: str
    what: str
    details: Mapping[str, object]

    @classmethod
    def of(cls, entry: LogEntry) -> "QuarantineLogEntry":
        return cls(at=entry.at, who=entry.who, what=entry.what, details=entry.details)


class QuarantineRulesAnswer(Body):
    rules: Sequence[QuarantineRule]
    pagination: Pagination

    @classmethod
    def of_page(cls, found: RulePage, page: Page) -> "QuarantineRulesAnswer":
        rules = [QuarantineRule.of(rule, found.matching.get(rule.id, 0)) for rule in found.rules]
        return cls(rules=rules, pagination=Pagination.of(page, found.total))


class QuarantineRuleAnswer(Body):
    rule: QuarantineRule
    log: Sequence[QuarantineLogEntry]

    @classmethod
    def of(cls, found: RuleInFull) -> "QuarantineRuleAnswer":
        rule = QuarantineRule.of(found.rule, found.matching)
        return cls(rule=rule, log=[QuarantineLogEntry.of(entry) for entry in found.log])


class QuarantineAdded(Body):
    rule: QuarantineRule
    is_new: bool

    @classmethod
    def of(cls, added: Added) -> "QuarantineAdded":
        return cls(rule=QuarantineRule.of(added.rule, added.matching), is_new=added.is_new)


class QuarantineChanged(Body):
    rule: QuarantineRule


class ActiveRule(Body):
    """What a reporter needs of a rule."""

    id: UUID
    kind: RuleKind
    value: str
    project_name: str
    owner: str
    reason: str
    expires_at: UtcTime

    @classmethod
    def of(cls, rule: Rule) -> "ActiveRule":
        return cls.model_validate(rule, from_attributes=True)


class ActiveRulesAnswer(Body):
    rules: Sequence[ActiveRule]
    cap: int


class QuarantineSettings(Body):
    """What a project allows."""

    project: str
    cap: int
    days: int
    auto: bool
    auto_rate: float
    auto_confidence: float
    default_branch: str | None

    @classmethod
    def of(cls, project: Project, slug: str) -> "QuarantineSettings":
        return cls(
            project=slug,
            cap=project.cap,
            days=project.days,
            auto=project.auto,
            auto_rate=project.auto_rate,
            auto_confidence=project.auto_confidence,
            default_branch=project.default_branch,
        )


class QuarantineSettingsUpdate(Body):
    """What is left out, or null, stays as it is; a null ``defaultBranch`` is worked out again."""

    project: _Slug
    cap: Annotated[int, Field(ge=0, le=10_000), WHOLE] | None = None
    days: _Days | None = None
    auto: Flag | None = None
    auto_rate: Annotated[float, Field(ge=1, le=100, strict=True)] | None = None
    auto_confidence: Annotated[float, Field(ge=0.5, le=0.9999, strict=True)] | None = None
    default_branch: _Name | None = None

    def changes(self) -> dict[str, object]:
        """By the names of ``Project``'s fields."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"project"}}
        return {name: value for name, value in sent.items() if value is not None or name == "default_branch"}
