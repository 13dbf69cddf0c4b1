"""What a route asks for: a parameter of one of these types is the permission that the route needs.

async def get_runs(caller: ReadCaller, db: Db) -> …
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Path, Query, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.requests import Request

from shifty.ids import parse_run_id
from shifty.tenants.authenticate import authenticate
from shifty.tenants.errors import BadTicket, ProjectForeign, TenantForeign
from shifty.tenants.model import Caller, Scope
from shifty.tenants.tickets import take_ticket
from shifty.web.deps import Db

# For the OpenAPI description only; the headers are read by `authenticate`, which a socket uses too.
_KEY = HTTPBearer(auto_error=False, scheme_name="ApiKey", description="An API key, as `shifty keys create` prints it.")
_TENANT = APIKeyHeader(
    name="X-Tenant-ID", auto_error=False, scheme_name="Tenant", description="The id or the name of the key's tenant."
)


def _caller_with(needed: Scope) -> Callable[..., Awaitable[Caller]]:
    async def caller(request: Request, db: Db) -> Caller:
        headers = request.headers
        return await authenticate(db, headers.get("authorization"), headers.get("x-tenant-id"), needed)

    return caller


_DESCRIBED = [Security(_KEY), Security(_TENANT)]

ReadCaller = Annotated[Caller, Depends(_caller_with(Scope.READ))]
IngestCaller = Annotated[Caller, Depends(_caller_with(Scope.INGEST))]
OrchestrateCaller = Annotated[Caller, Depends(_caller_with(Scope.ORCHESTRATE))]
AdminCaller = Annotated[Caller, Depends(_caller_with(Scope.ADMIN))]

Ticket = Annotated[
    str | None, Query(max_length=200, description="In place of the headers: what `POST /runs/{runId}/tickets` gave.")
]


async def _watcher(
    request: Request, db: Db, run_id: Annotated[str, Path(alias="runId")], ticket: Ticket = None
) -> Caller:
    headers = request.headers
    authorization = headers.get("authorization")
    if ticket is None or authorization is not None:
        return await authenticate(db, authorization, headers.get("x-tenant-id"), Scope.READ)
    known = parse_run_id(run_id)
    if known is None:
        raise BadTicket
    return (await take_ticket(db, ticket, known)).caller


WatchCaller = Annotated[Caller, Depends(_watcher)]
"""Who may read a run, or holds a ticket for it: for a stream under ``{runId}``."""

AUTHENTICATED = _DESCRIBED
"""For ``APIRouter(dependencies=AUTHENTICATED)``: describes both headers in OpenAPI, and checks nothing by itself."""


def require_project(caller: Caller, project: str) -> None:
    """Refuse a project that the caller's key does not open.

    Raises:
        ProjectForeign: the key is for another project only.
    """
    if not caller.sees(project):
        raise ProjectForeign(project)


def require_tenant(caller: Caller, tenant: str) -> None:
    """Refuse a tenant parameter that does not name the caller's own.

    Raises:
        TenantForeign: it names another one, or none that exists.
    """
    if not caller.is_tenant(tenant.strip()):
        raise TenantForeign
