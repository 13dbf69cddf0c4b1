"""The contract's messages over a WebSocket: `/ws`, for who reports and for who looks."""

import re
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter, WebSocket

from shifty.errors import Refusal
from shifty.ids import parse_run_id
from shifty.live.hub import Hub
from shifty.live.look import Look
from shifty.results.commit import Committer
from shifty.results.errors import BadCursor, BadRole, UnknownRun
from shifty.results.frames import Frames
from shifty.results.producer import Producer
from shifty.results.seats import Seats
from shifty.results.store import RunKey
from shifty.results.viewer import SEND_PATIENCE_S, Viewer
from shifty.runs.access import require_run
from shifty.tenants.authenticate import identify
from shifty.tenants.errors import ScopeMissing
from shifty.tenants.model import Caller, Scope
from shifty.tenants.tickets import take_ticket
from shifty.web.addresses import public_base
from shifty.web.answers import refusal_answer
from shifty.web.deps import database_of

router = APIRouter()

_CURSOR: Final = re.compile(r"\d{1,19}:\d{1,19}:(?:\d{1,19}(?:,\d{1,19})*)?")


@dataclass(frozen=True)
class _Visitor:
    caller: Caller
    role: Literal["producer", "viewer"]
    run_id: UUID
    since: str | None


@router.websocket("/ws")
async def results_socket(socket: WebSocket) -> None:
    """One run: who reports gets an acknowledgement after each commit, who looks a snapshot and then what changes.

    Whoever may not is refused before the upgrade, with the status and the body that any other call would get.
    """
    try:
        visitor = await _visitor(socket)
        if visitor.role == "viewer":
            await _view(socket, visitor, await _first_look(socket, visitor))
        else:
            await _produce(socket, visitor)
    except Refusal as error:
        await socket.send_denial_response(refusal_answer(error))


async def _produce(socket: WebSocket, visitor: _Visitor) -> None:
    state, caller = socket.app.state, visitor.caller
    committer: Committer = state.committer
    hub: Hub = state.hub
    seats: Seats = state.seats
    async with seats.taken(caller.tenant_id):
        await socket.accept()
        key = RunKey(visitor.run_id, caller.tenant_id)
        await Producer(Frames(socket), committer, hub, key, caller.project).serve()


async def _first_look(socket: WebSocket, visitor: _Visitor) -> Look:
    hub: Hub = socket.app.state.hub
    await require_run(database_of(socket), visitor.caller, visitor.run_id)
    first = await hub.glance(visitor.caller.tenant_id, visitor.run_id)
    if first is None:
        raise UnknownRun(str(visitor.run_id))
    return first


async def _view(socket: WebSocket, visitor: _Visitor, first: Look) -> None:
    hub: Hub = socket.app.state.hub
    await socket.accept()
    with hub.watching(visitor.caller.tenant_id, visitor.run_id, first, results=True) as watch:
        await Viewer(Frames(socket, SEND_PATIENCE_S), hub, watch, public_base(socket)).serve(visitor.since)


async def _visitor(socket: WebSocket) -> _Visitor:
    headers, query = socket.headers, socket.query_params
    ticket, authorization = query.get("ticket"), headers.get("authorization")
    given = headers.get("x-run-id") or query.get("runId") or ""
    since = _cursor(query.get("since"))
    if ticket is not None and authorization is None:
        holder = await take_ticket(database_of(socket), ticket, parse_run_id(given) if given else None)
        return _Visitor(holder.caller, "viewer", holder.run_id, since)
    caller = await identify(database_of(socket), authorization, headers.get("x-tenant-id"))
    role = _role(caller, headers.get("x-role") or query.get("role"))
    run_id = parse_run_id(given)
    if run_id is None:
        raise UnknownRun(given or "(the header X-Run-ID is missing)")
    return _Visitor(caller, role, run_id, since)


def _role(caller: Caller, asked: str | None) -> Literal["producer", "viewer"]:
    """As asked for; else whatever the key may do, and to report is more."""
    role = asked or ("producer" if caller.may(Scope.INGEST) else "viewer")
    needed = {"producer": Scope.INGEST, "viewer": Scope.READ}.get(role)
    if needed is None:
        raise BadRole(role)
    if not caller.may(needed):
        raise ScopeMissing(needed)
    return "producer" if needed is Scope.INGEST else "viewer"


def _cursor(text: str | None) -> str | None:
    if text and not _CURSOR.fullmatch(text):
        raise BadCursor
    return text or None
