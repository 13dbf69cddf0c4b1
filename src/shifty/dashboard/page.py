"""Pages as answers: rendered, with the headers that keep foreign scripts out; refusals as pages, too."""

import re
from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from typing import Any, Final, cast
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse

import shifty
from shifty.dashboard import words
from shifty.dashboard.assets import asset_url
from shifty.dashboard.errors import NotSignedIn, PageNotFound
from shifty.dashboard.visitor import Visitor
from shifty.errors import Refusal
from shifty.web.addresses import public_base
from shifty.web.answers import headers_of, status_of

HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
        "connect-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "HX-Request",
}
_EXTENDS: Final = re.compile(r"""^\{%-? *extends ["']([^"']+)["'] *-?%\}""", re.MULTILINE)
_SAID: Final = "shifty_said"
_MOST_SAID: Final = 600


class PageRoute(APIRoute):
    """A route whose refusals are pages, and that sends whoever is not signed in to the sign-in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except NotSignedIn as refusal:
                return _to_sign_in(request, refusal)
            except Refusal as refusal:
                return error_page(request, int(status_of(type(refusal))), refusal.message, headers_of(refusal))
            except RequestValidationError as error:
                first = error.errors()[0]
                sentence = f"{'.'.join(str(step) for step in first['loc'][1:]) or 'The address'}: {first['msg']}"
                return error_page(request, 400, sentence)
            except HTTPException as error:
                return error_page(request, error.status_code, error.detail)

        return handled


def pages() -> APIRouter:
    """A router for pages."""
    return APIRouter(route_class=PageRoute, include_in_schema=False)


def page(
    request: Request,
    visitor: Visitor | None,
    template: str,
    view: object,
    *,
    title: str,
    section: str = "",
    live: str | None = None,
    status: int = 200,
) -> Response:
    """A template with what it shows; with ``?part=name``, its block ``part_name`` alone.

    ``section`` is the entry of the menu that it belongs to, ``live`` the address of the stream that tells when its
    parts are to be fetched again.

    Raises:
        PageNotFound: there is no such part.
    """
    said = unquote(request.cookies.get(_SAID, ""))
    own = {"visitor": visitor, "section": section, "live": live, "query": request.url.query, "said": said}
    context = {**_context(request, view, title), **own, "address": public_base(request)}
    part = request.query_params.get("part")
    if part is not None:
        return HTMLResponse(_part(template, part, context), status, HEADERS)
    response = HTMLResponse(_environment().get_template(template).render(context), status, HEADERS)
    if said:
        response.delete_cookie(_SAID, path="/", httponly=True, samesite="lax")
    return response


def go_to(path: str, said: str = "") -> Response:
    """What a form is answered with: the page to go on with, which says ``said`` once."""
    response = RedirectResponse(path, 303, HEADERS)
    if said:
        response.set_cookie(_SAID, quote(said[:_MOST_SAID]), max_age=30, path="/", httponly=True, samesite="lax")
    return response


def error_page(request: Request, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """``sentence`` for people; for a part that is fetched by a script, as plain text."""
    own = {name: value for name, value in (headers or {}).items() if name != "WWW-Authenticate"}
    if request.headers.get("hx-request"):
        return Response(sentence, status, {**HEADERS, **own}, media_type="text/plain; charset=utf-8")
    title = "Not found" if status == 404 else "That did not work"
    context = _context(request, {"status": status, "sentence": sentence}, title)
    return HTMLResponse(_environment().get_template("error.html").render(context), status, {**HEADERS, **own})


def _context(request: Request, view: object, title: str) -> dict[str, object]:
    """What the base of all pages wants to know, of a page for nobody in particular."""
    nobody = {"visitor": None, "section": "", "live": None, "query": "", "said": "", "address": ""}
    return {"view": view, "title": title, "path": request.url.path, **nobody}


def _part(template: str, part: str, context: Mapping[str, object]) -> str:
    """A block of a template, or of one that it extends, with what the base of all pages gives to blocks."""
    found = _environment().get_template(template)
    whole = found.new_context({**context, "ui": _environment().get_template("macros.html").make_module(dict(context))})
    for ancestor in _ancestors(template):
        for name, block in _environment().get_template(ancestor).blocks.items():
            whole.blocks.setdefault(name, []).append(block)
    blocks = whole.blocks.get(f"part_{part}")
    if not blocks:
        raise PageNotFound
    return "".join(blocks[0](whole))


@cache
def _ancestors(template: str) -> tuple[str, ...]:
    """What it extends, the next one first."""
    loader = _environment().loader
    assert loader is not None
    extended = _EXTENDS.search(loader.get_source(_environment(), template)[0])
    return (extended[1], *_ancestors(extended[1])) if extended else ()


def _to_sign_in(request: Request, refusal: NotSignedIn) -> Response:
    to = f"/sign-in?next={quote(refusal.wanted, safe='')}"
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={**HEADERS, "HX-Redirect": to})
    return RedirectResponse(to, 303, HEADERS)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("shifty.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    cast("dict[str, object]", environment.globals).update({"asset": asset_url, "version": shifty.__version__})
    environment.filters.update(words.FILTERS)
    return environment
