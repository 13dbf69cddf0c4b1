"""Quarantine that begins by itself, where there was some before."""

from typing import Literal
from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.flakiness.fold_runs import fold_due
from shifty.flakiness.nightly import look_again
from shifty.quarantine.add import add_rule
from shifty.quarantine.model import NewRule
from shifty.quarantine.release import release
from tests.flakiness.seen import history, row, rules, write
from tests.flakiness.test_conclude import WANTS_IT
from tests.history.past import DAY, NOW, Past

BY: list[tuple[Literal["title", "file", "tag"], str]] = [("title", "*pays"), ("file", "*")]


async def flaky(db: Database, tenant_id: UUID) -> Past:
    """Past runs of a project in which one test is surely flaky."""
    past = Past(db, tenant_id)
    await history(past, "RP" * 6, ends=NOW - DAY)
    await fold_due(db, tenant_id)
    return past


async def quarantine(db: Database, tenant_id: UUID, kind: Literal["title", "file", "tag"], value: str) -> UUID:
    rule = NewRule(kind=kind, value=value, owner="ann", reason="it is flaky")
    return (await add_rule(db, tenant_id, "shop", rule, "ann")).rule.id


async def test_a_rule_whose_time_is_over_counts_before_it_is_marked(db: Database, tenant_id: UUID) -> None:
    past = await flaky(db, tenant_id)
    await write(db, WANTS_IT, tenant_id)
    await look_again(db, tenant_id)
    await write(
        db,
        "update quarantine_rules set created_at = now() - interval '2 days', expires_at = now() - interval '5 seconds'"
        " where tenant_id = %s",
        tenant_id,
    )

    await past.run(row("P"), at=NOW, commit="x")
    await fold_due(db, tenant_id)

    assert len(await rules(db, tenant_id)) == 1


@pytest.mark.parametrize(("kind", "value"), BY)
async def test_a_rule_that_names_the_test_otherwise_keeps_it(
    db: Database, tenant_id: UUID, kind: Literal["title", "file", "tag"], value: str
) -> None:
    await flaky(db, tenant_id)
    await quarantine(db, tenant_id, kind, value)
    await write(db, WANTS_IT, tenant_id)

    await look_again(db, tenant_id)

    assert [rule["kind"] for rule in await rules(db, tenant_id)] == [kind]


@pytest.mark.parametrize(("kind", "value"), BY)
async def test_what_was_released_from_a_rule_of_any_kind_is_judged_by_what_came_after(
    db: Database, tenant_id: UUID, kind: Literal["title", "file", "tag"], value: str
) -> None:
    await flaky(db, tenant_id)
    rule_id = await quarantine(db, tenant_id, kind, value)
    await release(db, tenant_id, rule_id, "ann", "mended")
    await write(db, WANTS_IT, tenant_id)

    await look_again(db, tenant_id)

    assert [rule["kind"] for rule in await rules(db, tenant_id)] == [kind]


async def test_a_rule_about_other_tests_is_no_reason_to_wait(db: Database, tenant_id: UUID) -> None:
    await flaky(db, tenant_id)
    await quarantine(db, tenant_id, "title", "ships")
    await write(db, WANTS_IT, tenant_id)

    await look_again(db, tenant_id)

    assert [rule["kind"] for rule in await rules(db, tenant_id)] == ["title", "test"]
