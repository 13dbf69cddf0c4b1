"""A run that has ended is taken into history."""

import asyncio
from random import Random
from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.history.facts import Facts
from shifty.history.fold import fold
from tests.history.past import DAY, NOW, Past, Row, attempt, facts_of, failed, passed, retried, take_in

GONE = "page.goto: net::ERR_CONNECTION_REFUSED at http://localhost:3000/"


async def test_a_row_of_the_ledger_becomes_a_fact(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    run = await past.folded(
        passed("passes"),
        retried("retried"),
        failed("fails"),
        Row(name="skipped", outcome="skipped", attempts=[attempt("skipped", ms=0)]),
        Row(name="waits", outcome="notRun", attempts=[]),
        Row(name="excused", outcome="failed", attempts=[attempt("failed", 0, "Error: it broke")], quarantined=True),
    )

    facts = await facts_of(db, run)

    names = ("outcome", "retried", "quarantined", "attempts", "failed_attempts", "duration_ms", "failed_ms")
    assert {name: tuple(fact[column] for column in names) for name, fact in facts.items()} == {
        "passes": ("passed", False, False, 1, 0, 100, 0),
        "retried": ("passed", True, False, 2, 1, 170, 70),
        "fails": ("failed", False, False, 1, 1, 100, 100),
        "skipped": ("skipped", False, False, 1, 0, 0, 0),
        "waits": ("notRun", False, False, 0, 0, 100, 0),
        "excused": ("failed", False, True, 1, 1, 100, 100),
    }
    assert facts["fails"]["error_digest"] == facts["retried"]["error_digest"] is not None
    assert facts["passes"]["error_digest"] is None
    assert {fact["excluded"] for fact in facts.values()} == {None}


async def test_set_up_and_teardown_are_no_history(db: Database, tenant_id: UUID) -> None:
    run = await Past(db, tenant_id).folded(passed(), Row(name="signs in", stage="setup"))

    assert set(await facts_of(db, run)) == {"pays"}


async def test_what_says_nothing_about_a_test_is_noted(db: Database, tenant_id: UUID) -> None:
    lost = "The test crashed its worker: 2 workers were lost while they ran it, so it is not tried again."
    run = await Past(db, tenant_id).folded(
        Row(name="lost", outcome="failed", reason="crashed its worker", error_message=lost, attempts=[], losses=2),
        Row(name="stopped", outcome="failed", raw_status="interrupted", attempts=[attempt("interrupted")]),
        Row(name="healed", healed=True),
        Row(name="failed by its heal", outcome="failed", raw_status="passed", healed=True),
        failed("no disk", "ENOSPC: no space left on device, write"),
        Row(name="went on", losses=1, attempts=[attempt("interrupted", lease="one"), attempt(lease="two")]),
    )

    facts = await facts_of(db, run)

    assert {name: fact["excluded"] for name, fact in facts.items()} == {
        "lost": "lost-worker",
        "stopped": "interrupted",
        "healed": "healed",
        "failed by its heal": "healed",
        "no disk": "infrastructure",
        "went on": None,
    }
    assert [fact["failed_attempts"] for fact in (facts["lost"], facts["stopped"], facts["went on"])] == [0, 0, 0]


async def test_a_network_that_was_gone_says_nothing_about_five_tests_and_something_about_one(
    db: Database, tenant_id: UUID
) -> None:
    past = Past(db, tenant_id)
    gone = await past.folded(*[failed(f"t{n}", GONE) for n in range(5)], *[passed(f"p{n}") for n in range(95)])
    own = await past.folded(failed("t1", GONE), passed("p1"), at=NOW + DAY)

    assert {fact["excluded"] for name, fact in (await facts_of(db, gone)).items() if name[0] == "t"} == {
        "infrastructure"
    }
    assert (await facts_of(db, own))["t1"]["excluded"] is None


async def test_a_test_that_passed_in_a_rerun_was_not_retried(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    first = await past.folded(failed())

    rerun = await past.folded(Row(flaky=True, reason="it failed in an earlier run"), rerun_of=first)

    fact = (await facts_of(db, rerun))["pays"]
    assert (fact["retried"], fact["failed_attempts"]) == (False, 0)


async def test_only_the_last_lease_counts_for_time_and_every_lease_for_failures(db: Database, tenant_id: UUID) -> None:
    attempts = [
        attempt("failed", 0, "Error: it broke", lease="one", ms=5000),
        attempt("failed", 0, "Error: it broke", lease="two", ms=30),
        attempt("passed", 1, lease="two", ms=40),
    ]
    run = await Past(db, tenant_id).folded(Row(attempts=attempts, flaky=True, losses=1, retry_count=1))

    fact = (await facts_of(db, run))["pays"]

    assert (fact["retried"], fact["attempts"], fact["failed_attempts"]) == (True, 3, 2)
    assert (fact["duration_ms"], fact["failed_ms"]) == (70, 30)


async def test_a_burst_on_one_machine_marks_its_failures_only(db: Database, tenant_id: UUID) -> None:
    broken = [failed(f"broken {n}", f"Error: {n} broke", worker="m1") for n in range(8)]
    fine = [passed(f"fine {n}", worker=f"m{2 + n % 2}") for n in range(200)]
    past = Past(db, tenant_id)
    await past.folded(*[passed(f"broken {n}") for n in range(8)], *fine, at=NOW - DAY)

    run = await past.folded(*broken, failed("alone", worker="m2"), *fine)

    facts = await facts_of(db, run)
    assert {name for name, fact in facts.items() if fact["burst"]} == {f"broken {n}" for n in range(8)}


async def test_a_burst_of_the_whole_run_marks_the_failures_of_all_machines(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    names = [f"t{n}" for n in range(40)]
    await past.folded(*map(passed, names), at=NOW - DAY)

    run = await past.folded(
        *[failed(name, worker=f"m{n % 10}") for n, name in enumerate(names[:20])], *map(passed, names[20:])
    )

    facts = await facts_of(db, run)
    assert {name for name, fact in facts.items() if fact["burst"]} == set(names[:20])


async def test_tests_that_fail_as_often_as_ever_are_no_burst(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    names = [f"t{n}" for n in range(40)]
    for day in range(4, 0, -1):
        await past.folded(*map(retried, names[:20]), *map(passed, names[20:]), at=NOW - day * DAY)

    run = await past.folded(*map(failed, names[:20]), *map(passed, names[20:]))

    assert not any(fact["burst"] for fact in (await facts_of(db, run)).values())


async def test_where_a_test_ran_and_what_ran_before_it_is_noted(db: Database, tenant_id: UUID) -> None:
    def ran(name: str, at: int, lease: str = "one", worker_index: int | None = 0, worker: str = "m1") -> Row:
        return Row(name=name, worker=worker, attempts=[attempt(at=at, lease=lease, worker_index=worker_index)])

    run = await Past(db, tenant_id).folded(
        ran("third", 30),
        ran("first", 10),
        ran("second", 20),
        ran("other process", 15, worker_index=1),
        ran("other batch", 16, lease="two"),
        ran("other machine", 17, worker="m2"),
        ran("nobody knows", 18, worker_index=None),
        Row(name="never", outcome="notRun", attempts=[]),
    )

    facts = await facts_of(db, run)
    names = {fact["test_ref"]: name for name, fact in facts.items()}
    assert {name: (fact["position"], names.get(fact["ran_after"])) for name, fact in facts.items()} == {
        "first": (0, None),
        "second": (1, "first"),
        "third": (2, "second"),
        "other process": (0, None),
        "other batch": (0, None),
        "other machine": (0, None),
        "nobody knows": (None, None),
        "never": (None, None),
    }


async def test_runs_that_are_folded_out_of_order_leave_what_they_would_in_order(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    first = await past.run(failed(), at=NOW - 3 * DAY)
    second = await past.run(passed(), at=NOW - 2 * DAY)
    third = await past.run(Row(outcome="skipped", attempts=[]), at=NOW - DAY)

    for run in (third, first, second):
        await take_in(db, tenant_id, run)

    async with db.connection() as connection:
        cursor = await connection.execute(
            "select first_seen_at, last_seen_at, last_passed_at, last_failed_at, last_run_id, last_outcome"
            " from known_tests where tenant_id = %s",
            (tenant_id,),
        )
        assert await cursor.fetchall() == [
            (NOW - 3 * DAY, NOW - DAY, NOW - 2 * DAY, NOW - 3 * DAY, third, "skipped"),
        ]


async def test_a_known_test_has_the_percentiles_of_its_last_durations(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    run = await past.run(passed())
    async with db.connection() as connection:
        await connection.execute(
            "insert into test_history (project_id, tenant_id, test_id, file, title_path, durations_ms, p50_ms, runs,"
            " last_seen_at) select project_id, tenant_id, %s, 'f', '{t}', array(select generate_series(50, 1, -1)), 25,"
            " 50, now() from runs where id = %s",
            (passed().test_id, run),
        )

    await take_in(db, tenant_id, run)

    async with db.connection() as connection:
        cursor = await connection.execute(
            "select p50_ms, p95_ms, p99_ms from known_tests where tenant_id = %s", (tenant_id,)
        )
        assert await cursor.fetchall() == [(25, 48, 50)]


async def test_errors_of_tests_and_of_the_run_are_counted(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    soft = attempt("failed", 0, "Test timeout of 30000ms exceeded.", "Error: one", "Error: two")
    run = await past.run(
        Row(name="soft", outcome="failed", attempts=[soft, attempt("failed", 1, "Error: one")], error_message="x")
    )
    async with db.connection() as connection:
        await connection.execute(
            "insert into run_errors (run_id, tenant_id, digest, error) values (%s, %s, 'd', %s)",
            (run, tenant_id, '{"message": "Error: no"}'),
        )

    await take_in(db, tenant_id, run)

    async with db.connection() as connection:
        cursor = await connection.execute(
            "select g.message, o.test_ref <> 0, o.attempts from error_occurrences o join error_groups g"
            " on g.id = o.group_id where o.run_id = %s order by g.message",
            (run,),
        )
        assert await cursor.fetchall() == [("Error: no", False, 1), ("Error: one", True, 2), ("Error: two", True, 1)]


async def test_a_fold_that_dies_before_its_end_leaves_the_run_due_and_nothing_else(
    db: Database, tenant_id: UUID
) -> None:
    run = await Past(db, tenant_id).run(failed(), retried("again"))

    with pytest.raises(RuntimeError, match="killed"):
        await _fold_and_die(db, tenant_id, run)

    assert await facts_of(db, run) == {}
    assert await take_in(db, tenant_id, run)
    assert set(await facts_of(db, run)) == {"pays", "again"}


async def _fold_and_die(db: Database, tenant_id: UUID, run_id: UUID) -> None:
    async with db.transaction() as tx:
        run = await Facts(tx, tenant_id).take(run_id)
        assert run
        await fold(tx, tenant_id, run)
        raise RuntimeError("killed")


async def test_two_servers_that_fold_one_run_write_it_once(db: Database, tenant_id: UUID) -> None:
    run = await Past(db, tenant_id).run(failed())

    async with db.transaction() as tx:
        facts = Facts(tx, tenant_id)
        taken = await facts.take(run)
        assert taken
        await facts.lock_project(taken.project_id)
        other = asyncio.create_task(take_in(db, tenant_id, run))
        await fold(tx, tenant_id, taken)
        await facts.finish(run)
        assert not other.done()

    assert await other is None
    assert set(await facts_of(db, run)) == {"pays"}


async def test_many_runs_of_one_project_are_folded_at_once(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    runs = [await past.run(failed(), retried("again"), at=NOW - n * DAY) for n in range(6)]

    folded = await asyncio.gather(*(take_in(db, tenant_id, run) for run in [*runs, *reversed(runs)]))

    assert sum(each is not None for each in folded) == 6
    assert [len(await facts_of(db, run)) for run in runs] == [2] * 6


async def test_a_run_that_is_not_closed_is_not_taken(db: Database, tenant_id: UUID) -> None:
    run = await Past(db, tenant_id).run(passed())
    async with db.connection() as connection:
        await connection.execute("update runs set closed = false where id = %s", (run,))

    assert await take_in(db, tenant_id, run) is None


async def test_a_run_goes_with_what_history_has_of_it(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    gone = await past.folded(failed())
    stays = await past.folded(failed(), at=NOW - DAY)

    async with db.connection() as connection:
        await connection.execute("delete from runs where id = %s", (gone,))

    assert await facts_of(db, gone) == {}
    assert set(await facts_of(db, stays)) == {"pays"}


async def test_numbers_that_are_too_large_keep_no_run_out(db: Database, tenant_id: UUID) -> None:
    huge = [attempt("failed", 10**30, "Error: it broke", ms=2**31 - 1, worker_index=10**30)] * 3
    run = await Past(db, tenant_id).folded(Row(outcome="failed", attempts=huge, retry_count=1000, worker=None))

    fact = (await facts_of(db, run))["pays"]

    assert (fact["attempts"], fact["failed_attempts"], fact["position"]) == (1001, 3, 0)
    assert (fact["duration_ms"], fact["failed_ms"]) == (2**31 - 1, 2**31 - 1)


async def test_a_reporter_without_details_is_taken_in(db: Database, tenant_id: UUID) -> None:
    bare = {"attempt": 2, "status": "passed", "durationMs": 5}
    run = await Past(db, tenant_id).folded(Row(attempts=[bare], retry_count=2, flaky=True, worker=None))

    fact = (await facts_of(db, run))["pays"]

    assert (fact["retried"], fact["attempts"], fact["failed_attempts"], fact["position"]) == (True, 3, 2, None)


async def test_a_bad_day_does_not_make_the_next_one_look_usual(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    names = [f"t{n}" for n in range(40)]
    await past.folded(*map(passed, names), at=NOW - 3 * DAY)
    bad = [await past.folded(*map(failed, names[:20]), *map(passed, names[20:]), at=NOW - n * DAY) for n in (2, 1)]

    marked = [{name for name, fact in (await facts_of(db, run)).items() if fact["burst"]} for run in bad]

    assert marked == [set(names[:20])] * 2


async def test_bursts_in_a_third_of_the_runs_are_usual_and_no_bursts_any_more(db: Database, tenant_id: UUID) -> None:
    # A large suite in which every test is flaky: a third of them fails each time, others than the time before.
    past = Past(db, tenant_id)
    chance = Random(3)
    runs = [
        await past.folded(
            *[(retried if chance.random() < 0.3 else passed)(f"t{n}") for n in range(150)], at=NOW - (13 - run) * DAY
        )
        for run in range(12)
    ]

    marked = [any(fact["burst"] for fact in (await facts_of(db, run)).values()) for run in runs]

    assert marked == [True] * 3 + [False] * 9


async def test_an_outage_now_and_then_does_not_become_usual(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    names = [f"t{n}" for n in range(40)]
    marked: list[bool] = []
    for day in range(25, 0, -1):
        is_out = day % 5 == 0
        run = await past.folded(*map(failed if is_out else passed, names), at=NOW - day * DAY)
        marked.append(any(fact["burst"] for fact in (await facts_of(db, run)).values()))

    # Of the first run nothing is known yet but that a new test rarely fails.
    assert marked == [day % 5 == 0 for day in range(25, 0, -1)]
