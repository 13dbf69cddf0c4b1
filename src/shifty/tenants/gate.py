"""What every request passes before its body is read: rate limits, and the key of calls that carry a body."""

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.tenants.authenticate import identify, tenant_of_key
from shifty.tenants.cookies import session_token
from shifty.tenants.errors import BadKey, RateLimited
from shifty.tenants.meter import Meters
from shifty.tenants.rates import Bucket, Standing, holder_of
from shifty.tenants.sessions import Session, session_of
from shifty.web.answers import refusal_answer
from shifty.web.request_ids import headers_of_answer

_API: Final = "/api/v1/"

FREE: Final = re.compile(r"/(?:healthz|readyz|metrics)/?|/api/v1/artifacts/put/.*|/(?:assets|trace)/.*", re.DOTALL)
"""Probes; signed uploads, whose address is their permission and was counted when it was given; files that come with
Shifty, of which a page needs many at once."""

SIGNED: Final = re.compile(r"/api/v1/healing/webhooks/[^/]+/?")
"""Their body is signed, by those who have no key."""

INGEST: Final = re.compile(
    r"/api/v1/(?:claims|runs/[^/]+/(?:events|claims|leases/[^/]+/(?:renew|finish))"
    r"|artifacts/(?:upload|presigned-uploads?|complete)|healing/(?:heal|fingerprints))/?"
    r"|(?:/api/v1)?/ws/?"
)
"""What workers and reporters send."""

_TICKETED: Final = re.compile(r"(?:/api/v1)?/ws/?|/api/v1/orchestrate/[^/]+/progress/?")


class Gate:
    """Counts requests and refuses too many of them; answers 401 to a body that nobody known sends.

    The framework reads and parses a body before it asks who sends it, so that is decided out here. Routes still ask for
    their caller: which scope a call needs is theirs to know.
    """

    def __init__(self, app: ASGIApp, database: Database, meters: Meters) -> None:
        self.app = app
        self._db = database
        self._meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or FREE.fullmatch(scope["path"]):
            await self.app(scope, receive, send)
            return
        visit = _Visit(scope)
        try:
            await self._admit(visit)
        except Refusal as refusal:
            await refusal_answer(refusal)(scope, receive, send)
            return
        if visit.is_unproven:
            send = _Unproven(visit, self._meters, send).send
        await self.app(visit.scope, receive, send)

    async def _admit(self, visit: "_Visit") -> None:
        authorization = visit.headers.get("authorization")
        tenant_id = await tenant_of_key(self._db, authorization)
        session = await self._signed_in(visit) if tenant_id is None else None
        visit.is_unproven = tenant_id is None and session is None and visit.has_ticket
        if session is not None:
            # A bucket of its own: pages that are open fetch what changes all day, and must take nothing from CI.
            visit.count(await self._meters.take(Bucket.API, f"{session.caller.tenant_id}/{session.name}"))
        elif tenant_id is not None:
            bucket = Bucket.INGEST if INGEST.fullmatch(visit.path) else Bucket.API
            visit.count(await self._meters.take(bucket, str(tenant_id)))
        elif not visit.is_unproven:
            visit.count(await self._meters.take(Bucket.ADDRESS, visit.holder))
        if visit.needs_a_key:
            if tenant_id is None:
                raise BadKey
            await identify(self._db, authorization, visit.headers.get("x-tenant-id"))

    async def _signed_in(self, visit: "_Visit") -> Session | None:
        """The session that the cookie holds. The API takes none: a page of another site could send one along."""
        if visit.path.startswith(_API):
            return None
        return await session_of(self._db, session_token(visit.headers))


class _Visit:
    """One request on its way through."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.headers = Headers(scope=scope)
        self.path: str = scope["path"]
        client: tuple[str, int] | None = scope.get("client")
        self.holder = holder_of(client[0] if client else None)
        is_get = scope["type"] == "websocket" or scope["method"] in ("GET", "HEAD", "OPTIONS")
        self.needs_a_key = not is_get and self.path.startswith(_API) and not SIGNED.fullmatch(self.path)
        self.has_ticket = is_get and bool(_TICKETED.fullmatch(self.path)) and _names_a_ticket(scope["query_string"])
        self.is_unproven = False
        """Nothing but a ticket says who this is, and nobody has looked at it yet."""
        self._answer = headers_of_answer(scope)

    def count(self, standing: Standing | None) -> None:
        """Put it on the answer where the caller stands.

        Raises:
            RateLimited: it has no token left.
        """
        if standing:
            self._answer.update(standing.headers())
            if not standing.admitted:
                raise RateLimited(standing)


class _Unproven:
    """The answer to somebody with a ticket. Who has one was counted when it was given out, and opens a free stream; one
    that is refused was a request without a valid key like any other."""

    def __init__(self, visit: _Visit, meters: Meters, send: Send) -> None:
        self._visit = visit
        self._meters = meters
        self._send = send
        self._is_answered = False

    async def send(self, message: Message) -> None:
        if message.get("status") == HTTPStatus.UNAUTHORIZED:
            try:
                self._visit.count(await self._meters.take(Bucket.ADDRESS, self._visit.holder))
            except RateLimited as refusal:
                self._is_answered = True
                await refusal_answer(refusal)(self._visit.scope, _nothing_comes, self._send)
        if not self._is_answered:
            await self._send(message)


async def _nothing_comes() -> Message:
    return {"type": "http.disconnect"}


def _names_a_ticket(query: bytes) -> bool:
    return "ticket" in parse_qs(query.decode("latin-1"), keep_blank_values=True)
