"""Doors of this room: heal, fingerprints in and out, events, drifts, settings."""

import re
from typing import Annotated, Literal, TypeVar, cast
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from shifty.healing import decision_routes
from shifty.healing.drifts import list_drifts
from shifty.healing.errors import BadBody
from shifty.healing.events import EventFilter, list_events
from shifty.healing.heal import Healer
from shifty.healing.known import known_of
from shifty.healing.remember import remember
from shifty.healing.settings import change_settings, settings_of
from shifty.healing.wire import (
    DriftsAnswer,
    HealAnswer,
    HealingEvent,
    HealingEventsAnswer,
    HealingSettings,
    HealingSettingsUpdate,
    HealRequest,
    Known,
    KnownAnswer,
    SeenAnswer,
    SeenRequest,
)
from shifty.ids import parse_run_id
from shifty.runs.errors import RunNotFound
from shifty.storage.addresses import artifact_url
from shifty.tenants.caller import AUTHENTICATED, AdminCaller, IngestCaller, ReadCaller, require_project
from shifty.web.addresses import PublicBase
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage
from shifty.web.refusals import Responses, refusals
from shifty.wire import Words

router = APIRouter(tags=["Healing"], dependencies=AUTHENTICATED)
router.include_router(decision_routes.router)

MOST_TESTS = 200
STRUCTS = (HealRequest, HealAnswer, SeenRequest, SeenAnswer, KnownAnswer)
"""What is read and written by msgspec; ``web/openapi.py`` describes them."""

_ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""Of JSON. Half a character is left where a page, or who describes it, has cut a text: no reason to refuse it all."""

S = TypeVar("S", bound=msgspec.Struct)


def _asked_run(run_id: Annotated[Words, Query(alias="runId", max_length=200, description="The run's id.")]) -> UUID:
    """A malformed one is a run that does not exist."""
    known = parse_run_id(run_id)
    if known is None:
        raise RunNotFound(run_id)
    return known


AskedRun = Annotated[UUID, Depends(_asked_run)]
"""A route's ``runId`` parameter. Ask for the caller first."""
AskedProject = Annotated[Words, Query(alias="project", min_length=1, max_length=200, description="The project's name.")]
_TestId = Annotated[Words, Query(max_length=200)]


