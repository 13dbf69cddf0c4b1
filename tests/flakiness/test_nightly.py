"""The nightly look comes to what the ends of runs came to, once a day."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from shifty.database.pool import Database
from shifty.flakiness.fold_runs import fold_due
from shifty.flakiness.nightly import look_again, look_again_once_a_day
from tests.flakiness.seen import assessments, days, history, row, write
from tests.history.past import DAY, NOW, Past

TESTS = ("pays", "logs in", "searches", "ships", "rates", "leaves")
COLUMNS = ("PRPPRPPP", "PPPPFFFF", "PPPPPPPP", "FFFFFFFF", "PFPPPFPP", "PFFPPRPP")


async def test_the_numbers_are_those_of_the_end_of_the_last_run(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    for number, letters in enumerate(zip(*COLUMNS, strict=True)):
        rows = [row(letter, name) for letter, name in zip(letters, TESTS, strict=True)]
        # Commits b and e were built twice.
        await past.run(*rows, at=NOW - (7 - number) * DAY / 240, commit="abbcdeef"[number])
        await fold_due(db, tenant_id)
    seen, day = await assessments(db, tenant_id), await days(db, tenant_id)

    await look_again(db, tenant_id)

    assert await assessments(db, tenant_id) == seen
    # At midnight the look is of another day.
    assert {**(await days(db, tenant_id))[-1], "day": None} == {**day[-1], "day": None}
    assert {name: found["verdict"] for name, found in seen.items()} == {
        "pays": "flaky",
        "logs in": "regressed",
        "ships": "broken",
        "rates": "flaky",
        "leaves": "flaky",
    }


async def test_what_has_grown_too_old_is_forgotten_without_a_run(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    (run,) = await history(past, "R", ends=NOW - DAY)
    await fold_due(db, tenant_id)
    await write(db, "update test_results set ended_at = ended_at - interval '90 days' where run_id = %s", run)

    await look_again(db, tenant_id)

    assert await assessments(db, tenant_id) == {}
    assert (await days(db, tenant_id))[-1]["flaky_tests"] == 0


async def test_a_day_without_a_run_has_a_row(db: Database, tenant_id: UUID) -> None:
    await history(Past(db, tenant_id), "PR", ends=NOW - 3 * DAY)
    await fold_due(db, tenant_id)

    began = datetime.now(UTC)
    await look_again(db, tenant_id)

    newest = (await days(db, tenant_id))[-1]
    assert newest["day"] in {str(began.date()), str(datetime.now(UTC).date())}
    assert (newest["flaky_tests"], newest["rate_sum"]) == (1, 50.0)


async def test_of_all_replicas_one_looks_and_once_a_day(fresh_database: str) -> None:
    db = await Database.open(fresh_database)

    done = await asyncio.gather(*(look_again_once_a_day(db) for _ in range(3)))

    assert sum(done) == 1
    assert not await look_again_once_a_day(db)
    await write(db, "update nightly set ran_on = ran_on - 1")
    assert await look_again_once_a_day(db)
    await db.close()
