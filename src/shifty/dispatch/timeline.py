"""Show who did what when in a run, and what decided when it ended."""

from collections import OrderedDict
from datetime import timedelta
from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.dispatch.timeline_chain import chain_of, sentences_of, steps_of, totals_of
from shifty.dispatch.timeline_lanes import lanes_of
from shifty.dispatch.timeline_model import Timeline
from shifty.dispatch.timeline_store import Facts, TimelineStore
from shifty.runs.errors import RunNotFound
from shifty.runs.model import Run
from shifty.runs.store import RunStore

MOST_KEPT: Final = 8
"""Timelines of ended runs, which change no more: one of 10,000 tests costs a tenth of a second and 1 MB."""
_ended: Final[OrderedDict[tuple[UUID, UUID, int], Timeline]] = OrderedDict()


async def timeline_of(db: Database, tenant_id: UUID, run_id: UUID, only: str | None = None) -> Timeline:
    """The timeline of a run, all of one moment; of one that goes on, up to now.

    Raises:
        RunNotFound: this tenant has no such run, or not in the project ``only``.
    """
    async with db.snapshot() as tx:
        run = await RunStore(tx, tenant_id, only).get(run_id)
        if run is None:
            raise RunNotFound(run_id)
        wall_ms = (run.duration or timedelta()) // timedelta(milliseconds=1)
        key = (tenant_id, run_id, run.version)
        if kept := _ended.get(key):
            return kept
        store = TimelineStore(tx, tenant_id, run_id, run.started_at or run.created_at)
        facts = await store.facts(wall_ms, run.ledger.total)
    found = timeline_from(run, facts, wall_ms)
    # A cancelled run goes on until the tests that were running have ended.
    if run.is_over and not any(lease.state == "active" for lease in facts.leases):
        _ended[key] = found
        while len(_ended) > MOST_KEPT:
            _ended.popitem(last=False)
    return found


def timeline_from(run: Run, facts: Facts, wall_ms: int) -> Timeline:
    """Pure. ``wall_ms`` is how long the run took, or has gone on."""
    # A cancelled run ends before those tests that were running then.
    end_ms = max([wall_ms, *(lease.end_ms for lease in facts.leases)])
    lanes = lanes_of(facts, end_ms)
    totals = totals_of(lanes, facts.shards, end_ms)
    chain = chain_of(lanes)
    return Timeline(
        run_id=run.id,
        began_at=run.started_at or run.created_at,
        is_over=run.is_over,
        origin=run.origin,
        strategy=run.shard_strategy,
        totals=totals,
        lanes=lanes,
        shards=facts.shards,
        sentences=sentences_of(lanes, chain, totals, is_over=run.is_over),
        chain=steps_of(chain),
        waiting=facts.waiting,
    )
