"""Doors of this room: rules, what they hold back now, settings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request

from shifty.quarantine.add import add_rule
from shifty.quarantine.change import change_rule
from shifty.quarantine.errors import (
    BadEnd,
    BadRule,
    ErrorNotNamed,
    ProjectNotFound,
    QuarantineFull,
    RuleNotFound,
    RuleReleased,
)
from shifty.quarantine.list_rules import RuleFilter, StateFilter, active_rules, list_rules, show_rule
from shifty.quarantine.release import release
from shifty.quarantine.settings import UNKNOWN, change_settings, settings_of
from shifty.quarantine.wire import (
    ActiveRule,
    ActiveRulesAnswer,
    NewQuarantineRule,
    QuarantineAdded,
    QuarantineChanged,
    QuarantineRule,
    QuarantineRuleAnswer,
    QuarantineRulesAnswer,
    QuarantineRuleUpdate,
    QuarantineSettings,
    QuarantineSettingsUpdate,
)
from shifty.tenants.authenticate import identify
from shifty.tenants.caller import AUTHENTICATED, AdminCaller, ReadCaller, require_project
from shifty.tenants.errors import ScopeMissing
from shifty.tenants.model import Caller, Scope
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage
from shifty.web.refusals import refusals
from shifty.wire import Words

router = APIRouter(tags=["Quarantine"], dependencies=AUTHENTICATED)


async def _reader_or_reporter(request: Request, db: Db) -> Caller:
    caller = await identify(db, request.headers.get("authorization"), request.headers.get("x-tenant-id"))
    if not caller.may(Scope.READ) and not caller.may(Scope.INGEST):
        raise ScopeMissing(Scope.READ)
    return caller


ReadOrIngestCaller = Annotated[Caller, Depends(_reader_or_reporter)]
"""Who reads what is there, or reports what comes: a reporter has to know what it need not fail for."""


RuleId = Annotated[UUID, Path(alias="ruleId", description="The id of the rule.")]
"""A route's ``{ruleId:uuid}``: its form keeps it apart from ``/quarantine/settings`` and the like."""
AskedProject = Annotated[Words, Query(alias="project", min_length=1, max_length=200, description="The project's name.")]


def _filter(
    project: Annotated[Words | None, Query(max_length=200, description="Only rules of this project.")] = None,
    state: Annotated[StateFilter, Query(description="Only rules that are in this state.")] = "active",
    owner: Annotated[Words | None, Query(max_length=200, description="Only rules of this owner.")] = None,
) -> RuleFilter:
    return RuleFilter(project=project or None, state=state, owner=owner or None)


@router.get("/quarantine", summary="List rules of quarantine", responses=refusals())
async def get_quarantine(
    caller: ReadCaller, db: Db, wanted: Annotated[RuleFilter, Depends(_filter)], page: AskedPage
) -> QuarantineRulesAnswer:
    """Whose failures are excused, why, and until when; the newest rule first."""
    if wanted.project is not None:
        require_project(caller, wanted.project)
    found = await list_rules(db, caller.tenant_id, wanted, page, caller.project)
    return QuarantineRulesAnswer.of_page(found, page)


@router.post(
    "/quarantine",
    summary="Put tests into quarantine",
    responses=refusals(BadRule, ErrorNotNamed, BadEnd, ProjectNotFound, QuarantineFull),
)
async def post_quarantine(caller: AdminCaller, body: NewQuarantineRule, db: Db) -> QuarantineAdded:
    """From now on, runs do not fail for the tests that the rule matches; they still run, and are reported.

    It counts for every run that ends while it is active, on any branch, and changes none that has ended. A rule that is
    active already is found, not made twice.
    """
    require_project(caller, body.project)
    added = await add_rule(db, caller.tenant_id, body.project, body.rule(caller.key_id), caller.key_id)
    return QuarantineAdded.of(added)


@router.get("/quarantine/active", summary="List what is excused now", responses=refusals())
async def get_active_quarantine(caller: ReadOrIngestCaller, project: AskedProject, db: Db) -> ActiveRulesAnswer:
    """For reporters: the active rules of a project in the order in which they apply, and how many tests they excuse.

    What an error comes to is the server's to say, so rules about errors are for reading only.
    """
    require_project(caller, project)
    rules, known = await active_rules(db, caller.tenant_id, project)
    return ActiveRulesAnswer(rules=[ActiveRule.of(rule) for rule in rules], cap=(known or UNKNOWN).cap)


@router.get("/quarantine/settings", summary="Show what a project quarantines", responses=refusals())
async def get_quarantine_settings(caller: ReadCaller, project: AskedProject, db: Db) -> QuarantineSettings:
    """How much may be quarantined, for how long, and whether Shifty does it by itself."""
    require_project(caller, project)
    return QuarantineSettings.of(await settings_of(db, caller.tenant_id, project), project)


@router.put("/quarantine/settings", summary="Change what a project quarantines", responses=refusals())
async def put_quarantine_settings(caller: AdminCaller, body: QuarantineSettingsUpdate, db: Db) -> QuarantineSettings:
    """What is left out stays as it is. Rules that are there stay, too; a lower cap holds for the next run that ends."""
    require_project(caller, body.project)
    changed = await change_settings(db, caller, body.project, body.changes())
    return QuarantineSettings.of(changed, body.project)


@router.get("/quarantine/{ruleId:uuid}", summary="Show a rule of quarantine", responses=refusals(RuleNotFound))
async def get_quarantine_rule(caller: ReadCaller, rule_id: RuleId, db: Db) -> QuarantineRuleAnswer:
    """One rule, and who did what to it."""
    return QuarantineRuleAnswer.of(await show_rule(db, caller.tenant_id, rule_id, caller.project))


@router.patch(
    "/quarantine/{ruleId:uuid}",
    summary="Change a rule of quarantine",
    responses=refusals(BadEnd, RuleNotFound, RuleReleased),
)
async def patch_quarantine_rule(
    caller: AdminCaller, rule_id: RuleId, body: QuarantineRuleUpdate, db: Db
) -> QuarantineChanged:
    """For longer, of somebody else, or for another reason. What it matches stays: make another rule for that."""
    rule = await change_rule(db, caller.tenant_id, rule_id, body.changes(), caller.key_id, caller.project)
    return await _changed(db, caller, rule.id)


@router.delete("/quarantine/{ruleId:uuid}", summary="Take tests out of quarantine", responses=refusals(RuleNotFound))
async def delete_quarantine_rule(
    caller: AdminCaller,
    rule_id: RuleId,
    db: Db,
    reason: Annotated[Words, Query(max_length=2000, description="Why, for those who look the rule up.")] = "",
) -> QuarantineChanged:
    """From now on runs fail for these tests again. The rule and what it has excused can still be looked at."""
    why = reason or "released by hand"
    await release(db, caller.tenant_id, rule_id, caller.key_id, why, caller.project)
    return await _changed(db, caller, rule_id)


async def _changed(db: Db, caller: Caller, rule_id: UUID) -> QuarantineChanged:
    found = await show_rule(db, caller.tenant_id, rule_id, caller.project)
    return QuarantineChanged(rule=QuarantineRule.of(found.rule, found.matching))
