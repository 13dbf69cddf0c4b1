"""Watch a run test by test over the socket, however often the connection breaks."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import TypeAlias

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from shifty.client.account import Address
from shifty.client.answer import Answer
from shifty.client.attempts import Result
from shifty.client.errors import CallFailed, ServerAway
from shifty.client.model import Conclusion, RunStatus, Snapshot, Totals
from shifty.client.pauses import Pauses
from shifty.client.verdict import failure_in

_OPEN_S = 10.0
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 3.0
_MOST_BYTES = 32 * 2**20


class Started(Answer, kw_only=True, frozen=True):
    test_id: str | None = None
    test_file: str
    test_name: str = ""
    title_path: list[str] = []
    project_name: str | None = None
    worker: str | None = None
    attempt: int = 0


class Batch(Answer, kw_only=True, frozen=True):
    results: list[Result] = []
    totals: Totals = Totals()


class Ended(Totals, kw_only=True, frozen=True):
    """The run's end, with the totals as the server counted them."""

    run_id: str
    status: RunStatus
    conclusion: Conclusion | None = None
    failure_reason: str | None = None
    duration_ms: int | None = None


class _Told(Answer, kw_only=True, frozen=True):
    """``cursor`` is from where to go on after the connection broke."""

    version: int = 0
    cursor: str = ""


class SnapshotTaken(_Told, tag_field="type", tag="run:snapshot", kw_only=True, frozen=True):
    """First of all, after each time that the connection broke, and when shards or workers change.

    ``missed``: we were too slow, and tests that have reported before it have not been told of.
    """

    payload: Snapshot
    missed: bool = False


class TestStarted(_Told, tag_field="type", tag="test:start", kw_only=True, frozen=True):
    payload: Started


class TestsReported(_Told, tag_field="type", tag="test:batch", kw_only=True, frozen=True):
    payload: Batch


class RunEnded(_Told, tag_field="type", tag="run:end", kw_only=True, frozen=True):
    payload: Ended


Update: TypeAlias = SnapshotTaken | TestStarted | TestsReported | RunEnded


class _Typed(msgspec.Struct):
    type: str = ""


_KINDS = frozenset({"run:snapshot", "test:start", "test:batch", "run:end"})
_type = msgspec.json.Decoder(_Typed)
_update = msgspec.json.Decoder(Update)


async def watch(address: Address, run_id: str, *, patience_s: float) -> AsyncGenerator[Update]:
    """Every message about the run, up to its end.

    Raises:
        ServerAway: nobody has answered for ``patience_s``.
        Stopped: there is no such run, or we may not see it.
    """
    pauses = Pauses(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)
    away_since: float | None = None
    cursor = ""
    while True:
        try:
            async with _opened(address, run_id, cursor) as socket:
                # The snapshot comes at once, or there is nobody.
                message = await asyncio.wait_for(socket.recv(), _OPEN_S)
                away_since = None
                pauses.restart()
                while True:
                    update = _read(message)
                    if update is not None:
                        yield update
                        cursor = update.cursor
                    if isinstance(update, RunEnded):
                        return
                    message = await socket.recv()
        except InvalidStatus as refused:
            away = _refusal(address, refused)
        except (WebSocketException, OSError, TimeoutError) as error:
            away = ServerAway(f"The server at {address.url} does not answer ({error or type(error).__name__}).")
        if not isinstance(away, ServerAway):
            raise away
        away_since = away_since or time.monotonic()
        wait_s = pauses.next_s(away.retry_after_s)
        if time.monotonic() + wait_s - away_since > patience_s:
            raise away
        await asyncio.sleep(wait_s)


def _opened(address: Address, run_id: str, cursor: str) -> connect:
    base = address.url.rstrip("/").removeprefix("http")
    since = f"?since={cursor}" if cursor else ""
    return connect(
        f"ws{base}/api/v1/ws{since}",
        additional_headers={
            "Authorization": f"Bearer {address.key}",
            "X-Tenant-ID": address.tenant,
            "X-Run-ID": run_id,
            "X-Role": "viewer",
        },
        # A proxy of the environment must not stand between us and a server on this machine.
        proxy=None if address.is_local else True,
        open_timeout=_OPEN_S,
        max_size=_MOST_BYTES,
        process_exception=_never_again,
    )


def _never_again(error: Exception) -> Exception:
    return error


def _refusal(address: Address, refused: InvalidStatus) -> CallFailed:
    answer = refused.response
    return failure_in(answer.status_code, bytes(answer.body or b""), answer.headers, address.url)


def _read(message: str | bytes) -> Update | None:
    """None for a kind of message that a newer server has added."""
    return _update.decode(message) if _type.decode(message).type in _KINDS else None
