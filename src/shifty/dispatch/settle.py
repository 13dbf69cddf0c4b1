"""End a lease: what has reported is done, the rest goes back to the head of the queue or is given up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.dispatch.errors import LeaseLost
from shifty.dispatch.model import HeldItem
from shifty.dispatch.store import BlamedTest, DispatchStore
from shifty.runs.errors import RunNotFound

MOST_LOSSES = 2
"""A test that loses its worker this often is reported failed, not queued for ever."""

Ending = Literal["finished", "returned", "crashed", "lost"]


@dataclass
class Settled:
    """What the ledger must be told after a lease has ended."""

    crashed: list[BlamedTest] = field(default_factory=list[BlamedTest])
    """Tests that lost their worker too often."""
    unreported: list[str] = field(default_factory=list[str])
    """Ids of tests that their workers twice finished without a word about them."""
    silent_files: list[str] = field(default_factory=list[str])
    """Files in which Playwright found no test."""
    crashing_files: list[str] = field(default_factory=list[str])
    """Files that lost their worker too often before their tests were known."""


async def settle(
    tx: Transaction, tenant_id: UUID, run_id: UUID, token: UUID, ending: Ending, crashed: Sequence[str] = ()
) -> Settled:
    """End the lease and decide about each of its items. The caller's transaction holds the lock of the run.

    ``crashed`` names the tests that ran when Playwright's process died. Without it, the tests that had started and not
    ended are to blame for a lost worker; where none is known, the first that has not reported: tests of a batch run
    in order.

    Raises:
        RunNotFound: this tenant has no such run.
        LeaseLost: it has ended before.
    """
    store = DispatchStore(tx, tenant_id, run_id)
    held = await store.held_items(token)
    if not await store.end(token, _STATES[ending]):
        if await store.state() is None:
            raise RunNotFound(run_id)
        raise LeaseLost(token)
    settled = Settled()
    if ending in ("crashed", "lost"):
        await _blame(store, held, crashed, settled)
    else:
        await store.stop_running([test_id for item in held for test_id in item.missing])
    given_up = {test.test_id for test in settled.crashed}
    for item in held:
        await _settle_item(store, item, ending, given_up, settled)
    await store.settle_shards()
    return settled


_STATES: dict[Ending, str] = {"finished": "finished", "returned": "returned", "crashed": "lost", "lost": "lost"}


async def _blame(store: DispatchStore, held: list[HeldItem], crashed: Sequence[str], settled: Settled) -> None:
    missing = [test_id for item in held for test_id in item.missing]
    running = [test_id for item in held for test_id in item.running]
    blamed = [test_id for test_id in crashed if test_id in set(missing)] or running or missing[:1]
    for test in await store.blame(blamed, missing):
        if test.losses >= MOST_LOSSES:
            settled.crashed.append(test)


async def _settle_item(
    store: DispatchStore, item: HeldItem, ending: Ending, given_up: set[str], settled: Settled
) -> None:
    if not item.listed:
        await _settle_whole_file(store, item, ending, settled)
        return
    missing = [test_id for test_id in item.missing if test_id not in given_up]
    if not missing:
        await store.finish([item.id])
    elif ending == "finished" and item.losses + 1 >= MOST_LOSSES:
        settled.unreported += missing
        await store.finish([item.id])
    else:
        predicted_ms = round(item.predicted_ms * len(missing) / max(1, item.tests))
        await store.requeue(item, missing, predicted_ms, blame=int(ending == "finished"))


async def _settle_whole_file(store: DispatchStore, item: HeldItem, ending: Ending, settled: Settled) -> None:
    if ending == "finished":
        if not item.reported:
            settled.silent_files.append(item.file)
    elif ending != "returned" and item.losses + 1 >= MOST_LOSSES:
        settled.crashing_files.append(item.file)
    else:
        await store.requeue(item, None, item.predicted_ms, blame=int(ending != "returned"))
        return
    await store.drop_expected(item.expected_tests)
    await store.finish([item.id])
