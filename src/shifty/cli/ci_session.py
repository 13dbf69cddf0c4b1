"""A CI job's part in a shared run: its workers, until the run has ended or the job is told to stop."""

import asyncio
import signal
from dataclasses import dataclass, field
from pathlib import Path

from shifty.cli.display import View
from shifty.cli.exits import Incomplete, Interrupted
from shifty.cli.following import show_to_the_end
from shifty.cli.local_workers import LocalWorkers
from shifty.cli.uploading import tell_undelivered, tell_uploads
from shifty.client.model import Snapshot
from shifty.client.progress import settled
from shifty.client.transport import Transport

_HAND_BACK_S = 6.0
"""GitHub kills a cancelled job 10 s after it has told it."""
_TEARDOWN_S = 300.0


@dataclass
class CiSession:
    """Unlike a run of this machine alone, the run is not cancelled with the job: other jobs go on with it."""

    transport: Transport
    run_id: str
    workers: LocalWorkers
    view: View
    spool_root: Path
    """Where its workers keep what is not delivered yet."""
    patience_s: float = 600.0
    _leave: asyncio.Event = field(default_factory=asyncio.Event)

    async def run_to_the_end(self) -> Snapshot:
        """The run's last snapshot.

        Raises:
            Incomplete: no worker of this job can work, or the server does not come back.
            Interrupted: the job was cancelled; what it had not finished is handed back.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._leave.set)
        following = asyncio.create_task(self._follow())
        despair = asyncio.create_task(self.workers.gave_up.wait())
        leaving = asyncio.create_task(self._leave.wait())
        tasks = (following, despair, leaving)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if leaving.done():
                await self._hand_back()
            if not following.done():
                raise Incomplete(
                    f"No worker of this job is left: {self.workers.last_words or 'they left while there was work'}. "
                    f"Run {self.run_id} goes on where other jobs work for it."
                )
            last = following.result()
            await self._until_workers_left()
            return await settled(self.transport, last)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self.workers.stop(0)

    async def _until_workers_left(self) -> None:
        telling = asyncio.create_task(tell_uploads(self.view, self.spool_root, self.run_id))
        try:
            await self.workers.stop(0, told_s=_TEARDOWN_S)
        finally:
            telling.cancel()
        tell_undelivered(self.view, self.spool_root, self.run_id)

    async def _hand_back(self) -> None:
        self.view.say("This job was cancelled: its unfinished tests go back to the other jobs.")
        await self.workers.stop(0, told_s=_HAND_BACK_S)
        raise Interrupted(
            f"Stopped. Run {self.run_id} goes on in the other jobs; without any it waits for a retry of this build, or "
            f"end it by `shifty cancel {self.run_id}`."
        )

    async def _follow(self) -> Snapshot:
        return await show_to_the_end(
            self.transport,
            self.run_id,
            self.view,
            patience_s=self.patience_s,
            remedy="Results that it has not yet had wait on disk: `shifty ci --deliver`.",
        )
