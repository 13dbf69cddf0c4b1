"""Runs that have ended are taken in, each once, whatever happens to the others."""

import asyncio
from random import Random
from typing import LiteralString
from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.flakiness.fold_runs import fold_due
from tests.flakiness.seen import assessments, days, history, row, write
from tests.history.past import DAY, NOW, Past, Row, facts_of, failed, passed

_RULE: LiteralString = """
insert into quarantine_rules (tenant_id, project_id, kind, value, owner, reason, failing_share, created_by, created_at,
                              expires_at, released_at)
select tenant_id, id, %s, %s, 'me', 'slow', 0.2, 'me', %s, now() + interval '9 days', %s
  from projects where tenant_id = %s"""
UNREADABLE = Row(name="pays", outcome="failed", attempts=[{"attempt": "first", "status": "failed", "durationMs": 1}])


async def test_the_rate_of_the_contract_comes_out_of_what_it_implies(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await history(past, "PR" * 10 + "PP")

    folded = await fold_due(db, tenant_id)

    found = (await assessments(db, tenant_id))["pays"]
    assert folded == 22
    assert (found["verdict"], found["flaky_runs"], found["total_runs"], round(float(str(found["rate"])), 1)) == (
        "flaky",
        10,
        22,
        45.5,
    )
    assert (found["last_flaky_at"], found["lost_ms"]) == (NOW - 2 * DAY / 24, 700)


async def test_nothing_is_concluded_of_a_test_that_only_passes(db: Database, tenant_id: UUID) -> None:
    await history(Past(db, tenant_id), "PPP")

    await fold_due(db, tenant_id)

    assert await assessments(db, tenant_id) == {}


async def test_a_regression_is_bracketed_by_commits(db: Database, tenant_id: UUID) -> None:
    runs = await history(Past(db, tenant_id), "PPFF", commits="abcd")

    await fold_due(db, tenant_id)

    breakage = (await assessments(db, tenant_id))["pays"]["breakage"]
    assert isinstance(breakage, dict)
    assert breakage["lastGood"] == {"runId": str(runs[1]), "commit": "b", "endedAt": breakage["lastGood"]["endedAt"]}
    assert (breakage["branch"], breakage["firstBad"]["commit"], breakage["failures"]) == ("main", "c", 2)


async def test_a_run_is_taken_in_once_however_many_try(db: Database, tenant_id: UUID) -> None:
    runs = await history(Past(db, tenant_id), "PRPRF")

    folded = await asyncio.gather(*(fold_due(db, tenant_id) for _ in range(4)))

    assert sum(folded) == 5
    assert await fold_due(db, tenant_id) == 0
    assert [len(await facts_of(db, run)) for run in runs] == [1] * 5


async def test_a_run_that_can_not_be_taken_in_stops_no_other_and_is_not_tried_all_the_time(
    db: Database, tenant_id: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    past = Past(db, tenant_id)
    bad = await past.run(UNREADABLE, at=NOW - DAY / 2, commit="a")
    await past.run(row("F"), at=NOW - DAY / 4, commit="b")
    await past.run(row("P"), commit="b")

    folded = await fold_due(db, tenant_id)

    assert folded == 2
    assert f"run {bad} could not be taken in" in caplog.text
    assert (await assessments(db, tenant_id))["pays"]["flaky_runs"] == 1
    caplog.clear()
    assert await fold_due(db, tenant_id) == 0
    assert not caplog.text


async def test_taking_a_run_in_again_changes_nothing(db: Database, tenant_id: UUID) -> None:
    runs = await history(Past(db, tenant_id), "PRPFPRFF", commits="aabbcddd")
    await fold_due(db, tenant_id)
    before = [await assessments(db, tenant_id), await days(db, tenant_id), [await facts_of(db, run) for run in runs]]

    await write(db, "update runs set folded_at = null where tenant_id = %s", tenant_id)
    await fold_due(db, tenant_id)

    after = [await assessments(db, tenant_id), await days(db, tenant_id), [await facts_of(db, run) for run in runs]]
    assert after == before


async def test_a_run_that_comes_late_leaves_no_verdict_of_then(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    runs = await history(past, "PFFPRP", commits="aabbcd")
    await fold_due(db, tenant_id)
    in_order = await assessments(db, tenant_id)

    await write(db, "delete from test_results where tenant_id = %s", tenant_id)
    await write(db, "delete from assessments where tenant_id = %s", tenant_id)
    order = list(runs)
    Random(3).shuffle(order)
    for run in order:
        await write(db, "update runs set folded_at = null where id = %s", run)
        await fold_due(db, tenant_id)

    assert await assessments(db, tenant_id) == in_order


async def test_each_day_has_the_row_that_it_had_then(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    noon = NOW.replace(hour=12, minute=0) - 10 * DAY
    # Flaky on the first day, broken on the second, and mended on the third.
    await past.run(row("R"), row("P", "logs in"), at=noon, commit="a")
    for hour, letter in enumerate("FFF"):
        await past.run(row("P"), row(letter, "logs in"), at=noon + DAY + hour * DAY / 24, commit=f"b{hour}")
    await past.run(row("P"), row("P", "logs in"), at=noon + 2 * DAY, commit="c")

    await fold_due(db, tenant_id)
    seen = await days(db, tenant_id)
    await write(db, "update runs set folded_at = null where tenant_id = %s", tenant_id)
    await fold_due(db, tenant_id)

    assert [(day["flaky_tests"], day["rate_sum"], day["broken_tests"]) for day in seen] == [
        (1, 100.0, 0),
        (1, 25.0, 1),
        (1, 20.0, 0),
    ]
    assert [day["day"] for day in seen] == [str((noon + n * DAY).date()) for n in range(3)]
    assert await days(db, tenant_id) == seen


async def test_a_day_that_is_taken_in_anew_counts_the_tests_that_were_quarantined_then(
    db: Database, tenant_id: UUID
) -> None:
    past = Past(db, tenant_id)
    noon = NOW.replace(hour=12, minute=0) - 5 * DAY
    await past.run(*(passed(f"t{n}") for n in range(7)), at=noon, commit="a")
    # Seen for the first time a day later, with the same file.
    await past.run(*(passed(f"t{n}") for n in range(9)), at=noon + DAY, commit="b")
    await fold_due(db, tenant_id)
    await write(db, _RULE, "file", "tests/*", noon - DAY, noon + 3 * DAY / 2, tenant_id)
    await write(db, _RULE, "error", "0123456789abcdef", noon - DAY, noon + DAY / 2, tenant_id)
    await past.run(passed("t0"), at=noon + 2 * DAY, commit="c")

    await write(db, "update runs set folded_at = null where tenant_id = %s", tenant_id)
    await fold_due(db, tenant_id)

    assert [day["quarantined_tests"] for day in await days(db, tenant_id)] == [7 + 1, 9, 0]


async def test_an_older_run_of_a_day_does_not_overwrite_what_a_later_one_said(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    noon = NOW.replace(hour=12, minute=0) - 5 * DAY
    early = await past.run(row("P"), at=noon, commit="a")
    await past.run(row("R"), at=noon + DAY / 24, commit="b")
    await fold_due(db, tenant_id)
    seen = await days(db, tenant_id)

    await write(db, "update runs set folded_at = null where id = %s", early)
    await fold_due(db, tenant_id)

    assert await days(db, tenant_id) == seen
    assert seen[0]["flaky_tests"] == 1


async def test_today_stands_as_after_its_last_run(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    for letter in "PRF":
        await past.run(row(letter), row("F", "logs in"), commit=letter)
        await fold_due(db, tenant_id)

    (today,) = await days(db, tenant_id)

    assert today["broken_tests"] == 1
    assert (today["flaky_tests"], today["rate_sum"]) == (1, 33.3)


async def test_what_other_tenants_have_is_left_to_them(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.run(failed(), passed("logs in"))

    assert await fold_due(db, UUID(int=1)) == 0
    assert await assessments(db, tenant_id) == {}


async def test_after_an_upgrade_nobody_who_asks_waits_for_all_of_the_past(db: Database, tenant_id: UUID) -> None:
    await history(Past(db, tenant_id), "P" * 51)

    assert await fold_due(db, tenant_id) == 0
