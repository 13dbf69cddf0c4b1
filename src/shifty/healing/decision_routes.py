"""Doors to what takes the place of broken locators: over all runs, and what people say about it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from shifty.healing.decide import Wanted, decide, list_decisions, withdraw
from shifty.healing.errors import DecisionNotFound, EventNotFound, NothingToDecide
from shifty.healing.list_replacements import Decided, ReplacementFilter, list_replacements
from shifty.healing.model import Word
from shifty.healing.wire_decisions import HealingDecision, HealingDecisionsAnswer, NewHealingDecision
from shifty.healing.wire_replacements import HealingReplacementsAnswer
from shifty.ids import parse_run_id
from shifty.runs.errors import RunNotFound
from shifty.tenants.caller import OrchestrateCaller, ReadCaller, require_project
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage
from shifty.web.refusals import refusals
from shifty.wire import Words

router = APIRouter()

OfProject = Annotated[Words | None, Query(max_length=200, description="Only of this project.")]


def _filter(
    project: OfProject = None,
    test_id: Annotated[Words | None, Query(alias="testId", max_length=200, description="Only of this test.")] = None,
    decision: Annotated[
        Literal["heal", "propose", "refuse"] | None, Query(description="Only those that the healer last decided so.")
    ] = None,
    success: Annotated[bool | None, Query(description="Only those whose step last passed, or did not.")] = None,
    decided: Annotated[
        Decided | None, Query(description="Only those of which people say so; `undecided`: nobody says anything.")
    ] = None,
    search: Annotated[
        Words | None, Query(max_length=200, description="Only where this is in a locator, a file or a title.")
    ] = None,
) -> ReplacementFilter:
    return ReplacementFilter(
        project=project or None,
        test_id=test_id or None,
        decision=decision,
        success=success,
        decided=decided,
        search=search or None,
    )


@router.get("/healing/replacements", summary="List what replaces broken locators", responses=refusals())
async def get_healing_replacements(
    caller: ReadCaller, wanted: Annotated[ReplacementFilter, Depends(_filter)], page: AskedPage, db: Db
) -> HealingReplacementsAnswer:
    """Over all runs: each broken locator of a file with what took its place once, as it was last seen, newest first.

    The newest 500 tests with broken locators are looked at, of the newest 2,000 runs.
    """
    if wanted.project is not None:
        require_project(caller, wanted.project)
    found = await list_replacements(db, caller, wanted, page)
    return HealingReplacementsAnswer.of_page(found.replacements, page, found.total)


@router.get("/healing/decisions", summary="List what people say about replacements", responses=refusals())
async def get_healing_decisions(
    caller: ReadCaller,
    page: AskedPage,
    db: Db,
    project: OfProject = None,
    decision: Annotated[Word | None, Query(description="Only those that say so.")] = None,
) -> HealingDecisionsAnswer:
    """Which replacements of locators were accepted or refused, by whom and why, newest first."""
    if project:
        require_project(caller, project)
    found = await list_decisions(db, caller, page, project=project or None, word=decision)
    return HealingDecisionsAnswer.of_page(found.decisions, page, found.total)


@router.post(
    "/healing/decisions",
    summary="Accept or refuse a replacement",
    responses=refusals(RunNotFound, EventNotFound, NothingToDecide),
)
async def post_healing_decision(caller: OrchestrateCaller, body: NewHealingDecision, db: Db) -> HealingDecision:
    """It holds for this locator in this file of the project, and what takes its place, in every run from now on.

    What is refused is neither healed nor proposed again, and is left out of `shifty heal apply` and pull requests. What
    is accepted is written by these, however sure the healer was, once the tests have passed with it. The last word
    counts.
    """
    run_id = parse_run_id(body.run_id.strip())
    if run_id is None:
        raise RunNotFound(body.run_id)
    wanted = Wanted(run_id, body.test_id, body.event_id, body.decision, body.reason)
    return HealingDecision.of(await decide(db, caller, wanted))


@router.delete("/healing/decisions/{decisionId}", summary="Take back a decision", responses=refusals(DecisionNotFound))
async def delete_healing_decision(
    caller: OrchestrateCaller,
    decision_id: Annotated[Words, Path(alias="decisionId", max_length=200, description="The decision's id.")],
    db: Db,
) -> HealingDecision:
    """From now on nothing is said about the replacement. The answer is what was."""
    return HealingDecision.of(await withdraw(db, caller, decision_id))
