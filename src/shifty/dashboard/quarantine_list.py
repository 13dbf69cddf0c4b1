"""What is quarantined: by whom, why, until when, what it excused; each rule with its log; what projects allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from shifty.dashboard.page import page, pages
from shifty.dashboard.quarantine_forms import RuleId
from shifty.dashboard.quarantine_words import KINDS, LogLine, RuleForm, RuleRow, log_lines, row_of
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import query
from shifty.flakiness.lists.query import OptionalText
from shifty.quarantine.list_rules import RuleFilter, RulePage, StateFilter, list_rules, show_rule
from shifty.quarantine.model import Project, RuleKind
from shifty.quarantine.settings import settings_of
from shifty.runs.known_names import known_names
from shifty.web.deps import Db
from shifty.web.pagination import Offset, Page
from shifty.wire import Body

router = pages()

ROWS: Final = 50
MOST_PROJECTS: Final = 10
"""Whose settings are shown; one that is chosen is among them."""


def _blank_is_active(text: object) -> object:
    return text or "active"


class RulesAsked(Body):
    """The fields of the form above the list."""

    project: OptionalText = None
    owner: OptionalText = None
    state: Annotated[StateFilter, BeforeValidator(_blank_is_active)] = "active"
    offset: Offset = 0

    def filter(self) -> RuleFilter:
        return RuleFilter(project=self.project, owner=self.owner, state=self.state)

    def address(self, offset: int) -> str:
        state = None if self.state == "active" else self.state
        return f"/flaky/quarantine{query(project=self.project, owner=self.owner, state=state, offset=offset or None)}"


@dataclass(frozen=True)
class RulesView:
    asked: RulesAsked
    rows: Sequence[RuleRow]
    total: int
    projects: Sequence[str]
    allowed: Sequence[tuple[str, Project]]
    form: RuleForm
    limit: int = ROWS

    @property
    def kinds(self) -> Mapping[RuleKind, str]:
        return KINDS

    @property
    def is_filtered(self) -> bool:
        return self.asked.filter() != RuleFilter()


@dataclass(frozen=True)
class RuleView:
    row: RuleRow
    log: Sequence[LogLine]


@router.get("/flaky/quarantine")
async def get_rules(visitor: Reader, request: Request, db: Db, asked: Annotated[RulesAsked, Query()]) -> Response:
    caller = visitor.caller
    found = await list_rules(db, caller.tenant_id, asked.filter(), Page(ROWS, asked.offset), caller.project)
    projects = (await known_names(db, caller.tenant_id, caller.project)).projects
    shown = [asked.project] if asked.project in projects else projects[:MOST_PROJECTS]
    allowed = [(name, await settings_of(db, caller.tenant_id, name)) for name in shown if name]
    view = view_of(asked, found, projects, allowed)
    return page(request, visitor, "flaky/quarantine.html", view, title="Quarantine", section="flaky")


@router.get("/flaky/quarantine/{ruleId:uuid}")
async def get_rule(visitor: Reader, request: Request, db: Db, rule_id: RuleId) -> Response:
    found = await show_rule(db, visitor.caller.tenant_id, rule_id, visitor.caller.project)
    view = RuleView(row_of(found.rule, found.matching), log_lines(found.log))
    return page(request, visitor, "flaky/rule.html", view, title="Quarantine rule", section="flaky")


def view_of(
    asked: RulesAsked, found: RulePage, projects: Sequence[str], allowed: Sequence[tuple[str, Project]]
) -> RulesView:
    rows = [row_of(rule, found.matching.get(rule.id, 0)) for rule in found.rules]
    project = asked.project or (projects[0] if len(projects) == 1 else "")
    return RulesView(asked, rows, found.total, projects, allowed, RuleForm(project=project, kind="file"))
