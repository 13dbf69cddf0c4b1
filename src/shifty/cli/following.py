"""Follows a run and shows it, however long the server is away in between."""

import time
from collections.abc import Awaitable, Callable

from shifty.cli.display import View
from shifty.cli.exits import Incomplete
from shifty.client.model import Snapshot
from shifty.client.progress import follow
from shifty.client.transport import Transport


async def _nothing() -> None:
    return


async def show_to_the_end(
    transport: Transport,
    run_id: str,
    view: View,
    *,
    patience_s: float,
    remedy: str,
    when_away: Callable[[], Awaitable[None]] = _nothing,
) -> Snapshot:
    """The run's last snapshot. ``when_away`` is called each time that nobody is there.

    Raises:
        Incomplete: the server stayed away for ``patience_s``; the sentence ends with ``remedy``.
    """
    last: Snapshot | None = None
    away_since: float | None = None
    async for update in follow(transport, run_id):
        if isinstance(update, Snapshot):
            last, away_since = update, None
            view.show(update)
            continue
        if away_since is None:
            away_since = time.monotonic()
            view.say("The server is away; the workers go on with what they have.")
        await when_away()
        if time.monotonic() - away_since > patience_s:
            raise Incomplete(f"{update} {remedy}")
    if last is None:
        raise Incomplete(f"Run {run_id} ended before anything was heard of it.")
    return last
