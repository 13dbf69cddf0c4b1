"""The cookie that holds a session."""

from typing import Final

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response

from shifty.tenants.sessions import LASTS

PLAIN: Final = "shifty_session"
SECURE: Final = "__Host-shifty_session"
"""Over https: a browser takes a cookie of this name from nobody but this very host, over https, for all paths."""


def session_token(headers: Headers) -> str | None:
    """What the cookie of a request holds. Not by ``http.cookies``: with JSON in somebody else's, it reads none."""
    cookies = cookie_parser(headers.get("cookie", ""))
    return cookies.get(SECURE) or cookies.get(PLAIN)


def keep_session(response: Response, token: str, *, over_https: bool) -> None:
    """HttpOnly: no script can read it. Lax: a link from a chat or a pull request opens the page, a form of another site
    sends nothing."""
    response.set_cookie(
        SECURE if over_https else PLAIN,
        token,
        max_age=int(LASTS.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=over_https,
    )


def forget_session(response: Response, *, over_https: bool) -> None:
    name = SECURE if over_https else PLAIN
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=over_https)
