"""Doors of this room: what a tenant may use and uses, its keys, its projects, and who has changed what."""

from datetime import timedelta
from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, Request

from shifty.tenants.audit import list_changes
from shifty.tenants.caller import AUTHENTICATED, AdminCaller, ReadCaller, require_project
from shifty.tenants.errors import KeyNotFound
from shifty.tenants.keys import create_key, list_keys, revoke_key
from shifty.tenants.meter import Meters
from shifty.tenants.projects import list_projects
from shifty.tenants.usage import usage
from shifty.tenants.wire import UsageAnswer
from shifty.tenants.wire_keys import (
    ApiKey,
    ApiKeyAnswer,
    ApiKeyMade,
    ApiKeysAnswer,
    AuditAnswer,
    NewApiKey,
    ProjectsAnswer,
)
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage
from shifty.web.refusals import refusals
from shifty.wire import Words

router = APIRouter(tags=["tenants"], dependencies=AUTHENTICATED)

KeyId = Annotated[Words, Path(alias="keyId", max_length=200, description="The key's id.")]


@router.get("/usage", summary="Show the plan and what is used of it", responses=refusals())
async def get_usage(caller: ReadCaller, db: Db, request: Request) -> UsageAnswer:
    """What the caller's tenant may use, what it uses now and has used this month, and its rate limits."""
    return UsageAnswer.of(await usage(db, caller.tenant_id), cast("Meters", request.app.state.meters))


@router.get("/projects", summary="List projects", responses=refusals())
async def get_projects(
    caller: ReadCaller,
    db: Db,
    page: AskedPage,
    project: Annotated[Words | None, Query(max_length=200, description="Only the project of this name.")] = None,
) -> ProjectsAnswer:
    """The tenant's projects, what they allow and how much they are used; the one with the newest run first."""
    if project:
        require_project(caller, project)
    return ProjectsAnswer.of_page(await list_projects(db, caller, page, project or None), page)


@router.get("/keys", summary="List API keys", responses=refusals())
async def get_keys(caller: AdminCaller, db: Db) -> ApiKeysAnswer:
    """Every key of the tenant, revoked and expired ones too, oldest first; to a key for one project, those for it."""
    return ApiKeysAnswer(keys=[ApiKey.of(key, caller.key_id) for key in await list_keys(db, caller)])


@router.post("/keys", summary="Make an API key", responses=refusals())
async def post_key(caller: AdminCaller, body: NewApiKey, db: Db) -> ApiKeyMade:
    """The key itself, `secret`, is in this answer and nowhere else: only a hash of it is stored.

    A key for one project makes keys for that project only. The call is not idempotent: who did not get its answer makes
    another key, and revokes the one that nobody knows.
    """
    new = await create_key(
        db,
        caller,
        frozenset(body.scopes),
        name=body.name,
        project=body.project,
        expires_in=timedelta(days=body.expires_in_days) if body.expires_in_days else None,
    )
    return ApiKeyMade.of_new(new, caller.key_id)


@router.delete("/keys/{keyId}", summary="Revoke an API key", responses=refusals(KeyNotFound))
async def delete_key(caller: AdminCaller, key_id: KeyId, db: Db) -> ApiKeyAnswer:
    """For good. Servers stop taking it within three seconds, and whoever has signed in with it is signed out.

    Nothing keeps a key from revoking itself. A key that is revoked already stays as it is.
    """
    return ApiKeyAnswer(key=ApiKey.of(await revoke_key(db, key_id, caller), caller.key_id))


@router.get("/audit", summary="List who has changed what", responses=refusals())
async def get_audit(
    caller: AdminCaller,
    db: Db,
    page: AskedPage,
    action: Annotated[
        Words | None, Query(max_length=100, description="Only actions that begin so, such as `key` or `key.created`.")
    ] = None,
) -> AuditAnswer:
    """Changes in the tenant, newest first, and whose key made them; to a key for one project, those that concern it."""
    return AuditAnswer.of_page(await list_changes(db, caller, page, action or None), page)
