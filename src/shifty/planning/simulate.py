"""Replays a run on a virtual clock, with the same plan and the same dispatch rule as production."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TypeAlias

from shifty.planning.balance import plan
from shifty.planning.model import Item, Plan
from shifty.planning.policy import Board, Waiting, next_batch

Spread: TypeAlias = Callable[[Sequence[Item], int], Plan]

LEASE_S = 30.0
"""A dead worker's items wait again this long after its last breath."""


@dataclass(frozen=True, slots=True)
class Job:
    """What was predicted of an item, and what it took."""

    item: Item
    actual_s: float


@dataclass(frozen=True, slots=True)
class Crew:
    """The machines of a run: a speed for each (0.5: half as fast), and for some the second of their death."""

    speeds: tuple[float, ...]
    overhead_s: float = 0.0
    deaths: Mapping[int, float] = field(default_factory=dict[int, float])
    lease_s: float = LEASE_S

    @classmethod
    def of(cls, workers: int, overhead_s: float = 0.0) -> "Crew":
        return cls(speeds=(1.0,) * workers, overhead_s=overhead_s)


@dataclass(frozen=True, slots=True)
class Replay:
    """How a run went: when each item was done, and what nobody was left to do."""

    makespan_s: float
    claims: int
    finished: Mapping[str, float]
    unfinished: tuple[str, ...]


@dataclass(slots=True)
class _Lease:
    """The items of one batch and when each of them is done; None as ``lost_at`` unless the worker dies in it."""

    ends: list[tuple[int, float]]
    free_at: float
    lost_at: float | None


def replay(jobs: Sequence[Job], crew: Crew, spread: Spread = plan) -> Replay:
    """Run ``jobs`` on ``crew``: plan from the predictions, dispatch by the rule, take as long as they really took.

    ``spread`` makes the plan: another one than production's where many replays must not take long.
    """
    return _Run(jobs, crew, spread).go()


class _Run:
    def __init__(self, jobs: Sequence[Job], crew: Crew, spread: Spread) -> None:
        self.crew = crew
        actual = {job.item.id: job.actual_s for job in jobs}
        self.waiting: dict[int, Waiting] = {}
        self.items: list[Waiting] = []
        self.names: list[str] = []
        self.actual: list[float] = []
        for shard in spread([job.item for job in jobs], len(crew.speeds)).shards:
            for item in shard.items:
                number = len(self.names)
                self.names.append(item.id)
                self.actual.append(actual[item.id])
                self.items.append(Waiting(number, shard.index, item.seconds, item.unknown, requeued=False))
        self.waiting = {item.id: item for item in self.items}
        self.leases: dict[int, _Lease] = {}
        self.seen: set[int] = set()
        self.finished: dict[str, float] = {}
        self.claims = 0

    def go(self) -> Replay:
        free = [(0.0, worker) for worker in range(len(self.crew.speeds))]
        while free:
            now, worker = heappop(free)
            self._settle(now)
            if now >= self.crew.deaths.get(worker, float("inf")):
                continue
            if self.waiting:
                lease = self._claim(worker, now)
                heappush(free, (lease.free_at, worker))
            elif hopes := [lease.lost_at for lease in self.leases.values() if lease.lost_at is not None]:
                heappush(free, (max(now, min(hopes)), worker))
        self._settle(float("inf"))
        unfinished = tuple(self.names[number] for number in sorted(self.waiting))
        return Replay(max(self.finished.values(), default=0.0), self.claims, self.finished, unfinished)

    def _claim(self, worker: int, now: float) -> _Lease:
        ids = next_batch(self._board(worker, now), worker, worker not in self.seen)
        self.seen.add(worker)
        self.claims += 1
        death = self.crew.deaths.get(worker, float("inf"))
        clock = now + self.crew.overhead_s
        ends: list[tuple[int, float]] = []
        for number in ids:
            del self.waiting[number]
            clock += self.actual[number] / self.crew.speeds[worker]
            ends.append((number, clock))
        lease = _Lease(ends, min(clock, death), death + self.crew.lease_s if death < clock else None)
        self.leases[worker] = lease
        for number, end in ends:
            if end <= death:
                self.finished[self.names[number]] = end
        return lease

    def _settle(self, now: float) -> None:
        """End the leases that are over at ``now``; what a dead worker did not finish goes to the head."""
        for worker, lease in list(self.leases.items()):
            over = lease.free_at if lease.lost_at is None else lease.lost_at
            if over > now:
                continue
            del self.leases[worker]
            for number, _ in lease.ends:
                if self.names[number] not in self.finished:
                    was = self.items[number]
                    self.waiting[number] = Waiting(number, was.shard, was.seconds, was.unknown, requeued=True)

    def _board(self, worker: int, now: float) -> Board:
        running: dict[int, float] = {}
        for lease in self.leases.values():
            for number, end in lease.ends:
                if end > now:
                    item = self.items[number]
                    running[item.shard] = running.get(item.shard, 0.0) + item.seconds
        dead = sum(1 for death in self.crew.deaths.values() if death + self.crew.lease_s <= now)
        alive = len(self.crew.speeds) - dead
        return Board(tuple(self.waiting.values()), running, alive, self.crew.overhead_s)
