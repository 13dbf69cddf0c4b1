"""Conclude from history what is to be said of tests, and do what follows from it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.flakiness.assess import assess, lacks_a_pass
from shifty.flakiness.causes.of_tests import causes_of_tests
from shifty.flakiness.model import Assessment, Evidence
from shifty.flakiness.quarantine_flaky import quarantine_flaky
from shifty.flakiness.store import AssessmentStore
from shifty.history.model import Execution

AT_ONCE: Final = 2_000
"""Tests whose windows are in memory together."""
_WITHOUT_CAUSE: Final = frozenset({"stable", "infrastructure"})


async def conclude(tx: Transaction, tenant_id: UUID, project_id: int, refs: Sequence[int]) -> None:
    """Assess these tests as of now, keep what is found, and quarantine what is to be.

    The run's end and the nightly look both come here, so they come to the same numbers. The caller's transaction holds
    the lock of the project.
    """
    store = AssessmentStore(tx, tenant_id)
    wishes = await store.wishes(project_id)
    if wishes is None:
        return
    for some in portions(refs):
        found, windows = await assess_tests(store, some, wishes.default_branch)
        # Without a failed attempt in its window there is nothing to say of a test.
        assessed = {ref: each for ref, each in found.items() if each.failing_share > 0}
        await store.drop(found.keys() - assessed.keys())
        await store.put(project_id, assessed, await _causes(tx, tenant_id, assessed, windows))
        if wishes.auto_quarantine:
            await quarantine_flaky(tx, tenant_id, project_id, wishes, assessed, windows)


async def assess_tests(
    store: AssessmentStore, refs: Sequence[int], default_branch: str | None, until: datetime | None = None
) -> tuple[dict[int, Assessment], Mapping[int, Sequence[Execution]]]:
    """What is to be said of tests as of a moment, and the last executions that say it."""
    windows = await store.windows(refs, until)
    found = {ref: assess(windows.get(ref, ()), default_branch) for ref in refs}
    lacking = [ref for ref, each in found.items() if lacks_a_pass(windows.get(ref, ()), default_branch, each)]
    if lacking:
        for ref, earlier in (await store.earlier(lacking, default_branch, until)).items():
            found[ref] = assess(windows.get(ref, ()), default_branch, earlier)
    return found, windows


def portions(refs: Sequence[int]) -> Iterator[Sequence[int]]:
    return (refs[start : start + AT_ONCE] for start in range(0, len(refs), AT_ONCE))


async def _causes(
    tx: Transaction,
    tenant_id: UUID,
    assessed: Mapping[int, Assessment],
    windows: Mapping[int, Sequence[Execution]],
) -> Mapping[int, Sequence[Evidence]]:
    refs = [ref for ref, each in assessed.items() if each.verdict not in _WITHOUT_CAUSE]
    return await causes_of_tests(tx, tenant_id, refs, executions=windows) if refs else {}
