"""Advice from runs that were played through."""

from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.flakiness.advice.advise import Advisor
from shifty.flakiness.advice.errors import NoHistory
from shifty.flakiness.advice.model import Advice
from tests.flakiness.advice.played import failed_twice, play, retried, taking
from tests.support.runs import suite

LONG = "tests/003.spec.ts"


async def advise(db: Database, tenant_id: UUID, branch: str | None = None, workers: int | None = None) -> Advice:
    return await Advisor().advise(db, tenant_id, "shop", branch, workers)


async def execute(db: Database, statement: LiteralString, *values: object) -> None:
    async with db.connection() as connection:
        await connection.execute(statement, values)


async def test_the_newest_run_is_laid_out_by_what_its_tests_usually_take(db: Database, tenant_id: UUID) -> None:
    for seconds in (40, 30, 900):
        run_id = await play(db, tenant_id, suite(40, 2), taking(lambda file, s=seconds: s if file == LONG else 6))

    advice = await advise(db, tenant_id)

    assert (advice.run.id, advice.branch, advice.run.tests, advice.compared) == (run_id, "main", 80, 2)
    assert advice.crew.longest is not None
    assert (advice.crew.longest.file, advice.crew.longest.seconds) == (LONG, 80)
    assert advice.crew.forecasts[0].wall_s > 39 * 12 + 80
    assert advice.recent[0].id == run_id
    assert {run.workers for run in advice.recent} == {2}


async def test_a_run_of_some_files_says_nothing_about_the_suite(db: Database, tenant_id: UUID) -> None:
    whole = await play(db, tenant_id, suite(10, 2))
    few = await play(db, tenant_id, suite(2, 2))

    advice = await advise(db, tenant_id)

    assert advice.run.id == whole
    assert [run.id for run in advice.recent] == [few, whole]


async def test_each_branch_has_its_own_and_the_default_one_is_main(db: Database, tenant_id: UUID) -> None:
    mine = [await play(db, tenant_id, suite(3), branch="wip") for _ in range(2)]
    assert (await advise(db, tenant_id)).run.id == mine[1]

    main = await play(db, tenant_id, suite(4))

    assert (await advise(db, tenant_id)).run.id == main
    assert (await advise(db, tenant_id, branch="wip")).run.id == mine[1]
    await execute(db, "update projects set default_branch = 'wip' where tenant_id = %s", tenant_id)
    assert (await advise(db, tenant_id)).branch == "wip"


async def test_runs_that_name_no_branch_are_a_history_too(db: Database, tenant_id: UUID) -> None:
    run_id = await play(db, tenant_id, suite(3), branch=None)

    advice = await advise(db, tenant_id)

    assert (advice.run.id, advice.branch) == (run_id, None)


async def test_a_batch_costs_what_workers_have_measured(db: Database, tenant_id: UUID) -> None:
    run_id = await play(db, tenant_id, suite(4))
    assert (await advise(db, tenant_id)).overhead_s == 1.5

    await execute(db, "update workers set overhead_ms = 4200 where run_id = %s", run_id)

    assert (await advise(db, tenant_id)).overhead_s == pytest.approx(4.2)


async def test_the_count_that_is_asked_for_is_compared(db: Database, tenant_id: UUID) -> None:
    await play(db, tenant_id, suite(4))

    assert (await advise(db, tenant_id, workers=7)).compared == 7


async def test_tests_that_may_run_apart_are_cut_as_when_they_are_planned(db: Database, tenant_id: UUID) -> None:
    await play(db, tenant_id, suite(1, 40, parallel=True), taking(lambda _: 10))

    advice = await advise(db, tenant_id)

    assert advice.crew.longest is not None
    assert advice.crew.longest.tests < 5
    assert advice.crew.recommended.workers > 5


async def test_without_a_whole_run_there_is_no_advice_but_the_branches_that_have_one(
    db: Database, tenant_id: UUID
) -> None:
    with pytest.raises(NoHistory) as nothing:
        await advise(db, tenant_id)
    await play(db, tenant_id, suite(2), branch="wip")
    with pytest.raises(NoHistory) as elsewhere:
        await advise(db, tenant_id, branch="main")

    assert "shifty run" in nothing.value.message
    assert "wip" in elsewhere.value.message
    assert elsewhere.value.details["branches"] == ["wip"]


async def test_another_tenant_has_no_history_here(db: Database, tenant_id: UUID) -> None:
    await play(db, tenant_id, suite(2))

    with pytest.raises(NoHistory):
        await advise(db, UUID(int=tenant_id.int ^ 1))


