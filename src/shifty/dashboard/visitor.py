"""What a page asks for: a parameter of one of these types is the permission that it needs.

    async def get_runs(visitor: Reader, …)            whoever is signed in
    async def post_cancel(visitor: Orchestrator, …)   and may start and cancel runs
    async def post_key(visitor: Administrator, …)     and may administer the tenant

The latter two are for forms: they also check that the form is one of our own pages'.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends
from starlette.requests import Request

from shifty.dashboard.errors import ForeignForm, NotSignedIn
from shifty.tenants.cookies import session_token
from shifty.tenants.errors import ScopeMissing
from shifty.tenants.model import Caller, Scope
from shifty.tenants.sessions import Session, session_of
from shifty.web.deps import Db


@dataclass(frozen=True)
class Visitor:
    """Who looks at a page."""

    session: Session

    @property
    def caller(self) -> Caller:
        return self.session.caller

    @property
    def may_orchestrate(self) -> bool:
        return self.caller.may(Scope.ORCHESTRATE)

    @property
    def may_administer(self) -> bool:
        return self.caller.may(Scope.ADMIN)


async def visitor_of(request: Request, db: Db) -> Visitor | None:
    session = await session_of(db, session_token(request.headers))
    return Visitor(session) if session else None


def require_own_form(request: Request) -> None:
    """Refuse what a page of another site has sent: browsers say where a form comes from.

    Raises:
        ForeignForm: it comes from another site.
    """
    site = request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin"):
        raise ForeignForm
    origin = request.headers.get("origin")
    if site is None and origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForeignForm


def _reader() -> Callable[..., Awaitable[Visitor]]:
    async def visitor(request: Request, db: Db) -> Visitor:
        found = await visitor_of(request, db)
        if found is None:
            raise NotSignedIn(_wanted(request))
        if not found.caller.may(Scope.READ):
            raise ScopeMissing(Scope.READ)
        return found

    return visitor


def _sender(needed: Scope) -> Callable[..., Awaitable[Visitor]]:
    async def visitor(request: Request, db: Db) -> Visitor:
        require_own_form(request)
        found = await visitor_of(request, db)
        if found is None:
            raise NotSignedIn("/")
        given = request.headers.get("x-csrf-token") or (await request.form()).get("csrf")
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), found.session.csrf.encode()):
            raise ForeignForm
        if not found.caller.may(needed):
            raise ScopeMissing(needed)
        return found

    return visitor


def _wanted(request: Request) -> str:
    """Where to go on after the sign-in: the page itself, not one of its parts."""
    if request.method != "GET" or request.headers.get("hx-request") or "part" in request.query_params:
        shown = urlsplit(request.headers.get("hx-current-url", "/"))
        return shown.path + (f"?{shown.query}" if shown.query else "")
    query = request.url.query
    return quote(request.url.path) + (f"?{query}" if query else "")


Reader = Annotated[Visitor, Depends(_reader())]
Signed = Annotated[Visitor, Depends(_sender(Scope.READ))]
"""Any visitor, sending a form of ours: to sign out."""
Orchestrator = Annotated[Visitor, Depends(_sender(Scope.ORCHESTRATE))]
Administrator = Annotated[Visitor, Depends(_sender(Scope.ADMIN))]
