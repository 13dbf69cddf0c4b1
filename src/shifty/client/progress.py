"""Follow a run to its end over server-sent events, however often the connection breaks."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shifty.client.errors import CallFailed, ServerAway
from shifty.client.model import Snapshot
from shifty.client.pauses import Pauses
from shifty.client.transport import Transport

# The server sends every two seconds, whether something changed or not.
_SILENCE_S = 10.0
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 3.0

_LOOKS = 20
_LOOK_S = 0.25

_snapshot = msgspec.json.Decoder(Snapshot)


@dataclass(frozen=True)
class Event:
    id: str | None
    data: str


async def events(lines: AsyncIterable[str]) -> AsyncIterator[Event]:
    """Events of a ``text/event-stream``; comments, retry times and event names do not matter to us."""
    identity: str | None = None
    data: list[str] = []
    async for line in lines:
        if not line:
            if data:
                yield Event(identity, "\n".join(data))
            data = []
            continue
        field, _, value = line.partition(":")
        if field == "data":
            data.append(value.removeprefix(" "))
        elif field == "id":
            identity = value.strip()


async def follow(transport: Transport, run_id: str, *, every_ms: int = 500) -> AsyncGenerator[Snapshot | ServerAway]:
    """Each snapshot of the run, the last one with its end; ServerAway, as a value, each time that nobody is there.

    Raises:
        Stopped: there is no such run, or we may not see it.
    """
    path = f"/orchestrate/{run_id}/progress?everyMs={every_ms}"
    last_id: str | None = None
    pauses = Pauses(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)
    while True:
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last_id} if last_id else {})}
        asked_s = None
        try:
            async with transport.stream(path, headers, silence_s=_SILENCE_S) as answer:
                if answer.status_code == 204:
                    return
                async for event in events(answer.aiter_lines()):
                    pauses.restart()
                    last_id = event.id or last_id
                    snapshot = _snapshot.decode(event.data)
                    yield snapshot
                    if snapshot.is_over:
                        return
        except ServerAway as away:
            asked_s = away.retry_after_s
            yield away
        await asyncio.sleep(pauses.next_s(asked_s))


async def snapshots(transport: Transport, run_id: str, *, every_ms: int, patience_s: float) -> AsyncGenerator[Snapshot]:
    """Each snapshot of the run, the last one with its end.

    Raises:
        ServerAway: nobody has answered for ``patience_s``.
        Stopped: there is no such run, or we may not see it.
    """
    away_since: float | None = None
    async with aclosing(follow(transport, run_id, every_ms=every_ms)) as updates:
        async for update in updates:
            if isinstance(update, Snapshot):
                away_since = None
                yield update
                continue
            away_since = away_since or time.monotonic()
            if time.monotonic() - away_since >= patience_s:
                raise update


async def ended(transport: Transport, run_id: str, *, timeout: timedelta | None, patience_s: float) -> Snapshot:
    """The run's last snapshot.

    Raises:
        TimeoutError: the run was not over after ``timeout``.
        ServerAway: nobody has answered for ``patience_s``.
        Stopped: there is no such run, or we may not see it.
    """
    limit_s = None if timeout is None else timeout.total_seconds()
    updates = snapshots(transport, run_id, every_ms=2000, patience_s=patience_s)
    try:
        async with asyncio.timeout(limit_s), aclosing(updates) as found:
            async for snapshot in found:
                if snapshot.is_over:
                    return snapshot
    except TimeoutError:
        raise TimeoutError(f"Run {run_id} is not over after {timeout}.") from None
    raise ServerAway(f"The server said nothing of the end of run {run_id}.")


async def current(transport: Transport, run_id: str) -> Snapshot:
    """The run as it is now.

    Raises:
        ServerAway: nobody answers, even after ``transport.patience_s``.
        Stopped: there is no such run, or we may not see it.
    """
    async with aclosing(snapshots(transport, run_id, every_ms=2000, patience_s=transport.patience_s)) as found:
        async for snapshot in found:
            return snapshot
    raise ServerAway(f"The server said nothing about run {run_id}.")


async def settled(transport: Transport, last: Snapshot) -> Snapshot:
    """The run with what its last tests came to: a cancelled run is over before those that ran then have ended.

    Some seconds are enough for that; ``last`` is what there is when the server goes away.
    """
    for look in range(_LOOKS):
        if last.done >= last.total_tests:
            break
        if look:
            await asyncio.sleep(_LOOK_S)
        try:
            last = await current(transport, last.id)
        except CallFailed:
            break
    return last
