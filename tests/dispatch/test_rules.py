"""Whatever workers do, and in whatever order: no test in two live leases, none lost, every run ends."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shifty.database.pool import Database
from shifty.dispatch.errors import LeaseLost
from shifty.dispatch.model import Lease
from shifty.orchestration.reap import reap
from shifty.results.store import RunKey
from tests.support.runs import HALF_A_MINUTE, HandWorker, leased_tests, ledger, let_expire, result, start, suite

ACTIONS = ("claim", "claim", "begin", "report one", "fail one", "pass all", "finish", "hand back", "lose", "crash")
Action = tuple[int, str]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    files=st.integers(1, 6),
    tests_each=st.integers(1, 4),
    workers=st.integers(1, 4),
    actions=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(ACTIONS)), max_size=40),
)
def test_no_test_is_in_two_live_leases_and_none_is_lost(
    shared_dsn: str, files: int, tests_each: int, workers: int, actions: list[Action]
) -> None:
    asyncio.run(_play(shared_dsn, files, tests_each, workers, actions))


async def _play(dsn: str, files: int, tests_each: int, workers: int, actions: list[Action]) -> None:
    db = await Database.open(dsn, max_size=2)
    try:
        async with db.connection() as connection:
            cursor = await connection.execute("insert into tenants (slug) values (%s) returning id", (uuid4().hex,))
            (tenant_id,) = await cursor.fetchone() or (None,)
            assert isinstance(tenant_id, UUID)
        key = await start(db, tenant_id, suite(files, tests_each, parallel=True), workers)
        game = _Game(db, key)
        for number, action in actions:
            await game.act(number, action)
            await game.check()
        await game.drain()
        counts = await ledger(db, key)
        assert counts.is_whole, counts
        assert counts.total == files * tests_each
        assert counts.not_run == 0
        assert counts.status == "completed"
        assert counts.conclusion in ("passed", "failed", "flaky")
    finally:
        await db.close()


@dataclass
class _Game:
    db: Database
    key: RunKey
    held: dict[int, tuple[HandWorker, Lease]] = field(default_factory=dict[int, tuple[HandWorker, Lease]])

    async def act(self, number: int, action: str) -> None:
        if action == "claim":
            if number not in self.held:
                await self._claim(number)
            return
        if number not in self.held:
            return
        worker, lease = self.held[number]
        try:
            await self._work(worker, lease, action)
        except LeaseLost:
            del self.held[number]
            return
        if action in ("finish", "hand back", "lose", "crash"):
            del self.held[number]

    async def _claim(self, number: int) -> None:
        worker = HandWorker(self.db, self.key, f"w{number}-{uuid4().hex[:4]}")
        answer = await worker.claim()
        if isinstance(answer, Lease):
            assert answer.items
            self.held[number] = (worker, answer)

    async def _work(self, worker: HandWorker, lease: Lease, action: str) -> None:
        tests = leased_tests(lease)
        match action:
            case "begin":
                await worker.begin(lease, *tests[0])
            case "report one":
                await worker.report(lease, [result(*tests[0])])
            case "fail one":
                await worker.report(lease, [result(*tests[-1], status="failed", final=len(tests) % 2 == 0)])
            case "pass all":
                await worker.pass_all(lease)
            case "finish":
                await worker.pass_all(lease)
                await worker.finish(lease)
            case "hand back":
                await worker.finish(lease, "returned")
            case "crash":
                await worker.finish(lease, "crashed", crashed=[tests[0][1].test_id])
            case _:
                await let_expire(self.db, lease)
                await reap(self.db, HALF_A_MINUTE)

    async def check(self) -> None:
        """The rule itself, read from what is stored."""
        async with self.db.connection() as connection:
            cursor = await connection.execute(
                "select unnest(i.test_ids) from work_items i join leases l on l.token = i.lease"
                " where i.run_id = %s and i.state = 'leased' and l.state = 'active'",
                (self.key.run_id,),
            )
            leased = Counter(row[0] for row in await cursor.fetchall())
            cursor = await connection.execute(
                "select count(*) from tests t where t.run_id = %s and t.outcome is null and not exists ("
                " select 1 from work_items i where i.run_id = t.run_id and t.test_id = any(i.test_ids)"
                " and i.state in ('waiting', 'leased'))",
                (self.key.run_id,),
            )
            lost = await cursor.fetchone()
        assert not [test for test, times in leased.items() if times > 1]
        assert lost == (0,)

    async def drain(self) -> None:
        """Honest workers finish what is left; a few claims are enough, or the run is stuck."""
        for number in list(self.held):
            await self.act(number, "finish")
        for _ in range(200):
            await self._claim(99)
            if 99 not in self.held:
                return
            await self.act(99, "finish")
        raise AssertionError("the run does not end")
