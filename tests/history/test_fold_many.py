"""A run in which everything failed is taken in without holding up the server."""

import threading
from collections.abc import Sequence
from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.failures.classify import find, find_in
from shifty.failures.model import Finding
from shifty.history import facts, fold
from shifty.history.facts import Facts
from tests.history.past import Past, Row, attempt, facts_of, failed, passed


async def test_failed_tests_are_read_in_portions_and_none_is_left_out(
    db: Database, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "PORTION", 2)
    rows = [failed(f"t{n}", f"Error: broke {'abcde'[n]}") for n in range(5)]
    run = await Past(db, tenant_id).run(*rows, passed("passes"))

    async with db.connection() as connection:
        first = await Facts(connection, tenant_id).unsettled(run)
        second = await Facts(connection, tenant_id).unsettled(run, first[-1].test_id)
        last = await Facts(connection, tenant_id).unsettled(run, second[-1].test_id)
    told = [test.test_id for test in [*first, *second, *last]]

    assert [len(each) for each in (first, second, last)] == [2, 2, 1]
    assert told == sorted(row.test_id for row in rows)


async def test_a_fold_of_more_than_a_portion_notes_every_failure(
    db: Database, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "PORTION", 2)
    run = await Past(db, tenant_id).folded(*[failed(f"t{n}", f"Error: broke {'abcde'[n]}") for n in range(5)])

    noted = await facts_of(db, run)

    assert [fact["failed_attempts"] for fact in noted.values()] == [1] * 5
    assert len({fact["error_digest"] for fact in noted.values()}) == 5
    assert len(await _occurrences(db, run)) == 5


async def test_messages_are_read_beside_the_event_loop(
    db: Database, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[int] = set()

    def seen(messages: Sequence[str]) -> Finding | None:
        threads.add(threading.get_ident())
        return find_in(messages)

    monkeypatch.setattr(fold, "find_in", seen)
    await Past(db, tenant_id).folded(failed())

    assert threads
    assert threading.get_ident() not in threads


async def test_of_a_long_message_no_more_is_fetched_than_is_read(db: Database, tenant_id: UUID) -> None:
    log = "\n".join(f"  - {n} waiting for getByText('Saved')" for n in range(5_000))
    long = f"Error: expect(locator).toBeVisible() failed\n\n{log}\nTimeout 5000ms exceeded: net::ERR_CONNECTION_REFUSED"
    row = Row(outcome="failed", error_message=long, attempts=[attempt("failed", 0, long)])
    run = await Past(db, tenant_id).run(row)

    async with db.connection() as connection:
        (test,) = await Facts(connection, tenant_id).unsettled(run)

    (fetched,) = [error.message for error in test.attempts[0].errors]
    assert len(fetched) == len(test.error_message or "") == 16_000
    assert find(fetched) == find(long) == find(test.error_message or "")


async def _occurrences(db: Database, run_id: UUID) -> list[tuple[object, ...]]:
    async with db.connection() as connection:
        cursor = await connection.execute("select test_ref from error_occurrences where run_id = %s", (run_id,))
        return await cursor.fetchall()
