"""Play the builds of a suite through Shifty as its workers would: start, claim, report, finish, close, take in."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from bench.known_truth import MACHINES, Build, Suite, told
from shifty.database.pool import Database
from shifty.dispatch.claim import claim
from shifty.dispatch.errors import RunCancelled
from shifty.dispatch.model import Claimant, Lease
from shifty.flakiness.fold_runs import fold_due
from shifty.orchestration.cancel import cancel_run
from shifty.orchestration.finish import finish_lease
from shifty.orchestration.request import Rerun, RunRequest
from shifty.orchestration.start import start_run
from shifty.results.ingest import Report, ingest
from shifty.results.outcome import identity
from shifty.results.store import RunKey
from shifty.wire import TestBatch, TestBatchMessage, TestResult

PROJECT: Final = "acme/shop"
_LEASE_FOR: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Seen:
    """How a test came out of a build."""

    build: Build
    status: str
    disturbed: bool


@dataclass
class Playing:
    """One build under way."""

    db: Database
    key: RunKey
    suite: Suite
    build: Build
    seen: defaultdict[str, list[Seen]]
    numbers: dict[str, int]
    crew: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(MACHINES)])
    losses: dict[int, int] = field(default_factory=dict[int, int])
    leases: int = 0

    async def play(self) -> None:
        """Each machine claims in its turn, until none gets anything any more."""
        idle = 0
        while idle < MACHINES:
            for machine, worker in enumerate(self.crew):
                idle = 0 if await self._turn(machine, worker) else idle + 1

    async def _turn(self, machine: int, worker: UUID) -> bool:
        claimant = Claimant(worker, f"machine-{machine}")
        try:
            lease = await claim(self.db, self.key.tenant_id, self.key.run_id, claimant, _LEASE_FOR)
        except RunCancelled:
            return False
        if not isinstance(lease, Lease):
            return False
        self.leases += 1
        if self.build.noise == "cancelled" and not self.build.again and self.leases == MACHINES:
            await cancel_run(self.db, self.key.tenant_id, self.key.run_id)
        await self._run(lease, machine)
        return True

    async def _run(self, lease: Lease, machine: int) -> None:
        results: list[TestResult] = []
        crashed: list[str] = []
        for test in (test for item in lease.items for test in item.tests or ()):
            number = self.numbers[test.test_id]
            answer = told(self.suite, self.build, number, machine, losses=self.losses.get(number, 0))
            if answer.result is None:
                self.losses[number] = self.losses.get(number, 0) + 1
                crashed.append(test.test_id)
                break
            results.append(answer.result)
            self.seen[test.test_id].append(Seen(self.build, answer.result.status, answer.disturbed))
        batch = TestBatchMessage(payload=TestBatch(results=results, lease=str(lease.token)))
        await ingest(self.db, [Report(self.key, [batch])])
        await finish_lease(self.db, self.key, lease.token, "crashed" if crashed else "finished", [], crashed)


async def play(db: Database, tenant_id: UUID, suite: Suite, *, reruns: bool = False) -> dict[str, list[Seen]]:
    """All builds of a suite, one after the other; what was seen of each test, by its id.

    ``reruns``: what failed is run once more on the same commit, as a pipeline without retries does.
    """
    seen: defaultdict[str, list[Seen]] = defaultdict(list)
    numbers = {identity(test): number for number, test in enumerate(suite.tests)}
    files = tuple(dict.fromkeys(test.test_file for test in suite.tests))
    for build in suite.builds:
        request = RunRequest(
            files,
            workers=MACHINES,
            project=PROJECT,
            branch=build.branch,
            commit_sha=build.sha,
            tests=tuple(suite.tests),
        )
        started = await start_run(db, tenant_id, request)
        key = RunKey(started.run_id, tenant_id)
        await Playing(db, key, suite, build, seen, numbers).play()
        await fold_due(db, tenant_id)
        if reruns and build.noise != "cancelled":
            await _play_again(db, key, suite, build, seen, numbers)
    return seen


async def _play_again(
    db: Database, key: RunKey, suite: Suite, build: Build, seen: defaultdict[str, list[Seen]], numbers: dict[str, int]
) -> None:
    request = RunRequest((), workers=MACHINES, project=PROJECT, rerun=Rerun(key.run_id), tests=tuple(suite.tests))
    started = await start_run(db, key.tenant_id, request)
    again = Build(build.number, build.commit, build.branch, build.noise, again=True)
    await Playing(db, RunKey(started.run_id, key.tenant_id), suite, again, seen, numbers).play()
    await fold_due(db, key.tenant_id)
