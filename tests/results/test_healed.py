"""Healed passes: counted, never silent, and failures where a run's policy says so."""

from typing import Literal, TypeAlias
from uuid import UUID, uuid4

import msgspec
import pytest

from shifty.database.pool import Database
from shifty.orchestration.close import close
from shifty.orchestration.request import RunRequest
from shifty.orchestration.start import start_run
from shifty.results.ingest import Report, ingest
from shifty.results.store import RunKey
from shifty.runs.model import Run
from shifty.runs.show_run import show_run
from shifty.web.pagination import Page
from shifty.wire import (
    Attempt,
    Heal,
    PlannedTest,
    RunEnd,
    RunEndMessage,
    RunStart,
    RunStartMessage,
    TestBatch,
    TestBatchMessage,
    TestResult,
)
from tests.support.runs import start, suite

Verdict: TypeAlias = Literal["report", "warn", "fail"]

HEALED = Heal(
    original_selector="#user", decision="heal", confidence=0.97, strategy="data-testid-recovery", success=True
)
REFUSED = Heal(original_selector="#user", decision="refuse", confidence=0.1, strategy="css-hierarchy-analysis")


def one(name: str, *attempts: Attempt) -> TestResult:
    return TestResult(
        test_file="a.spec.ts",
        test_name=name,
        status=attempts[-1].status,
        retry_count=len(attempts) - 1,
        attempts=list(attempts),
    )


def attempt(number: int, status: str, *heals: Heal) -> Attempt:
    return Attempt(
        attempt=number,
        status=status,  # pyright: ignore[reportArgumentType]  # as it is on the wire
        duration_ms=5,
        heals=list(heals),
    )


async def report(db: Database, key: RunKey, *results: TestResult) -> None:
    batch = TestBatchMessage(payload=TestBatch(results=list(results)))
    await ingest(db, [Report(key, [RunStartMessage(payload=RunStart()), batch])])


async def end(db: Database, key: RunKey) -> None:
    await ingest(db, [Report(key, [RunEndMessage(payload=RunEnd(shard_index=0))])])
    assert await close(db, key)


async def set_policy(db: Database, key: RunKey, verdict: str) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            "update projects set healing_verdict = %s where tenant_id = %s and slug = 'default'",
            (verdict, key.tenant_id),
        )


async def healing_of(db: Database, key: RunKey) -> dict[str, tuple[bool, bool, str]]:
    """Whether it was tried, whether it was healed, and the outcome, by the test's name."""
    async with db.transaction() as tx:
        cursor = await tx.execute(
            "select title_path[1], healing_attempted, healed, outcome from tests where run_id = %s", (key.run_id,)
        )
        return {name: (attempted, healed, outcome) for name, attempted, healed, outcome in await cursor.fetchall()}


async def the_run(db: Database, key: RunKey) -> Run:
    return (await show_run(db, key.tenant_id, key.run_id, Page(1, 0))).run


async def counted(db: Database, key: RunKey) -> int:
    """What ingest has added up, before anything is counted anew."""
    async with db.connection() as connection:
        cursor = await connection.execute("select healed_tests from runs where id = %s", (key.run_id,))
        row: tuple[int] | None = await cursor.fetchone()
    assert row
    return row[0]


@pytest.fixture
def key(tenant_id: UUID) -> RunKey:
    return RunKey(uuid4(), tenant_id)


async def test_a_healed_pass_is_counted_once_however_often_it_is_told(db: Database, key: RunKey) -> None:
    for _ in range(3):
        await report(db, key, one("healed", attempt(0, "passed", HEALED)), one("plain", attempt(0, "passed")))
    await end(db, key)

    run = await the_run(db, key)

    assert (run.conclusion, run.ledger.passed, run.healed_tests) == ("passed", 2, 1)
    assert await healing_of(db, key) == {"healed": (True, True, "passed"), "plain": (False, False, "passed")}


async def test_a_test_that_fails_all_the_same_was_not_healed(db: Database, key: RunKey) -> None:
    await report(db, key, one("fails", attempt(0, "failed", HEALED)), one("refused", attempt(0, "failed", REFUSED)))
    await end(db, key)

    assert await healing_of(db, key) == {"fails": (True, False, "failed"), "refused": (True, False, "failed")}


