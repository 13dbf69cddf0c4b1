"""Signing in with an API key or with a code from the command line, and out."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Query, Request
from starlette.responses import Response

from shifty.dashboard.page import go_to, page, pages
from shifty.dashboard.visitor import Signed, require_own_form, visitor_of
from shifty.errors import Unauthenticated
from shifty.tenants.cookies import forget_session, keep_session, session_token
from shifty.tenants.model import Scope
from shifty.tenants.sessions import NewSession, sign_in, sign_in_with_code, sign_out
from shifty.web.deps import Db

router = pages()

Next = Annotated[str, Query(alias="next", max_length=2000)]


@dataclass(frozen=True)
class SignInView:
    next: str
    fault: str | None = None


@router.get("/")
async def get_index() -> Response:
    return go_to("/runs")


@router.get("/sign-in")
async def get_sign_in(request: Request, db: Db, after: Next = "/", code: str | None = None) -> Response:
    """The form; with a ``code``, straight to the pages."""
    if code is not None:
        try:
            return _signed_in(request, await sign_in_with_code(db, code), after)
        except Unauthenticated as refusal:
            return _form(request, after, refusal.message)
    if await visitor_of(request, db):
        return go_to(own_path(after))
    return _form(request, after)


@router.post("/sign-in")
async def post_sign_in(
    request: Request, db: Db, key: Annotated[str, Form()], after: Annotated[str, Form(alias="next")] = "/"
) -> Response:
    require_own_form(request)
    try:
        return _signed_in(request, await sign_in(db, key), after)
    except Unauthenticated:
        return _form(request, after, "This key is unknown, revoked or expired. Look for the whole key: shf_…")


@router.post("/sign-out")
async def post_sign_out(visitor: Signed, request: Request, db: Db) -> Response:
    if token := session_token(request.headers):
        await sign_out(db, token, visitor.session)
    response = go_to("/sign-in", "You are signed out.")
    forget_session(response, over_https=_is_https(request))
    return response


def own_path(wanted: str) -> str:
    """A path of ours, whatever the address says: a link must not lead to another site by way of the sign-in."""
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if is_ours and "\\" not in wanted else "/"


def _signed_in(request: Request, begun: NewSession, wanted: str) -> Response:
    if not begun.session.caller.may(Scope.READ):
        # Every page would refuse it, the one with the button to sign out as well.
        return _form(request, wanted, "This key opens no page: it lacks the scope read. Use another one.")
    response = go_to(own_path(wanted))
    keep_session(response, begun.token, over_https=_is_https(request))
    return response


def _form(request: Request, wanted: str, fault: str | None = None) -> Response:
    status = 401 if fault else 200
    return page(request, None, "sign_in.html", SignInView(own_path(wanted), fault), title="Sign in", status=status)


def _is_https(request: Request) -> bool:
    public: str | None = getattr(request.app.state, "public_url", None)
    return (public or str(request.url)).startswith("https:")