async def test_failed_attempts_are_counted_by_whether_they_were_worth_it(db: Database, tenant_id: UUID) -> None:
    tests = suite(4)
    await play(db, tenant_id, tests, lambda told: retried(told) if told.test_file == LONG else told)
    await play(db, tenant_id, tests, lambda told: failed_twice(told) if told.test_file == LONG else told)

    cost = (await advise(db, tenant_id)).retries

    assert (cost.runs, cost.failed_ms, cost.rescued_ms, cost.in_vain_ms) == (2, 18_000, 8000, 5000)
    assert cost.total_ms == 18_000 + 2000 + 6 * 100
    assert [(test.file, test.failed_ms, test.failed_attempts, test.runs) for test in cost.tests] == [
        (LONG, 18_000, 3, 2)
    ]
    assert list(cost.tests[0].title_path) == ["suite", "test 0"]


async def test_what_failed_long_ago_costs_nothing_now(db: Database, tenant_id: UUID) -> None:
    run_id = await play(db, tenant_id, suite(2), retried)
    await play(db, tenant_id, suite(2))
    await execute(db, "update test_results set ended_at = ended_at - interval '31 days' where run_id = %s", run_id)
    await execute(db, "update runs set completed_at = completed_at - interval '31 days' where id = %s", run_id)

    cost = (await advise(db, tenant_id)).retries

    assert (cost.runs, cost.failed_ms, list(cost.tests)) == (1, 0, [])


async def add_rule(db: Database, tenant_id: UUID, kind: str, value: str, *, days: int = 14, excused: int = 0) -> None:
    await execute(
        db,
        "insert into quarantine_rules (tenant_id, project_id, kind, value, owner, reason, failing_share, created_by,"
        " expires_at, excused) select tenant_id, id, %s, %s, 'kim', 'slow', 0.2, 'kim', now() + %s * interval '1 day',"
        " %s from projects where tenant_id = %s",
        kind, value, days, excused, tenant_id,
    )  # fmt: skip


async def test_what_quarantine_hides_is_told_by_rule(db: Database, tenant_id: UUID) -> None:
    run_id = await play(db, tenant_id, suite(4, 3))
    await add_rule(db, tenant_id, "file", LONG, excused=7)
    await add_rule(db, tenant_id, "title", "*test 1", days=3)
    await add_rule(db, tenant_id, "file", "tests/gone*")
    await add_rule(db, tenant_id, "error", "0123456789abcdef")
    await add_rule(db, tenant_id, "tag", "@slow", days=-1)
    await execute(db, "update runs set quarantined_tests = 5 where id = %s", run_id)

    hidden = (await advise(db, tenant_id)).hidden

    assert hidden.excused == 5
    assert [(active.rule.kind, active.tests, active.expires_soon) for active in hidden.rules] == [
        ("file", 3, False),
        ("title", 4, True),
        ("file", 0, False),
        ("error", 0, False),
    ]
    assert hidden.rules[0].rule.excused == 7


async def test_a_rule_about_an_error_is_about_the_tests_that_ended_in_it(db: Database, tenant_id: UUID) -> None:
    await play(db, tenant_id, suite(3), failed_twice)
    async with db.connection() as connection:
        rows = await (
            await connection.execute("select digest from error_groups where tenant_id = %s", (tenant_id,))
        ).fetchall()
    await add_rule(db, tenant_id, "error", rows[0][0])

    assert [active.tests for active in (await advise(db, tenant_id)).hidden.rules] == [3]


async def test_replays_are_remembered_until_the_next_run_has_ended(db: Database, tenant_id: UUID) -> None:
    advisor = Advisor()
    await play(db, tenant_id, suite(4), taking(lambda _: 5))
    first = await advisor.advise(db, tenant_id, "shop")
    again = await advisor.advise(db, tenant_id, "shop", workers=3)
    await play(db, tenant_id, suite(5), taking(lambda _: 5))
    later = await advisor.advise(db, tenant_id, "shop")

    assert again.crew is first.crew
    assert (again.compared, later.run.tests) == (3, 5)
    assert later.run.completed_at - first.run.completed_at > timedelta()
    assert isinstance(later.run.completed_at, datetime)


async def test_what_was_remembered_is_worked_out_anew_for_a_new_rule(db: Database, tenant_id: UUID) -> None:
    advisor = Advisor()
    await play(db, tenant_id, suite(4, 3))
    before = await advisor.advise(db, tenant_id, "shop")

    await add_rule(db, tenant_id, "file", LONG)
    after = await advisor.advise(db, tenant_id, "shop")

    assert [rule.tests for rule in before.hidden.rules] == []
    assert [rule.tests for rule in after.hidden.rules] == [3]
