"""What to do: about flaky tests one by one, and about the suite as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Query, Request
from starlette.responses import Response

from shifty.dashboard.chart import Chart, Kind, Series, Slot, bars
from shifty.dashboard.chart_scale import DURATION
from shifty.dashboard.page import page, pages
from shifty.dashboard.quarantine_words import form_for_flaky, new_rule_address
from shifty.dashboard.tests_soon import all_taken_in, soon
from shifty.dashboard.tests_words import CauseView, TestName, cause_views, name_of_test
from shifty.dashboard.visitor import Reader, Visitor
from shifty.dashboard.words import query
from shifty.database.pool import Database
from shifty.flakiness.advice.advise import Advisor
from shifty.flakiness.advice.errors import NoHistory
from shifty.flakiness.advice.wire import AdviceAnswer, WorkerAdvice
from shifty.flakiness.lists.list_flaky import FlakyPage, list_recommendations
from shifty.flakiness.lists.model import FlakyTest, TestFilter
from shifty.flakiness.lists.query import OptionalText
from shifty.flakiness.lists.recommend import impact_of, recommendation_for, severity_of
from shifty.runs.known_names import known_names
from shifty.web.deps import Db
from shifty.web.pagination import Offset, Page
from shifty.wire import Body

router = pages()

ROWS: Final = 20
_MOST_WORKERS_SHOWN: Final = 20
_BADGES: Final = {"high": "failed", "medium": "flaky", "low": "quiet"}

_advisor = Advisor()


class AdviceAsked(Body):
    """Of which project, and from where on the recommendations are shown."""

    project: OptionalText = None
    offset: Offset = 0


@dataclass(frozen=True)
class Recommended:
    id: str
    name: TestName
    severity: str
    badge: str
    impact: str
    lost_ms: int
    what: str
    causes: Sequence[CauseView]
    project: str
    is_excused: bool
    quarantine: str


@dataclass(frozen=True)
class SuiteAdvice:
    """What the suite of a project deserves; without ``answer``, ``why`` there is none."""

    project: str
    answer: AdviceAnswer | None
    why: str
    chart: Chart | None


@dataclass(frozen=True)
class AdviceView:
    projects: Sequence[str]
    project: str | None
    """Whose suite is advised."""
    suite: SuiteAdvice | None
    """None: it is still being worked out."""
    rows: Sequence[Recommended]
    total: int
    offset: int
    is_whole: bool
    limit: int = ROWS

    def address(self, offset: int) -> str:
        return f"/flaky/advice{query(project=self.project, offset=offset or None)}"


@router.get("/flaky/advice")
async def get_advice(visitor: Reader, request: Request, db: Db, asked: Annotated[AdviceAsked, Query()]) -> Response:
    caller = visitor.caller
    is_whole = await all_taken_in(db, caller.tenant_id, request)
    projects = (await known_names(db, caller.tenant_id, caller.project)).projects
    project = asked.project or (projects[0] if projects else None)
    at = Page(ROWS, asked.offset)
    wanted = TestFilter(project=project)
    found = await list_recommendations(db, caller.tenant_id, wanted, at, only=caller.project)
    suite = await _suite(visitor, db, request, project) if project in projects else None
    rows = recommended(found, f"/flaky/advice{query(project=project)}")
    view = AdviceView(projects, project, suite, rows, found.total, asked.offset, is_whole)
    return page(request, visitor, "flaky/advice.html", view, title="Advice", section="flaky")


async def _suite(visitor: Visitor, db: Database, request: Request, project: str | None) -> SuiteAdvice | None:
    """At once or not at all; the part that is fetched behind the page waits."""
    if project is None:
        return None
    work = _advised(visitor, db, project)
    return await work if "part" in request.query_params else await soon(work)


async def _advised(visitor: Visitor, db: Database, project: str) -> SuiteAdvice:
    try:
        answer = AdviceAnswer.of(await _advisor.advise(db, visitor.caller.tenant_id, project))
    except NoHistory as refusal:
        return SuiteAdvice(project, None, refusal.message, None)
    return SuiteAdvice(project, answer, "", crew_chart(answer.workers))


def recommended(found: FlakyPage, back: str) -> Sequence[Recommended]:
    return [_recommended(each, found, back) for each in found.tests]


def crew_chart(advice: WorkerAdvice) -> Chart:
    """How long a run would take over so many workers."""
    forecasts = advice.forecasts[:_MOST_WORKERS_SHOWN]
    slots = [
        Slot(str(each.workers), _note(advice, each.workers), kind=_kind(advice, each.workers)) for each in forecasts
    ]
    took = [Series("A run takes", [each.wall_ms for each in forecasts], "quiet")]
    return bars("crew", "A run over so many workers", slots, took, DURATION)


def _note(advice: WorkerAdvice, workers: int) -> str:
    if workers == advice.recommended:
        return "recommended"
    return "as now" if workers == advice.compared_with else ""


def _kind(advice: WorkerAdvice, workers: int) -> Kind:
    if workers == advice.recommended:
        return "passed"
    return "accent" if workers == advice.compared_with else "quiet"


def _recommended(each: FlakyTest, found: FlakyPage, back: str) -> Recommended:
    test, standing = each.test, each.standing
    severity = severity_of(standing.rate) or "low"
    return Recommended(
        id=f"t{test.ref}",
        name=name_of_test(test),
        severity=severity,
        badge=_BADGES[severity],
        impact=impact_of(standing),
        lost_ms=standing.lost_ms,
        what=_sentence(recommendation_for(severity, standing.causes, test.quarantine)),
        causes=cause_views(standing.causes, found.involved, test.project),
        project=test.project,
        is_excused=test.quarantine is not None,
        quarantine=new_rule_address(form_for_flaky(each), back),
    )


def _sentence(text: str) -> str:
    """The contract's words end without a full stop, advice about causes with one."""
    return text if text.endswith(".") else f"{text}."
