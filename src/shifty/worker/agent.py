"""The life of a worker: claim, run, report, finish, claim again, until no work comes or it is told to leave."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Literal, TypeAlias

from shifty.client import worker_api
from shifty.client.errors import Cancelled, LeaseGone, ServerAway, Stopped
from shifty.client.model import Claim, Drained, Idle, Lease
from shifty.client.transport import Transport
from shifty.client.worker_api import Claimant, Finish, NotRunTest
from shifty.errors import UsageError
from shifty.worker.assignment import LEAVE_S, Assignment, Workplace
from shifty.worker.heartbeat import Signals, beat
from shifty.worker.leftovers import Leftovers
from shifty.worker.playwright.model import BatchOutcome
from shifty.worker.presence import stay_known
from shifty.worker.race import unless

_log = logging.getLogger(__name__)

Farewell: TypeAlias = Literal["drained", "cancelled", "left"]
"""Why a worker stopped: no work will come, its run was cancelled, or it was told to leave."""

_HAND_BACK_S = 5.0
_LAST_ANSWER_S = 5.0
_ASK_EVERY_S = 10.0
"""During teardown. The server gives a worker up that it has not heard from for a minute."""


@dataclass(frozen=True)
class Terms:
    run_id: str | None
    """The run it works for; None: any open run of the tenant, until it is told to leave."""
    heartbeat_s: float


class Agent:
    """One worker process. ``leave`` may be called at any time, from a signal handler too."""

    def __init__(self, transport: Transport, claimant: Claimant, place: Workplace, terms: Terms) -> None:
        self._transport = transport
        self._claimant = claimant
        self._place = place
        self._terms = terms
        self._leave = asyncio.Event()
        self._overhead_ms: int | None = None
        self._assignment: Assignment | None = None
        self._waits_because = ""

    def leave(self) -> None:
        """Hand unfinished work back and stop."""
        self._leave.set()

    async def work(self) -> Farewell:
        """Work until there is none.

        Raises:
            ServerAway: it was away for longer than patience lasts; what was not delivered is on disk.
            Stopped: the server refuses this worker.
            UsageError: this machine can't run the tests; they have been handed back.
        """
        self._leftovers = Leftovers(self._place.spool_root, self._transport)
        try:
            farewell = await self._claim_until_the_end()
            await self._close_assignment()
            return farewell
        except BaseException:
            await self._abandon()
            raise
        finally:
            await self._leftovers.close(LEAVE_S)

    async def _claim_until_the_end(self) -> Farewell:
        while not self._leave.is_set():
            try:
                claim = await unless(self._claim(), self._leave)
            except Cancelled:
                return "cancelled"
            match claim:
                case Lease():
                    await self._take(claim)
                case Idle():
                    self._say_why(claim.reason)
                    await self._rest(claim.retry_after_ms / 1000)
                case Drained():
                    return "drained"
                case None:
                    break
        return "left"

    async def _claim(self) -> Claim:
        return await worker_api.claim(
            self._transport, self._terms.run_id, self._claimant, self._overhead_ms, patience_s=self._place.patience_s
        )

    def _say_why(self, reason: str | None) -> None:
        """Why it waits, once: a machine that does nothing should not be a riddle."""
        if reason and reason != self._waits_because:
            _log.info("Waiting for work: %s", reason)
        self._waits_because = reason or ""

    async def _rest(self, seconds: float) -> None:
        if self._terms.run_id is None and self._assignment is not None:
            # Nothing to do for anybody: the run we served is over for us, and its teardown is due.
            await self._close_assignment()
        await unless(asyncio.sleep(seconds), self._leave)

    async def _take(self, lease: Lease) -> None:
        signals = Signals()
        heart = asyncio.create_task(beat(self._transport, lease, self._terms.heartbeat_s, signals))
        _log.info("Lease %d: %d items, %.1f s predicted", lease.seq, len(lease.items), lease.predicted_ms / 1000)
        try:
            assignment = await self._turn_to(lease.run_id)
            outcome = await assignment.run(lease, signals, self._leave)
            if signals.lost.is_set():
                return
            self._overhead_ms = max(0, outcome.wall_ms - outcome.test_ms) if outcome.ending == "finished" else None
            await assignment.deliver(self._leave)
            await self._finish(lease, how_it_went(outcome))
        except (OSError, UsageError) as error:
            await self._finish(lease, Finish(outcome="returned"), patience_s=_HAND_BACK_S)
            sentence = error if isinstance(error, UsageError) else f"This machine can't run tests: {error}."
            raise UsageError(str(sentence)) from error
        finally:
            heart.cancel()
            await asyncio.wait([heart])
        if outcome.blocked:
            raise UsageError(outcome.blocked)

    async def _finish(self, lease: Lease, how: Finish, *, patience_s: float | None = None) -> None:
        limit = patience_s if patience_s is not None else self._place.patience_s
        if self._leave.is_set():
            limit = min(limit, _HAND_BACK_S)
        try:
            await worker_api.finish(self._transport, lease.run_id, lease.token, how, patience_s=limit)
        except (LeaseGone, Cancelled) as gone:
            # Finished before, and we did not hear the answer; or given to somebody else, who will run the rest again.
            _log.info("Lease %d had ended: %s", lease.seq, gone)

    async def _turn_to(self, run_id: str) -> Assignment:
        """The assignment for that run; another one is closed first."""
        if self._assignment is not None and self._assignment.run_id != run_id:
            await self._close_assignment()
        if self._assignment is None:
            self._assignment = Assignment(self._transport, run_id, self._claimant.id, self._place)
        return self._assignment

    async def _close_assignment(self) -> None:
        assignment, self._assignment = self._assignment, None
        if assignment is None:
            return
        serves_one_run = self._terms.run_id is not None
        try:
            await self._end(assignment)
            if serves_one_run or self._leave.is_set():
                # Only now: until the teardown is reported the run waits for us.
                await assignment.upload(self._place.upload_patience_s if serves_one_run else LEAVE_S)
        finally:
            await assignment.close()
            # The tests of the next run do not wait for the files of the last.
            self._leftovers.look_again()

    async def _end(self, assignment: Assignment) -> None:
        if self._leave.is_set():
            # Others have its work by now; one that leaves must not claim any of it again.
            await assignment.end(self._leave)
            return
        closed = asyncio.Event()
        every_s = min(_ASK_EVERY_S, 2 * self._terms.heartbeat_s)
        presence = asyncio.create_task(stay_known(self._transport, assignment.run_id, self._claimant, every_s, closed))
        try:
            await assignment.end(self._leave)
        finally:
            closed.set()
            await asyncio.wait([presence], timeout=_LAST_ANSWER_S)
            presence.cancel()

    async def _abandon(self) -> None:
        """Something went wrong already: clean up without hiding what."""
        self._leave.set()
        try:
            await self._close_assignment()
        except (ServerAway, Stopped, OSError, UsageError) as error:
            _log.warning("%s", error)


def how_it_went(outcome: BatchOutcome) -> Finish:
    """What the server must be told about a batch."""
    if outcome.blocked or outcome.ending == "stopped":
        # Another machine may be able to run what this one can't.
        return Finish(outcome="returned", wall_ms=outcome.wall_ms, test_ms=outcome.test_ms)
    return Finish(
        outcome="crashed" if outcome.ending == "crashed" else "finished",
        not_run=[NotRunTest(test_id, reason) for test_id, reason in outcome.not_run],
        crashed=sorted(outcome.running_at_crash),
        wall_ms=outcome.wall_ms,
        test_ms=outcome.test_ms,
    )
