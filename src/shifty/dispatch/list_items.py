"""Note the tests of files that were leased whole, once Playwright has listed them."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.dispatch.store import DispatchStore


class ListedItemTest(NamedTuple):
    test_id: str
    file: str
    project_name: str


async def list_leased_items(
    tx: Transaction, tenant_id: UUID, run_id: UUID, token: UUID, tests: Sequence[ListedItemTest]
) -> None:
    """Give each whole-file item of the lease its tests; what had been expected of it leaves the total.

    The tests themselves are added to the ledger, and to the total, by whoever calls. A file of which nothing was
    listed keeps its expectation until its lease is settled. The caller's transaction holds the lock of the run.
    """
    store = DispatchStore(tx, tenant_id, run_id)
    expected = 0
    for item_id, file, project_name in await store.unlisted(token):
        ids = [test.test_id for test in tests if test.file == file and project_name in (None, test.project_name)]
        if ids:
            expected += await store.list_item(item_id, ids)
    if expected:
        await store.drop_expected(expected)
