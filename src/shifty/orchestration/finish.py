"""End a batch: its lease, the ledger of what it gave up, and the run when it was the last."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from shifty.database.pool import Database, Transaction
from shifty.dispatch.settle import Ending, Settled, settle
from shifty.dispatch.store import BlamedTest, DispatchStore
from shifty.orchestration.close import close_if_done
from shifty.results.ingest import error_digest
from shifty.results.store import Conclusion, ResultStore, RunKey
from shifty.wire import TestError


async def finish_lease(
    db: Database, key: RunKey, token: UUID, ending: Ending, not_run: Sequence[tuple[str, str]], crashed: Sequence[str]
) -> None:
    """End a lease as its worker asks. All results of the batch have been stored before.

    ``not_run`` are tests that Playwright itself gave up, with the reason; ``crashed`` those that ran when its process
    died.

    Raises:
        LeaseLost: it had ended before; nothing changes.
    """
    async with db.transaction() as tx:
        dispatch = DispatchStore(tx, key.tenant_id, key.run_id)
        await dispatch.lock()
        own = {test_id for item in await dispatch.held_items(token) for test_id in item.missing}
        given_up = [Conclusion(test_id, "notRun", reason) for test_id, reason in not_run if test_id in own]
        await ResultStore(tx).conclude(key, given_up)
        settled = await settle(tx, key.tenant_id, key.run_id, token, ending, crashed)
        await record_settled(tx, key, settled)
        await close_if_done(tx, key)


async def record_settled(tx: Transaction, key: RunKey, settled: Settled) -> None:
    """Tell the ledger what the end of a lease has decided."""
    results = ResultStore(tx)
    await results.conclude(key, [_crashed(test) for test in settled.crashed])
    unreported = "its worker finished twice without reporting it"
    await results.conclude(key, [Conclusion(test_id, "notRun", unreported) for test_id in settled.unreported])
    for file in settled.silent_files:
        await _file_error(results, key, file, f"Playwright found no test in {file}.")
    for file in settled.crashing_files:
        await _file_error(results, key, file, f"{file} crashed its worker twice before its tests were known.")


def _crashed(test: BlamedTest) -> Conclusion:
    message = (
        f"The test crashed its worker: {test.losses} workers were lost while they ran it, so it is not tried again."
    )
    return Conclusion(test.test_id, "failed", "crashed its worker", message)


async def _file_error(results: ResultStore, key: RunKey, file: str, message: str) -> None:
    await results.add_error(key, error_digest(file, message), file, msgspec.json.encode(TestError(message=message)))
