"""Find the likely causes of many tests' failures, from what history has of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.flakiness.causes.compare import LEAST_FAILURES, failed
from shifty.flakiness.causes.find import causes_of
from shifty.flakiness.model import Evidence
from shifty.history.facts import Facts
from shifty.history.model import Execution

QUERIES = load_queries("shifty.flakiness.causes")

_AT_ONCE: Final = 500
"""Tests, each with up to a hundred executions."""
_MOST_BROWSERS: Final = 4
"""Beside the test's own."""


async def causes_of_tests(
    tx: Transaction,
    tenant_id: UUID,
    refs: Sequence[int],
    until: datetime | None = None,
    *,
    executions: Mapping[int, Sequence[Execution]] | None = None,
) -> dict[int, list[Evidence]]:
    """Of each test that has any, as of ``until`` (None: now). Reads only.

    ``executions``: of these tests, for a caller that has them already; None: they are read.
    """
    found: dict[int, list[Evidence]] = {}
    for start in range(0, len(refs), _AT_ONCE):
        some = refs[start : start + _AT_ONCE]
        own = {ref: executions[ref] for ref in some if ref in executions} if executions is not None else None
        found |= await _some(tx, tenant_id, some, until, own)
    return found


async def _some(
    tx: Transaction,
    tenant_id: UUID,
    refs: Sequence[int],
    until: datetime | None,
    own: Mapping[int, Sequence[Execution]] | None,
) -> dict[int, list[Evidence]]:
    facts = Facts(tx, tenant_id)
    executions = await facts.executions(refs, until) if own is None else own
    comparable = [ref for ref, those in executions.items() if sum(map(failed, those)) >= LEAST_FAILURES]
    siblings = await _siblings(tx, tenant_id, comparable)
    others = {other for browsers in siblings.values() for other in browsers.values()} - set(executions)
    known = {**executions, **(await facts.executions(sorted(others), until) if others else {})}
    found = {ref: causes_of(those, _of(siblings.get(ref, {}), known)) for ref, those in executions.items()}
    return {ref: causes for ref, causes in found.items() if causes}


async def _siblings(tx: Transaction, tenant_id: UUID, refs: Sequence[int]) -> dict[int, dict[str, int]]:
    """By test and browser project."""
    if not refs:
        return {}
    cursor = await tx.execute(QUERIES["siblings"], {"tenant_id": tenant_id, "refs": list(refs)})
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for ref, sibling, browser in await cursor.fetchall():
        if len(found[ref]) < _MOST_BROWSERS:
            found[ref].setdefault(browser, sibling)
    return found


def _of(browsers: Mapping[str, int], known: Mapping[int, Sequence[Execution]]) -> dict[str, Sequence[Execution]]:
    return {browser: known[ref] for browser, ref in browsers.items() if ref in known}
