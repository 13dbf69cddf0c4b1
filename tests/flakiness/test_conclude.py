"""What follows from what is concluded."""

from typing import cast
from uuid import UUID

from shifty.database.pool import Database
from shifty.flakiness.fold_runs import fold_due
from shifty.flakiness.nightly import look_again
from shifty.quarantine.add import add_rule
from shifty.quarantine.model import NewRule
from tests.flakiness.seen import HOUR, assessments, history, row, rules, write
from tests.history.past import DAY, NOW, Past, failed

WANTS_IT = (
    "update projects set auto_quarantine = true, auto_quarantine_rate = 20, auto_quarantine_confidence = 0.9"
    " where tenant_id = %s"
)


async def wait_over(db: Database, tenant_id: UUID) -> None:
    """Rules were made before all runs: a second of a test is a day of real life."""
    await write(db, "update quarantine_rules set created_at = %s where tenant_id = %s", NOW - 60 * DAY, tenant_id)


async def test_what_failed_too_long_ago_is_forgotten(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.run(row("R"), at=NOW - 100 * DAY)
    await past.run(row("P"), at=NOW)

    await fold_due(db, tenant_id)

    assert await assessments(db, tenant_id) == {}


async def test_a_hundred_executions_later_it_is_forgotten_as_well(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await history(past, "R", ends=NOW - 5 * DAY)
    await fold_due(db, tenant_id)
    assert "pays" in await assessments(db, tenant_id)

    for part in range(4):
        await history(past, "P" * 25, ends=NOW - (3 - part) * DAY * 25 / 24)
        await fold_due(db, tenant_id)

    assert await assessments(db, tenant_id) == {}


async def test_the_default_branch_is_the_one_that_the_project_names(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    for hour, (letter, branch) in enumerate([("P", "main"), ("P", "trunk"), ("F", "trunk"), ("P", "main")]):
        await past.run(row(letter), at=NOW - DAY + hour * DAY / 24, branch=branch, commit=f"c{hour}")
    await fold_due(db, tenant_id)
    assert (await assessments(db, tenant_id))["pays"]["verdict"] == "stable"

    await write(db, "update projects set default_branch = 'trunk' where tenant_id = %s", tenant_id)
    await look_again(db, tenant_id)

    assert (await assessments(db, tenant_id))["pays"]["verdict"] == "regressed"


async def test_without_main_it_is_the_branch_with_most_runs(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    for hour, (letter, branch) in enumerate([("P", "next"), ("P", "next"), ("F", "fix"), ("P", "next")]):
        await past.run(row(letter), at=NOW - DAY + hour * DAY / 24, branch=branch, commit=f"c{hour}")
    await fold_due(db, tenant_id)
    assert (await assessments(db, tenant_id))["pays"]["verdict"] == "stable"

    await past.run(row("F"), branch="next", commit="d")
    await fold_due(db, tenant_id)

    assert (await assessments(db, tenant_id))["pays"]["verdict"] == "regressed"


async def test_a_main_with_few_runs_is_not_where_the_work_goes(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.run(row("P"), at=NOW - DAY, branch="main", commit="m")
    for number, letter in enumerate("P" * 11 + "F"):
        await past.run(row(letter), at=NOW - (12 - number) * HOUR, branch="develop", commit=f"d{number}")

    await fold_due(db, tenant_id)

    assert (await assessments(db, tenant_id))["pays"]["verdict"] == "regressed"


async def test_a_main_with_a_tenth_of_the_runs_is_judged(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.run(row("P"), at=NOW - DAY, branch="main", commit="m")
    for number, letter in enumerate("P" * 8 + "F"):
        await past.run(row(letter), at=NOW - (12 - number) * HOUR, branch="fix", commit=f"d{number}")

    await fold_due(db, tenant_id)

    assert (await assessments(db, tenant_id))["pays"]["verdict"] == "stable"


async def test_the_bracket_stays_when_the_last_pass_has_left_the_window(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    for number, letter in enumerate("PRPP" + "F" * 110):
        await past.folded(row(letter), at=NOW - (130 - number) * HOUR, commit=f"c{number}")
    await past.run(row("F"), at=NOW - 2 * HOUR, commit="last")

    await fold_due(db, tenant_id)
    by_run = (await assessments(db, tenant_id))["pays"]
    await look_again(db, tenant_id)
    by_night = (await assessments(db, tenant_id))["pays"]
    await write(db, "update runs set folded_at = null where tenant_id = %s", tenant_id)
    await fold_due(db, None)
    anew = (await assessments(db, tenant_id))["pays"]

    breakage = cast("dict[str, dict[str, object]]", by_run["breakage"])
    assert (by_run["verdict"], by_run["total_runs"]) == ("regressed", 100)
    assert (breakage["lastGood"]["commit"], breakage["firstBad"]["commit"]) == ("c3", "c4")
    assert by_run == by_night == anew


async def test_many_runs_of_branches_don_t_hide_since_when_the_default_branch_fails(
    db: Database, tenant_id: UUID
) -> None:
    past = Past(db, tenant_id)
    for number in range(130):
        is_main = number % 10 == 0
        letter = "F" if number >= 15 and (is_main or number % 3) else "P"
        branch = "main" if is_main else f"pr-{number // 3}"
        await past.folded(row(letter), at=NOW - (140 - number) * HOUR, commit=f"c{number}", branch=branch)
    await write(db, "update projects set default_branch = 'main' where tenant_id = %s", tenant_id)

    await look_again(db, tenant_id)

    found = (await assessments(db, tenant_id))["pays"]
    breakage = cast("dict[str, dict[str, object]]", found["breakage"])
    assert found["verdict"] == "regressed"
    assert (breakage["lastGood"]["commit"], breakage["firstBad"]["commit"]) == ("c10", "c20")


async def test_only_a_project_that_wants_it_has_flaky_tests_quarantined(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await history(past, "RP" * 6)
    await fold_due(db, tenant_id)
    assert await rules(db, tenant_id) == []

    await write(db, WANTS_IT, tenant_id)
    await past.run(row("R"), commit="d")
    await fold_due(db, tenant_id)

    (rule,) = await rules(db, tenant_id)
    assert (rule["kind"], rule["source"], rule["reason"]) == ("test", "automatic", "Flaky in 7 of 13 runs")


async def test_what_was_let_out_of_quarantine_is_judged_by_what_came_after(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await history(past, "RP" * 6, ends=NOW - DAY)
    await fold_due(db, tenant_id)
    await write(db, WANTS_IT, tenant_id)
    await look_again(db, tenant_id)
    await write(db, "update quarantine_rules set released_at = %s where tenant_id = %s", NOW - DAY / 2, tenant_id)

    await past.run(row("P"), at=NOW - DAY / 4, commit="x")
    await fold_due(db, tenant_id)
    assert len(await rules(db, tenant_id)) == 1

    await history(past, "RRRRR")
    await fold_due(db, tenant_id)
    assert len(await rules(db, tenant_id)) == 2


async def test_green_runs_release_a_test_and_a_failure_between_holds_it_back(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await history(past, "PFPFPFPFPP", ends=NOW - 70 * DAY)
    await fold_due(db, tenant_id)
    await add_rule(
        db, tenant_id, "shop", NewRule(kind="title", value="*pays", owner="ann", reason="it is flaky"), "ann"
    )
    await wait_over(db, tenant_id)

    await history(past, "PPPRPP")
    await fold_due(db, tenant_id)
    (held,) = await rules(db, tenant_id)
    await history(past, "P" * 40, ends=NOW)
    await fold_due(db, tenant_id)
    (released,) = await rules(db, tenant_id)

    assert (held["green_runs"], held["released_at"]) == (2, None)
    assert released["released_by"] == "Shifty"
    assert "runs in a row without a failure" in str(released["release_reason"])


async def test_a_run_that_is_taken_in_twice_is_one_green_run(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await history(past, "PFPP", ends=NOW - 70 * DAY)
    await fold_due(db, tenant_id)
    await add_rule(db, tenant_id, "shop", NewRule(kind="title", value="*pays", owner="ann", reason="flaky"), "ann")
    await wait_over(db, tenant_id)
    await history(past, "PP")
    await fold_due(db, tenant_id)

    await write(db, "update runs set folded_at = null where tenant_id = %s", tenant_id)
    await fold_due(db, tenant_id)

    assert (await rules(db, tenant_id))[0]["green_runs"] == 2


async def test_a_rule_about_an_error_counts_the_runs_without_it(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.run(failed(message="Error: the cart is gone"), at=NOW - 70 * DAY)
    await fold_due(db, tenant_id)
    async with db.connection() as connection:
        cursor = await connection.execute("select digest from error_groups where tenant_id = %s", (tenant_id,))
        found = await cursor.fetchone()
    assert found
    await add_rule(db, tenant_id, "shop", NewRule(kind="error", value=found[0], owner="ann", reason="known"), "ann")
    await wait_over(db, tenant_id)

    await past.run(row("P"), at=NOW - 3 * DAY, commit="a")
    await past.run(failed(message="Error: the cart is gone"), at=NOW - 2 * DAY, commit="b")
    await past.run(failed(message="Error: quite another"), at=NOW - DAY, commit="c")
    await fold_due(db, tenant_id)

    assert (await rules(db, tenant_id))[0]["green_runs"] == 1
