"""The contract's messages over a WebSocket: `/ws`."""

import asyncio
import logging

import msgspec
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from shifty.errors import Refusal, Unavailable
from shifty.ids import parse_run_id
from shifty.results.commit import Committer
from shifty.results.errors import UnknownRun
from shifty.results.ingest import Report
from shifty.results.messages import decode
from shifty.results.store import RunKey
from shifty.tenants.authenticate import authenticate
from shifty.tenants.model import Scope
from shifty.web.answers import refusal_answer
from shifty.web.deps import database_of
from shifty.wire import AnyMessage, RunEndMessage, RunStartMessage

log = logging.getLogger(__name__)

router = APIRouter()

MOST_UNACKNOWLEDGED = 32
"""Messages of one socket that may be on their way to the database; more are read when some are stored."""


@router.websocket("/ws")
async def results_socket(socket: WebSocket) -> None:
    """Take messages of one run, acknowledge each after its commit.

    Bad input gets an error message and the socket stays open: nothing that was sent well is lost by what was not.
    """
    try:
        key, project = await _admit(socket)
    except Refusal as error:
        await socket.send_denial_response(refusal_answer(error))
        return
    await socket.accept()
    await _Producer(socket, key, project).serve()


async def _admit(socket: WebSocket) -> tuple[RunKey, str | None]:
    headers = socket.headers
    caller = await authenticate(
        database_of(socket), headers.get("authorization"), headers.get("x-tenant-id"), Scope.INGEST
    )
    text = headers.get("x-run-id", "")
    run_id = parse_run_id(text)
    if run_id is None:
        raise UnknownRun(text or "(the header X-Run-ID is missing)")
    return RunKey(run_id, caller.tenant_id), caller.project


class _Producer:
    def __init__(self, socket: WebSocket, key: RunKey, project: str | None) -> None:
        self._socket = socket
        self._key = key
        self._project = project
        self._committer: Committer = socket.app.state.committer
        self._free = asyncio.Semaphore(MOST_UNACKNOWLEDGED)
        self._sending = asyncio.Lock()
        self._open: set[asyncio.Task[None]] = set()
        self._unstored = False

    async def serve(self) -> None:
        async with asyncio.TaskGroup() as storing:
            try:
                while True:
                    await self._receive(storing)
            except WebSocketDisconnect:
                return

    async def _receive(self, storing: asyncio.TaskGroup) -> None:
        frame = await self._socket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame.get("code", 1000))
        data = frame.get("text") or frame.get("bytes") or b""
        try:
            message = decode(data)
        except Refusal as error:
            await self._send_error(error, None)
            return
        await self._free.acquire()
        if isinstance(message, RunStartMessage | RunEndMessage):
            await self._store_in_turn(message)
            return
        task = storing.create_task(self._store(message))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _store_in_turn(self, message: RunStartMessage | RunEndMessage) -> None:
        """Batches may overtake each other, none its run:start, and no run:end a batch that it would lose."""
        if self._open:
            await asyncio.wait(self._open)
        if isinstance(message, RunEndMessage) and self._unstored:
            self._free.release()
            self._unstored = False
            sentence = "Results before this run:end are not stored yet. Send them again, and then the run:end."
            await self._send_error(Unavailable(sentence), message.seq)
            return
        await self._store(message)

    async def _store(self, message: AnyMessage) -> None:
        try:
            await self._committer.commit(Report(self._key, [message], self._project))
        except Refusal as error:
            self._unstored = self._unstored or isinstance(error, Unavailable)
            await self._send_error(error, message.seq)
        except Exception:
            self._unstored = True
            # Not acknowledged, so the producer sends it again; the reason is in our log, not on its screen.
            log.exception("a message of run %s could not be stored", self._key.run_id)
        else:
            if message.seq is not None:
                await self._send({"type": "ack", "payload": {"seq": message.seq}})
        finally:
            self._free.release()

    async def _send_error(self, error: Refusal, seq: int | None) -> None:
        payload = {"code": error.code, "error": error.message, "details": error.details, "seq": seq}
        await self._send({"type": "error", "payload": payload})

    async def _send(self, message: dict[str, object]) -> None:
        async with self._sending:
            try:
                await self._socket.send_text(msgspec.json.encode(message).decode())
            except (WebSocketDisconnect, RuntimeError):
                # It went away before it could hear: it will send again what it believes unstored.
                log.debug("a producer of run %s was gone before its answer", self._key.run_id)
