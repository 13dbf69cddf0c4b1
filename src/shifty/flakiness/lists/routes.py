"""Doors of this room: flaky tests, trends, recommendations, tests and their history."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from shifty.flakiness.fold_runs import fold_due
from shifty.flakiness.lists.errors import TestInSeveralProjects, TestNotFound
from shifty.flakiness.lists.list_flaky import list_flaky, list_recommendations, list_trends
from shifty.flakiness.lists.list_tests import list_tests
from shifty.flakiness.lists.query import Branch, FlakyQuery, Project, RecommendationQuery, TestsQuery
from shifty.flakiness.lists.show_test import Wanted, show_test
from shifty.flakiness.lists.wire import FlakyTestsAnswer, RecommendationsAnswer, Trend, TrendsAnswer
from shifty.flakiness.lists.wire_tests import TestAnswer, TestsAnswer
from shifty.tenants.caller import AUTHENTICATED, ReadCaller
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage
from shifty.web.refusals import refusals
from shifty.wire import Words

router = APIRouter(tags=["Flakiness"], dependencies=AUTHENTICATED)

LONGEST_TREND_DAYS = 365


@router.get("/analytics/flaky-tests", summary="List flaky tests", responses=refusals())
async def get_flaky_tests(
    caller: ReadCaller, db: Db, asked: Annotated[FlakyQuery, Query()], page: AskedPage
) -> FlakyTestsAnswer:
    """Tests that passed after a failed attempt, or came out both ways on one commit, with their rate.

    By what is sure of the rate: the lower end of its interval, so that one of three stands behind 20 of 100. A run
    counts as soon as it has ended.
    """
    await fold_due(db, caller.tenant_id)
    found = await list_flaky(db, caller.tenant_id, asked.filter(), asked.min_rate, page, only=caller.project)
    return FlakyTestsAnswer.of_page(found, page)


@router.get("/analytics/flakiness-trends", summary="Show how flakiness comes along", responses=refusals())
async def get_flakiness_trends(
    caller: ReadCaller,
    db: Db,
    project: Project = None,
    days: Annotated[int, Query(ge=1, le=LONGEST_TREND_DAYS, description="How many days back, today among them.")] = 30,
) -> TrendsAnswer:
    """A row a day, the newest first: how many tests were flaky, and how flaky they were on average.

    A day before the first run is missing. Without a project all are taken together.
    """
    await fold_due(db, caller.tenant_id)
    found = await list_trends(db, caller.tenant_id, project, days, only=caller.project)
    return TrendsAnswer(trends=[Trend.of(day) for day in found])


@router.get("/analytics/flaky-recommendations", summary="Say what to do about flaky tests", responses=refusals())
async def get_flaky_recommendations(
    caller: ReadCaller, db: Db, asked: Annotated[RecommendationQuery, Query()], page: AskedPage
) -> RecommendationsAnswer:
    """Tests that are flaky in at least 20 % of their runs: what it costs, what probably causes it, and what to do.

    By severity (`high` from 50 %, `medium` from 30 %), then by the time that was lost.
    """
    await fold_due(db, caller.tenant_id)
    found = await list_recommendations(db, caller.tenant_id, asked.filter(), page, only=caller.project)
    return RecommendationsAnswer.of_page(found, page)


@router.get("/tests", summary="List tests", responses=refusals())
async def get_tests(caller: ReadCaller, db: Db, asked: Annotated[TestsQuery, Query()], page: AskedPage) -> TestsAnswer:
    """Tests that ran in the last 90 days, with verdict, counts, durations and owners.

    Counts are those of a test's last 100 executions in that time. What a branch has is told as it stands there; likely
    causes are always those of all branches.
    """
    await fold_due(db, caller.tenant_id)
    found = await list_tests(db, caller.tenant_id, asked.filter(), asked.sort, page, only=caller.project)
    return TestsAnswer.of_page(found, page)


@router.get("/tests/{testId}", summary="Show a test's history", responses=refusals(TestNotFound, TestInSeveralProjects))
async def get_test(
    caller: ReadCaller,
    db: Db,
    test_id: Annotated[Words, Path(alias="testId", max_length=200, description="The test's id.")],
    page: AskedPage,
    project: Project = None,
    branch: Branch = None,
) -> TestAnswer:
    """How a test stands, since when it fails, likely causes, its errors, and its executions, newest first, by page.

    The project may be left out where only one has a test of this id.
    """
    await fold_due(db, caller.tenant_id)
    wanted = Wanted(test_id, project, branch)
    return TestAnswer.of(await show_test(db, caller.tenant_id, wanted, page, only=caller.project), page)
