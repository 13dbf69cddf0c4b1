"""What is read of history."""

from datetime import timedelta
from uuid import UUID

from shifty.database.pool import Database
from shifty.history.facts import Facts, due
from shifty.history.model import Execution
from tests.history.past import DAY, NOW, Past, Row, failed, passed, retried


async def test_executions_are_those_of_the_last_ninety_days_oldest_first(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.folded(passed(), at=NOW - 91 * DAY)
    middle = await past.folded(retried(), at=NOW - 89 * DAY, branch="topic", commit="c7")
    newest = await past.folded(failed(), at=NOW - DAY)

    executions = await _executions(past)

    assert [(each.run_id, each.outcome, each.retried) for each in executions] == [
        (middle, "passed", True),
        (newest, "failed", False),
    ]
    assert (executions[0].branch, executions[0].commit, executions[0].worker) == ("topic", "c7", "m1")
    assert (executions[0].failed_attempts, executions[0].failed_ms, executions[0].causes) == (1, 70, [])


async def test_no_more_than_the_last_hundred_are_read(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    runs = [await past.folded(passed(), at=NOW - n * timedelta(hours=1)) for n in range(103)]

    executions = await _executions(past)

    assert [each.run_id for each in executions] == runs[99::-1]


async def test_a_test_that_did_not_run_was_not_executed(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.folded(Row(outcome="skipped", attempts=[]))
    await past.folded(Row(outcome="notRun", attempts=[]))

    assert await _executions(past) == []


async def test_a_commit_with_changes_that_are_not_committed_is_unknown(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    for n, commit in enumerate(["c1-dirty", None, "c2"]):
        await past.folded(passed(), at=NOW - n * DAY, commit=commit)

    assert [each.commit for each in await _executions(past)] == ["c2", None, None]


async def test_history_until_a_moment_is_what_it_was_then(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    runs = [await past.folded(failed(), at=NOW - n * DAY) for n in (100, 50, 1)]
    project_id = await past.project_id()

    async with db.connection() as connection:
        facts = Facts(connection, tenant_id)
        refs = list((await facts.refs(project_id, [failed().test_id])).values())
        earlier = await facts.executions(refs, NOW - 50 * DAY)

    assert [each.run_id for each in earlier[refs[0]]] == runs[:2]


async def test_tests_to_look_at_after_a_run_are_those_that_failed_and_those_that_did_before(
    db: Database, tenant_id: UUID
) -> None:
    past = Past(db, tenant_id)
    first = await past.folded(failed("assessed"))
    async with db.connection() as connection:
        await connection.execute(
            "insert into assessments (test_ref, tenant_id, project_id, verdict, total_runs, failed_runs, flaky_runs,"
            " rate, low, high, failing_share, lost_ms, assessed_at) select test_ref, tenant_id, project_id, 'broken',"
            " 1, 1, 0, 0, 0, 0, 1, 0, now() from test_results where run_id = %s",
            (first,),
        )

    run = await past.folded(passed("assessed"), passed("fine"), failed("fails"), retried("again"))

    async with db.connection() as connection:
        facts = Facts(connection, tenant_id)
        wanted = [row.test_id for row in (passed("assessed"), failed("fails"), retried("again"))]
        refs = await facts.refs(await past.project_id(), wanted)
        assert set(await facts.notable_of_run(run)) == set(refs.values())


async def test_nobody_reads_or_folds_what_is_another_tenants(db: Database, tenant_id: UUID, other_tenant: UUID) -> None:
    past = Past(db, tenant_id)
    run = await past.folded(failed())
    waiting = await past.run(failed())
    project_id = await past.project_id()

    async with db.transaction() as tx:
        refs = list((await Facts(tx, tenant_id).refs(project_id, [failed().test_id])).values())
        stranger = Facts(tx, other_tenant)
        assert refs
        assert await stranger.take(waiting) is None
        assert await stranger.unsettled(run) == []
        assert await stranger.crowd(run) == {}
        assert await stranger.refs(project_id, [failed().test_id]) == {}
        assert await stranger.executions(refs) == {}
        assert await stranger.notable_of_run(run) == []
        assert await stranger.run_errors(run) == []
        assert await due(tx, 10, other_tenant) == []
        await stranger.finish(waiting)
        assert [each.run_id for each in await due(tx, 10, tenant_id)] == [waiting]


async def _executions(past: Past) -> list[Execution]:
    project_id = await past.project_id()
    async with past.db.connection() as connection:
        facts = Facts(connection, past.tenant_id)
        refs = await facts.refs(project_id, [passed().test_id])
        return [each for some in (await facts.executions(list(refs.values()))).values() for each in some]
