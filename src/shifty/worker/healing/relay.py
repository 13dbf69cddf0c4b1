"""The hook's way to the server: a loopback server with a token of its own that passes on only what healing needs."""

import asyncio
import hmac
import logging
import secrets
from collections.abc import Awaitable, Sequence
from typing import Final, Self

import msgspec

from shifty import wire
from shifty.client import worker_api
from shifty.client.errors import ServerAway, Stopped
from shifty.client.transport import Transport
from shifty.worker.healing.held import Held
from shifty.worker.healing.http import Head, LoopbackServer, ReadBody, Reply, Unreadable
from shifty.worker.healing.learned import Learned
from shifty.worker.playwright.model import stable_id_of

_HEAL_S = 15.0
"""A language model may take part in the answer."""
_LOOK_UP_S = 5.0
_LEARN_S = 10.0
_CLOSE_S = 5.0
_MOST_CALLS = 4
"""At once; a page of thousands of elements has some megabytes."""

_log = logging.getLogger(__name__)


class _Seen(msgspec.Struct, rename="camel", frozen=True):
    """What must be known of a fingerprint to hold it; all of it is passed on."""

    test_id: str
    attempt: int | None = None


class _SeenRequest(msgspec.Struct, frozen=True):
    seen: list[msgspec.Raw]


_JSON: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_SEEN_REQUEST: Final = msgspec.json.Decoder(_SeenRequest)
_SEEN: Final = msgspec.json.Decoder(_Seen)


class Relay:
    """Serves the tests of one worker in one run, from ``open`` to ``close``."""

    def __init__(self, transport: Transport, run_id: str, project: str) -> None:
        self.token = secrets.token_urlsafe(32)
        self.run_id = run_id
        self.project = project
        self._transport = transport
        self._server = LoopbackServer(self._answer)
        self._held = Held()
        self._learned = Learned(self._learn)
        self._calls = asyncio.Semaphore(_MOST_CALLS)
        self._complained = False

    @classmethod
    async def open(cls, transport: Transport, run_id: str, project: str) -> Self:
        """Raises OSError: this machine gives no port."""
        relay = cls(transport, run_id, project)
        try:
            await relay._server.start()
        except OSError:
            await relay.close()
            raise
        return relay

    @property
    def url(self) -> str:
        return self._server.url

    def see(self, message: wire.AnyMessage) -> None:
        """What an attempt has seen is sent once a message tells that it has passed, as it should."""
        if not isinstance(message, wire.TestBatchMessage):
            return
        for result in message.payload.results:
            test_id = stable_id_of(result)
            for attempt in result.attempts or ():
                passed = attempt.status == "passed" == result.expected_status
                self._learned.put(self._held.ended(test_id, attempt.attempt, passed=passed))

    def forget(self) -> None:
        """The batch has ended; see ``Held``."""
        self._held.forget()

    async def close(self) -> None:
        await self._server.close()
        await self._learned.close(_CLOSE_S)

    async def _answer(self, head: Head, read_body: ReadBody) -> Reply:
        if not hmac.compare_digest(head.headers.get("authorization", "").encode(), f"Bearer {self.token}".encode()):
            return Reply.refusing(401, "UNAUTHORIZED", "This relay serves the tests of one worker, by their token.")
        match head.method, head.path:
            case "POST", "/healing/heal":
                async with self._calls:
                    body = self._of_this_run(await read_body())
                    return await self._passed_on(worker_api.heal(self._transport, body), _HEAL_S)
            case "POST", "/healing/fingerprints":
                return self._hold(await read_body())
            case "GET", "/healing/fingerprints":
                query = {"project": self.project, "runId": self.run_id, "testFile": head.query.get("testFile", "")}
                return await self._passed_on(worker_api.known_fingerprints(self._transport, query), _LOOK_UP_S)
            case _:
                return Reply.refusing(404, "NOT_FOUND", f"A worker passes on healing only, not {head.path}.")

    def _of_this_run(self, body: bytes) -> bytes:
        """Test code may claim what it likes; it speaks for its own run only."""
        try:
            asked = _JSON.decode(body)
        except msgspec.MsgspecError:
            raise Unreadable(400, "INVALID_PARAMETERS", "The body is no JSON object.") from None
        about = {"project": self.project, "runId": self.run_id}
        return msgspec.json.encode(asked | about)

    async def _passed_on(self, call: Awaitable[bytes], limit_s: float) -> Reply:
        """The server's answer. The hook goes on without one, so nobody waits for a server that is away."""
        try:
            return Reply(200, await asyncio.wait_for(call, limit_s))
        except TimeoutError:
            return Reply.refusing(503, "SERVICE_UNAVAILABLE", f"The server did not answer within {limit_s:g} s.")
        except ServerAway as away:
            return Reply.refusing(503, away.code or "SERVICE_UNAVAILABLE", str(away))
        except Stopped as refused:
            if not self._complained:
                _log.warning("The server refuses to heal: %s", refused)
                self._complained = True
            return Reply.refusing(refused.status or 502, refused.code, str(refused))

    def _hold(self, body: bytes) -> Reply:
        try:
            for raw in _SEEN_REQUEST.decode(body).seen:
                seen = _SEEN.decode(raw)
                # A copy, since a part of it would keep all of the body.
                self._learned.put(self._held.take(seen.test_id, seen.attempt, bytes(raw)))
        except msgspec.MsgspecError as error:
            return Reply.refusing(400, "INVALID_PARAMETERS", f"These are no fingerprints: {error}.")
        return Reply(200, msgspec.json.encode({"stored": 0, "drifted": 0}))

    async def _learn(self, seen: Sequence[bytes]) -> None:
        body = {"project": self.project, "runId": self.run_id, "seen": [msgspec.Raw(each) for each in seen]}
        await worker_api.post_fingerprints(self._transport, msgspec.json.encode(body), patience_s=_LEARN_S)