async def test_only_the_last_attempt_says_whether_a_pass_was_healed(db: Database, key: RunKey) -> None:
    await report(
        db,
        key,
        one("late element", attempt(0, "failed", HEALED), attempt(1, "passed")),
        one("second try", attempt(0, "failed", REFUSED), attempt(1, "passed", HEALED)),
    )
    await end(db, key)

    assert await healing_of(db, key) == {"late element": (True, False, "passed"), "second try": (True, True, "passed")}


async def test_a_healed_pass_fails_where_the_project_says_so(db: Database, key: RunKey) -> None:
    await report(db, key, one("healed", attempt(0, "passed", HEALED)), one("plain", attempt(0, "passed")))
    await set_policy(db, key, "fail")
    await end(db, key)

    run = await the_run(db, key)

    assert (run.status, run.conclusion) == ("completed", "failed")
    assert (run.ledger.passed, run.ledger.failed, run.healed_tests) == (1, 1, 1)
    assert await healing_of(db, key) == {"healed": (True, True, "failed"), "plain": (False, False, "passed")}


@pytest.mark.parametrize("verdict", ["report", "warn"])
async def test_a_healed_pass_passes_otherwise(db: Database, key: RunKey, verdict: str) -> None:
    await report(db, key, one("healed", attempt(0, "passed", HEALED)))
    await set_policy(db, key, verdict)
    await end(db, key)

    assert (await the_run(db, key)).conclusion == "passed"


PLAIN, HELPED = one("pays", attempt(0, "passed")), one("pays", attempt(0, "passed", HEALED))


@pytest.mark.parametrize("batches", [[[PLAIN], [HELPED], [PLAIN]], [[HELPED], [PLAIN]], [[HELPED, PLAIN]]])
async def test_a_plain_pass_on_another_machine_does_not_hide_a_healed_one(
    db: Database, key: RunKey, batches: list[list[TestResult]]
) -> None:
    for results in batches:
        await report(db, key, *results)

    assert await counted(db, key) == 1
    assert await healing_of(db, key) == {"pays": (True, True, "passed")}


RETRIED = one("cleans up", attempt(0, "failed"), attempt(1, "passed"))


@pytest.mark.parametrize("helped_first", [True, False])
async def test_what_runs_once_a_machine_was_healed_where_any_was(
    db: Database, tenant_id: UUID, *, helped_first: bool
) -> None:
    teardown = PlannedTest(test_file="a.spec.ts", test_name="cleans up", stage="teardown")
    key = await start(db, tenant_id, (*suite(1), teardown), workers=1)
    provisional = msgspec.structs.replace(RETRIED, status="failed", retry_count=0, final=False)
    helped = one("cleans up", attempt(0, "passed", HEALED))

    for result in [helped, provisional, RETRIED] if helped_first else [provisional, RETRIED, helped]:
        await report(db, key, result)

    assert await counted(db, key) == 1
    assert (await healing_of(db, key))["cleans up"] == (True, True, "passed")


@pytest.mark.parametrize(
    ("project", "asked", "effective"),
    [("warn", None, "warn"), ("warn", "fail", "fail"), ("warn", "report", "report"), ("fail", "warn", "fail")],
)
async def test_a_run_may_be_stricter_than_its_project_and_never_talks_it_out_of_failing(
    db: Database, tenant_id: UUID, project: Verdict, asked: Verdict | None, effective: str
) -> None:
    first = await start(db, tenant_id, suite(1))
    async with db.transaction() as tx:
        await tx.execute("update projects set healing_verdict = %s where tenant_id = %s", (project, tenant_id))

    request = RunRequest(("tests/000.spec.ts",), project="shop", healing_verdict=asked)
    started = await start_run(db, tenant_id, request)

    assert (await the_run(db, RunKey(started.run_id, tenant_id))).healing_verdict == effective
    assert (await the_run(db, first)).healing_verdict == project
