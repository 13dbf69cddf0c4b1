"""One test that two machines, or two projects without names, have run: it failed where any of them failed."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.results.ingest import Report, ingest
from shifty.results.store import RunKey
from shifty.wire import RunStart, RunStartMessage, TestBatch, TestBatchMessage, TestResult
from tests.support.runs import ledger

PASSED = TestResult(test_file="a.spec.ts", test_name="pays", status="passed")
FAILED = TestResult(test_file="a.spec.ts", test_name="pays", status="failed", error_message="no")


OTHER = TestResult(test_file="a.spec.ts", test_name="pays", status="failed", error_message="no money")


@pytest.mark.parametrize(
    "batches", [[[FAILED], [OTHER], [FAILED]], [[FAILED, OTHER, FAILED]], [[OTHER], [FAILED, OTHER]]]
)
async def test_what_each_of_two_failures_has_said_is_kept_once(
    db: Database, tenant_id: UUID, batches: Sequence[list[TestResult]]
) -> None:
    key = RunKey(uuid4(), tenant_id)
    await ingest(db, [Report(key, [RunStartMessage(payload=RunStart())])])

    for results in batches:
        await ingest(db, [Report(key, [TestBatchMessage(payload=TestBatch(results=results))])])

    async with db.connection() as connection:
        cursor = await connection.execute(
            "select jsonb_path_query_array(attempts, '$[*].errors[*].message') from tests where run_id = %s",
            (key.run_id,),
        )
        (said,) = await cursor.fetchone() or ([],)
    assert sorted(said) == ["no", "no money"]
    assert (await ledger(db, key)).failed == 1


@pytest.mark.parametrize("batches", [[[PASSED], [FAILED], [PASSED]], [[FAILED], [PASSED]], [[PASSED, FAILED]]])
async def test_a_pass_does_not_hide_the_failure_of_another_machine(
    db: Database, tenant_id: UUID, batches: Sequence[list[TestResult]]
) -> None:
    key = RunKey(uuid4(), tenant_id)
    await ingest(db, [Report(key, [RunStartMessage(payload=RunStart())])])

    for results in batches:
        await ingest(db, [Report(key, [TestBatchMessage(payload=TestBatch(results=results))])])

    counts = await ledger(db, key)
    assert (counts.passed, counts.failed, counts.total) == (0, 1, 1)
