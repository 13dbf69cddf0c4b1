"""Reruns from their start to the verdict, over a real database."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.dispatch.model import Drained, Lease
from shifty.orchestration.cancel import cancel_run
from shifty.orchestration.errors import BadRequest, RerunNotPossible, RunNotFinished
from shifty.orchestration.request import Rerun, RunRequest
from shifty.orchestration.start import Started, start_run, warnings
from shifty.results.ingest import Report, ingest
from shifty.results.store import RunKey
from shifty.runs.errors import RunNotFound
from shifty.wire import PlannedTest, RunError, RunErrorMessage, TestError
from tests.support.runs import HandWorker, leased_tests, ledger, result, start_files, suite

COMMIT = "abc123"


async def original(
    db: Database, tenant_id: UUID, tests: tuple[PlannedTest, ...], *failing: str, commit: str = COMMIT
) -> RunKey:
    """A run that has ended, on two workers; ``failing`` are the files whose tests failed."""
    files = tuple(dict.fromkeys(test.test_file for test in tests))
    asked = RunRequest(files, workers=2, project="shop", branch="main", commit_sha=commit, tests=tests)
    key = RunKey((await start_run(db, tenant_id, asked)).run_id, tenant_id)
    await work(db, key, *failing)
    return key


async def work(db: Database, key: RunKey, *failing: str) -> list[str]:
    """Run all that is left; the files of the tests that were given out."""
    worker, given = HandWorker(db, key), list[str]()
    while isinstance(lease := await worker.claim(), Lease):
        given += [item.file for item, _ in leased_tests(lease)]
        verdicts = [(item, test, "failed" if item.file in failing else "passed") for item, test in leased_tests(lease)]
        await worker.report(lease, [result(item, test, status) for item, test, status in verdicts])
        await worker.finish(lease)
    return given


async def again(db: Database, key: RunKey, **fields: object) -> Started:
    asked = RunRequest((), workers=2, rerun=Rerun(key.run_id))
    return await start_run(db, key.tenant_id, replace(asked, **fields))  # pyright: ignore[reportArgumentType]


async def is_flaky(db: Database, run_id: UUID) -> dict[str, tuple[bool, str | None]]:
    async with db.connection() as connection:
        cursor = await connection.execute("select file, flaky, reason from tests where run_id = %s", (run_id,))
        return {row[0]: (row[1], row[2]) for row in await cursor.fetchall()}


async def test_a_rerun_runs_what_failed_and_a_test_that_passes_now_is_flaky(db: Database, tenant_id: UUID) -> None:
    first = await original(db, tenant_id, suite(4), "tests/001.spec.ts", "tests/002.spec.ts")
    before = await ledger(db, first)

    started = await again(db, first)
    second = RunKey(started.run_id, tenant_id)
    given = await work(db, second, "tests/002.spec.ts")

    assert (started.run.total_tests, started.run.worker_count, started.run.rerun_of) == (2, 2, first.run_id)
    assert sorted(given) == ["tests/001.spec.ts", "tests/002.spec.ts"]
    counts = await ledger(db, second)
    assert (counts.conclusion, counts.passed, counts.failed, counts.flaky) == ("failed", 1, 1, 1)
    assert await is_flaky(db, second.run_id) == {
        "tests/001.spec.ts": (True, f"it failed in run {first.run_id} at the same commit"),
        "tests/002.spec.ts": (False, None),
    }
    assert await ledger(db, first) == before


async def test_a_rerun_of_a_rerun_is_compared_with_all_before_it(db: Database, tenant_id: UUID) -> None:
    first = await original(db, tenant_id, suite(2), "tests/000.spec.ts", "tests/001.spec.ts")
    second = RunKey((await again(db, first)).run_id, tenant_id)
    await work(db, second, "tests/001.spec.ts")
    async with db.connection() as connection:
        # The second run gave the failing test up; that it had failed is known from the first alone.
        await connection.execute(
            "update tests set outcome = 'notRun' where run_id = %s and outcome = 'failed'", (second.run_id,)
        )

    third = RunKey((await again(db, second)).run_id, tenant_id)
    await work(db, third)

    counts = await ledger(db, third)
    assert (counts.conclusion, counts.total, counts.flaky) == ("flaky", 1, 1)


async def test_at_another_commit_a_pass_is_a_repair(db: Database, tenant_id: UUID) -> None:
    first = await original(db, tenant_id, suite(2), "tests/001.spec.ts")

    second = RunKey((await again(db, first, commit_sha="def456")).run_id, tenant_id)
    await work(db, second)

    counts = await ledger(db, second)
    assert (counts.conclusion, counts.passed, counts.flaky) == ("passed", 1, 0)


async def test_of_a_checkout_with_changes_a_pass_proves_nothing(db: Database, tenant_id: UUID) -> None:
    first = await original(db, tenant_id, suite(2), "tests/001.spec.ts", commit=f"{COMMIT}-dirty")

    second = RunKey((await again(db, first, commit_sha=f"{COMMIT}-dirty")).run_id, tenant_id)
    await work(db, second)

    counts = await ledger(db, second)
    assert (counts.conclusion, counts.passed, counts.flaky) == ("passed", 1, 0)


async def test_a_rerun_is_of_the_same_project_branch_and_commit(db: Database, tenant_id: UUID) -> None:
    first = await original(db, tenant_id, suite(2), "tests/001.spec.ts")

    started = await again(db, first)

    async with db.connection() as connection:
        cursor = await connection.execute(
            "select p.slug, r.branch, r.commit_sha from runs r join projects p on p.id = r.project_id where r.id = %s",
            (started.run_id,),
        )
        assert await cursor.fetchone() == ("shop", "main", COMMIT)


async def test_what_a_cancelled_run_has_left_out_runs_again(db: Database, tenant_id: UUID) -> None:
    files = RunRequest(tuple(test.test_file for test in suite(6)), workers=2, project="shop", tests=suite(6))
    first = RunKey((await start_run(db, tenant_id, files)).run_id, tenant_id)
    worker = HandWorker(db, first)
    lease = await worker.lease()
    done = {item.file for item, _ in leased_tests(lease)}
    await cancel_run(db, tenant_id, first.run_id)
    with pytest.raises(RunNotFinished):
        await again(db, first)
    await worker.pass_all(lease)
    await worker.finish(lease)

    given = await work(db, RunKey((await again(db, first)).run_id, tenant_id))

    assert sorted(given) == sorted({test.test_file for test in suite(6)} - done)


async def test_files_that_crashed_or_did_not_load_before_their_tests_were_known_run_whole(
    db: Database, tenant_id: UUID
) -> None:
    first = await start_files(db, tenant_id, ["silent.ts", "never-leased.ts"], workers=1)
    broken = RunErrorMessage(payload=RunError(error=TestError(message="SyntaxError"), test_file="broken.ts"))
    await ingest(db, [Report(first, [broken])])
    await cancel_run(db, tenant_id, first.run_id)

    second = RunKey((await again(db, first)).run_id, tenant_id)

    async with db.connection() as connection:
        cursor = await connection.execute("select file, test_ids from work_items where run_id = %s", (second.run_id,))
        planned = sorted(await cursor.fetchall())
    assert planned == [("broken.ts", None), ("never-leased.ts", None), ("silent.ts", None)]


async def test_a_rerun_of_nothing_has_ended_passed_and_says_so(db: Database, tenant_id: UUID) -> None:
    first = await original(db, tenant_id, suite(2))

    started = await again(db, first)

    key = RunKey(started.run_id, tenant_id)
    counts = await ledger(db, key)
    assert (counts.status, counts.conclusion, counts.total) == ("completed", "passed", 0)
    assert [warning["code"] for warning in warnings(started, RunRequest(()))] == ["NOTHING_TO_RERUN"]
    assert isinstance(await HandWorker(db, key).claim(), Drained)


async def test_a_run_that_failed_by_an_error_outside_of_its_tests_does_not_turn_green(
    db: Database, tenant_id: UUID
) -> None:
    asked = RunRequest(tuple(test.test_file for test in suite(1)), workers=1, tests=suite(1))
    first = RunKey((await start_run(db, tenant_id, asked)).run_id, tenant_id)
    error = RunErrorMessage(payload=RunError(error=TestError(message="global teardown failed")))
    await ingest(db, [Report(first, [error])])
    await work(db, first)

    with pytest.raises(RerunNotPossible, match="RUN_ERROR"):
        await again(db, first)


async def test_a_run_that_goes_on_an_unknown_one_and_that_of_another_project_are_refused(
    db: Database, tenant_id: UUID
) -> None:
    first = await original(db, tenant_id, suite(2), "tests/001.spec.ts")
    running = RunKey((await again(db, first)).run_id, tenant_id)

    with pytest.raises(RunNotFinished):
        await again(db, running)
    with pytest.raises(RunNotFound):
        await again(db, RunKey(uuid4(), tenant_id))
    with pytest.raises(RunNotFound):
        await start_run(db, tenant_id, RunRequest((), rerun=Rerun(first.run_id)), "another")
    with pytest.raises(BadRequest, match="is of project shop"):
        await again(db, first, rerun=Rerun(first.run_id, project="another"))


async def test_jobs_of_one_build_share_one_rerun_and_never_get_the_old_run_back(db: Database, tenant_id: UUID) -> None:
    asked = RunRequest(("tests/000.spec.ts",), workers=1, project="shop", tests=suite(1), ci_build_id="7")
    first = RunKey((await start_run(db, tenant_id, asked)).run_id, tenant_id)
    await work(db, first, "tests/000.spec.ts")

    started = await asyncio.gather(*(again(db, first, ci_build_id="7/2") for _ in range(4)))

    assert len({each.run_id for each in started}) == 1
    assert sorted(each.is_new for each in started) == [False, False, False, True]
    with pytest.raises(RerunNotPossible, match="one of its own"):
        await again(db, first, ci_build_id="7")


async def test_serial_groups_are_remembered_and_run_again_from_their_first_test(db: Database, tenant_id: UUID) -> None:
    group = tuple(
        PlannedTest(test_file="a.ts", test_name=name, project_name="chromium", line=line, serial="checkout")
        for line, name in enumerate(("opens", "pays", "leaves"), start=1)
    )
    lone = PlannedTest(test_file="a.ts", test_name="lone", project_name="chromium", line=9)
    asked = RunRequest(("a.ts",), workers=1, project="shop", tests=(*group, lone))
    first = RunKey((await start_run(db, tenant_id, asked)).run_id, tenant_id)
    worker = HandWorker(db, first)
    lease = await worker.lease()
    failing = [(item, test, "failed" if "pays" in test.title_path else "passed") for item, test in leased_tests(lease)]
    await worker.report(lease, [result(*each) for each in failing])
    await worker.finish(lease)

    second = RunKey((await again(db, first)).run_id, tenant_id)

    again_leased = await HandWorker(db, second).lease()
    assert [test.title_path[-1] for _, test in leased_tests(again_leased)] == ["opens", "pays", "leaves"]