def _takes(kind: type[msgspec.Struct]) -> dict[str, object]:
    schema = {"$ref": f"#/components/schemas/{kind.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _gives(kind: type[msgspec.Struct]) -> Responses:
    schema = {"$ref": f"#/components/schemas/{kind.__name__}"}
    return {200: {"description": "Done.", "content": {"application/json": {"schema": schema}}}}


async def _read(request: Request, kind: type[S]) -> S:
    body = await request.body()
    try:
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.DecodeError:
            body = _ESCAPES.sub(_without_half, body)
            # Only then, since it is slow: to JSON Schema 5.0 is a whole number, to msgspec it is none.
            return msgspec.convert(_whole(msgspec.json.decode(body)), kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadBody.of(error) from None


def _without_half(escape: re.Match[bytes]) -> bytes:
    return b"\\ufffd" if escape["half"] else escape[0]


def _whole(value: object) -> object:
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_whole(item) for item in cast("list[object]", value)]
        case dict():
            return {name: _whole(item) for name, item in cast("dict[str, object]", value).items()}
        case _:
            return value


def _json(answer: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")


@router.post(
    "/healing/heal",
    summary="Ask what a broken locator means",
    response_class=Response,
    responses={**refusals(BadBody), **_gives(HealAnswer)},
    openapi_extra=_takes(HealRequest),
)
async def post_heal(caller: IngestCaller, request: Request) -> Response:
    """Which element of the page a locator means that found nothing, or too much, and how sure that is.

    Compared with what the locator hit when its test last passed. Nothing is written: what became of it comes with the
    results of the test.
    """
    asked = await _read(request, HealRequest)
    require_project(caller, asked.project)
    healer: Healer = request.app.state.healer
    return _json(await healer.heal(caller.tenant_id, asked, caller.project))


@router.post(
    "/healing/fingerprints",
    summary="Keep what locators hit",
    response_class=Response,
    responses={**refusals(BadBody), **_gives(SeenAnswer)},
    openapi_extra=_takes(SeenRequest),
)
async def post_fingerprints(caller: IngestCaller, request: Request, db: Db) -> Response:
    """Of tests that have passed: each use of a locator, and the element that it hit. Sent again it changes nothing.

    A locator that hit another element than it used to has drifted, which is kept for the run that is named.
    """
    told = await _read(request, SeenRequest)
    require_project(caller, told.project)
    return _json(await remember(db, caller.tenant_id, told, caller.project))


@router.get(
    "/healing/fingerprints",
    summary="List what is known of locators",
    response_class=Response,
    responses={**refusals(), **_gives(KnownAnswer)},
)
async def get_fingerprints(
    caller: IngestCaller,
    db: Db,
    project: AskedProject,
    test_file: Annotated[
        Words | None,
        Query(alias="testFile", max_length=1024, description="Of the tests of this file, and of what is used in it."),
    ] = None,
    test_ids: Annotated[
        list[_TestId], Query(alias="testId", max_length=MOST_TESTS, description="Of these tests; repeatable.")
    ] = [],  # noqa: B006  # the framework copies it
    run_id: Annotated[
        Words | None, Query(alias="runId", max_length=200, description="A run: its project wins over the one named.")
    ] = None,
) -> Response:
    """Which uses of locators have a fingerprint, and how fresh it is: those need not be sent again.

    `mode` is what the project allows.
    """
    require_project(caller, project)
    of_run = parse_run_id(run_id) if run_id else None
    mode, found = await known_of(
        db, caller.tenant_id, project, run_id=of_run, test_ids=test_ids, test_file=test_file, only=caller.project
    )
    return _json(KnownAnswer(mode=mode, fingerprints=[Known.of(use) for use in found]))


def _filter(
    min_confidence: Annotated[
        float | None, Query(alias="minConfidence", ge=0, le=1, description="Only those that are at least so sure.")
    ] = None,
    decision: Annotated[
        Literal["heal", "propose", "refuse"] | None, Query(description="Only those that were decided so.")
    ] = None,
    success: Annotated[bool | None, Query(description="Only those whose step passed, or did not.")] = None,
    test_id: Annotated[Words | None, Query(alias="testId", max_length=200, description="Only of this test.")] = None,
) -> EventFilter:
    return EventFilter(min_confidence, decision, success, test_id or None)


@router.get("/healing/events", summary="List what was healed", responses=refusals(RunNotFound))
async def get_healing_events(
    caller: ReadCaller,
    run_id: AskedRun,
    wanted: Annotated[EventFilter, Depends(_filter)],
    page: AskedPage,
    db: Db,
    base: PublicBase,
) -> HealingEventsAnswer:
    """The broken locators of a run, in the order of the suite, and what became of each."""
    found = await list_events(db, caller.tenant_id, run_id, wanted, page, only=caller.project)
    events = [
        HealingEvent.of(run_id, event, artifact_url(base, picture.id, picture.name) if picture else None)
        for event, picture in found.events
    ]
    return HealingEventsAnswer.of_page(events, page, found.total)


@router.get("/healing/drifts", summary="List locators that hit another element", responses=refusals(RunNotFound))
async def get_healing_drifts(caller: ReadCaller, run_id: AskedRun, page: AskedPage, db: Db) -> DriftsAnswer:
    """Locators that still matched in a run, but another element than before, the least alike first.

    Nothing was changed: whether the page or the locator is at fault is for people to say.
    """
    found = await list_drifts(db, caller.tenant_id, run_id, page, only=caller.project)
    return DriftsAnswer.of_page(found.drifts, page, found.total)


@router.get("/healing/settings", summary="Show what a project allows", responses=refusals())
async def get_healing_settings(caller: ReadCaller, project: AskedProject, db: Db) -> HealingSettings:
    """Whether locators are healed, and what a run with healed tests comes to."""
    require_project(caller, project)
    return HealingSettings.of(await settings_of(db, caller.tenant_id, project))


@router.put("/healing/settings", summary="Change what a project allows", responses=refusals())
async def put_healing_settings(caller: AdminCaller, body: HealingSettingsUpdate, db: Db) -> HealingSettings:
    """What is left out stays as it is. Workers may still allow less, and a test may for itself."""
    require_project(caller, body.project)
    return HealingSettings.of(await change_settings(db, caller, body.project, body.mode, body.verdict))
