"""The page of a test: how it stands and what shows it, its history by branch, its errors, and its quarantine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

from fastapi import Path, Query, Request
from markupsafe import Markup
from starlette.responses import Response

from shifty.dashboard.chart import Chart
from shifty.dashboard.page import page, pages
from shifty.dashboard.quarantine_words import LogLine, RuleForm, RuleRow, form_for, log_lines, row_of
from shifty.dashboard.tests_history import BranchStrip, RunRow, branch_strips, duration_chart, run_rows
from shifty.dashboard.tests_soon import all_taken_in
from shifty.dashboard.tests_words import (
    VERDICTS,
    CauseView,
    TestName,
    address_of_test,
    cause_views,
    evidence_of,
    name_of_test,
    trend_of,
)
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import query
from shifty.flakiness.lists.model import ErrorOfTest, KnownTest, Standing
from shifty.flakiness.lists.query import OptionalText
from shifty.flakiness.lists.show_test import TestInFull, Wanted, show_test
from shifty.flakiness.model import Breakage
from shifty.quarantine.list_rules import RuleInFull, show_rule
from shifty.quarantine.settings import settings_of
from shifty.web.deps import Db
from shifty.web.pagination import Offset, Page
from shifty.wire import Words

router = pages()

RUNS: Final = 60

TestId: TypeAlias = Annotated[Words, Path(alias="testId", max_length=200)]


@dataclass(frozen=True)
class TestView:
    __test__ = False

    known: KnownTest
    name: TestName
    said: str
    evidence: str
    trend: Markup
    breakages: Sequence[Breakage]
    causes: Sequence[CauseView]
    errors: Sequence[ErrorOfTest]
    branches: Sequence[BranchStrip]
    chart: Chart
    runs: Sequence[RunRow]
    branch: str | None
    total: int
    offset: int
    rule: RuleRow | None
    """That excuses it now."""
    log: Sequence[LogLine]
    form: RuleForm
    is_whole: bool
    limit: int = RUNS

    @property
    def standing(self) -> Standing:
        return self.known.standing

    @property
    def facts(self) -> Mapping[str, str]:
        test = self.known.test
        told = {
            "Project": test.project,
            "Browser": test.project_name,
            "Tags": ", ".join(test.tags),
            "Owners": ", ".join(test.owners),
            "Id": test.test_id,
        }
        return {name: value for name, value in told.items() if value}

    @property
    def healing(self) -> str:
        return f"/healing{query(test=self.known.test.test_id, project=self.known.test.project)}"

    def address(self, offset: int) -> str:
        test = self.known.test
        return address_of_test(test.test_id, test.project, self.branch, offset)

    def of_branch(self, branch: str | None) -> str:
        return address_of_test(self.known.test.test_id, self.known.test.project, branch)


@router.get("/tests/{testId}")
async def get_test(
    visitor: Reader,
    request: Request,
    db: Db,
    test_id: TestId,
    project: Annotated[OptionalText, Query()] = None,
    branch: Annotated[OptionalText, Query()] = None,
    offset: Offset = 0,
) -> Response:
    caller = visitor.caller
    is_whole = await all_taken_in(db, caller.tenant_id, request)
    wanted, at = Wanted(test_id, project, branch), Page(RUNS, offset)
    found = await show_test(db, caller.tenant_id, wanted, at, only=caller.project)
    excuse = found.known.test.quarantine
    rule = await show_rule(db, caller.tenant_id, excuse.rule_id, caller.project) if excuse else None
    settings = await settings_of(db, caller.tenant_id, found.known.test.project)
    view = view_of(found, wanted, offset, rule, form_for(found.known, settings), is_whole=is_whole)
    return page(request, visitor, "tests/show.html", view, title=view.name.title, section="tests", live="/live")


def view_of(
    found: TestInFull, wanted: Wanted, offset: int, rule: RuleInFull | None, form: RuleForm, *, is_whole: bool
) -> TestView:
    known, test = found.known, found.known.test
    return TestView(
        known=known,
        name=name_of_test(test),
        said=VERDICTS[known.standing.verdict],
        evidence=evidence_of(known.standing),
        trend=trend_of(known.standing.trend),
        breakages=found.breakages,
        causes=cause_views(known.standing.causes, found.involved, test.project),
        errors=found.errors,
        branches=branch_strips(
            found.executions, test.test_id, lambda name: address_of_test(test.test_id, test.project, name)
        ),
        chart=duration_chart(found.executions, test.test_id),
        runs=run_rows(found.executions, test.test_id),
        branch=wanted.branch,
        total=found.total,
        offset=offset,
        rule=row_of(rule.rule, rule.matching) if rule else None,
        log=log_lines(rule.log) if rule else (),
        form=form,
        is_whole=is_whole,
    )
