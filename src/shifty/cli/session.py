"""One run from this machine: started, worked on by local workers, followed to its end, whatever dies on the way."""

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

from shifty.cli.display import View
from shifty.cli.exits import Incomplete, Interrupted
from shifty.cli.following import show_to_the_end
from shifty.cli.local_server import LocalServer
from shifty.cli.local_workers import LocalWorkers
from shifty.cli.uploading import tell_undelivered, tell_uploads
from shifty.client import runs_api
from shifty.client.errors import CallFailed, ServerAway
from shifty.client.model import Snapshot
from shifty.client.progress import settled
from shifty.client.transport import Transport
from shifty.errors import UsageError

_LEAVE_S = 30.0
"""What workers get to end their last batch in once the run is over: one of a cancelled run lets its test finish."""
_TEARDOWN_S = 300.0
_STOP_S = 5.0
_MOST_REVIVALS = 20
_MOST_FAILED_STARTS = 5


@dataclass
class Session:
    """``local`` is the server of this machine, which is started again when it dies; None for one somewhere else.

    ``spool_root`` is where its workers keep what is not delivered yet.
    """

    transport: Transport
    run_id: str
    workers: LocalWorkers
    view: View
    local: LocalServer | None
    spool_root: Path
    patience_s: float = 600.0
    _interrupts: int = 0
    _given_up: str | None = None
    _revivals: int = 0
    _failed_starts: int = 0

    async def run_to_the_end(self) -> Snapshot:
        """The run's last snapshot.

        Raises:
            Incomplete: nobody works on it any more, or the server does not come back.
            Interrupted: the user did not want to wait for its end.
        """
        loop = asyncio.get_running_loop()
        stop_now = asyncio.Event()
        loop.add_signal_handler(signal.SIGINT, self._interrupted, stop_now)
        loop.add_signal_handler(signal.SIGTERM, self._interrupted, stop_now)
        following = asyncio.create_task(self._follow())
        despair = asyncio.create_task(self._cancel_when_workers_gave_up())
        stopped = asyncio.create_task(stop_now.wait())
        try:
            await asyncio.wait({following, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                await self.workers.stop(0, told_s=2)
            last = await self._last(following, stopped)
            await self._until_workers_left(stopped, last)
            last = await settled(self.transport, last)
        finally:
            for task in (following, despair, stopped):
                task.cancel()
            await asyncio.wait({following, despair, stopped})
            await self.workers.stop(0)
        if self._given_up:
            raise Incomplete(self._given_up)
        return last

    async def _last(self, following: asyncio.Task[Snapshot], stopped: asyncio.Task[bool]) -> Snapshot:
        # Whoever has pressed Ctrl-C twice does not wait for a server that may be away.
        done, _ = await asyncio.wait({following}, timeout=_STOP_S if stopped.done() else None)
        if not done:
            raise Interrupted(f"Stopped; run {self.run_id} may still be open: `shifty cancel {self.run_id}`.")
        return following.result()

    async def _follow(self) -> Snapshot:
        return await show_to_the_end(
            self.transport,
            self.run_id,
            self.view,
            patience_s=self.patience_s,
            remedy="Results that it has not yet had wait on disk; start it and look again.",
            when_away=self._revive_local,
        )

    async def _revive_local(self) -> None:
        if self.local is not None and self._revivals < _MOST_REVIVALS:
            self._revivals += await self._revive(self.local)

    async def _revive(self, local: LocalServer) -> bool:
        try:
            revived = await local.revive()
        except UsageError as error:
            # What was killed with the old server may not quite be gone: its port, its database.
            self._failed_starts += 1
            if self._failed_starts >= _MOST_FAILED_STARTS:
                raise Incomplete(f"The server of this machine can't be started again: {error}") from error
            return False
        self._failed_starts = 0
        if revived:
            self.view.say("The server of this machine had died and was started again.")
        return revived

    async def _cancel_when_workers_gave_up(self) -> None:
        await self.workers.gave_up.wait()
        self._given_up = f"No worker is left: {self.workers.last_words or 'they all left while there was work'}"
        await self._cancel()

    def _interrupted(self, stop_now: asyncio.Event) -> None:
        self._interrupts += 1
        if self._interrupts == 1:
            self.view.say("Cancelling: tests that run now may finish. Once more stops at once.")
            self._cancelling = asyncio.ensure_future(self._cancel())
        else:
            stop_now.set()

    async def _cancel(self) -> None:
        try:
            await runs_api.cancel(self.transport, self.run_id)
        except CallFailed as error:
            # Finished just now, or the server is away: then its own clock will end the run.
            self.view.say(f"The run could not be cancelled: {error}")
            if isinstance(error, ServerAway):
                raise Incomplete(str(error)) from error

    async def _until_workers_left(self, stopped: asyncio.Task[bool], last: Snapshot) -> None:
        # With everything reported they have only teardown left to do, and need not find out by asking.
        patience_s = _LEAVE_S if last.status == "cancelled" else 0
        leaving = asyncio.create_task(self.workers.stop(patience_s, told_s=_TEARDOWN_S))
        telling = asyncio.create_task(tell_uploads(self.view, self.spool_root, self.run_id))
        await asyncio.wait({leaving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        telling.cancel()
        if not leaving.done():
            leaving.cancel()
        tell_undelivered(self.view, self.spool_root, self.run_id)
