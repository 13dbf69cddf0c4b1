"""Causes that lie in what ran before a test in the same worker process: one particular test, or any."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from shifty.flakiness.causes.compare import LEAST_OTHERS, Difference, Tally, difference, failed, runs_of
from shifty.flakiness.model import Evidence
from shifty.history.model import Execution

_ORDER: Final = (
    "The test before leaves something behind (data, a login, a setting of the server), or uses the same: let each test "
    "make what it needs under a name of its own, and clean up in a fixture, which is done after a failure, too."
)
_SHARED: Final = (
    "Something lives on in the worker process from test to test: a variable of a module, a worker fixture, a user or "
    "data by worker. Make it anew for each test, or reset it in beforeEach."
)


def order(executions: Sequence[Execution]) -> Evidence | None:
    """It fails right after one particular test, named by its number; the summary has a slot for it."""
    after: defaultdict[int | None, list[Execution]] = defaultdict(list)
    placed = [each for each in executions if each.position is not None]
    for each in placed:
        after[each.ran_after].append(each)
    suspects = [ref for ref, those in after.items() if ref is not None and sum(map(failed, those))]
    found = list[tuple[float, int, Difference]]()
    for ref in suspects:
        compared = difference(after[ref], (each for each in placed if each.ran_after != ref))
        if compared.is_no_accident(len(suspects)):
            found.append((compared.strength, ref, compared))
    if not found:
        return None
    strength, ref, compared = max(found)
    summary = f"It failed {compared.under} times right after {{0}}, and {compared.otherwise} times otherwise."
    return Evidence("order", summary, _ORDER, strength, runs_of(after[ref]), [str(ref)])


def shared_worker(executions: Sequence[Execution]) -> Evidence | None:
    """It fails only where other tests ran before it in its process.

    Its retries count as first in theirs, since a failure ends the process; but first attempts have to show it by
    themselves, too, if not as surely: a retry passes for many reasons.
    """
    later = [each for each in executions if each.position]
    compared = difference(later, (each for each in executions if each.position == 0))
    fresh, again = compared.otherwise, _retries(later)
    with_retries = Difference(compared.under, Tally(fresh.failed + again.failed, fresh.all + again.all))
    spared = fresh.failed == 0 and fresh.all >= LEAST_OTHERS and with_retries.is_no_accident(1)
    if not spared and not compared.is_no_accident(1):
        return None
    summary = f"It failed {compared.under} times after other tests in its worker, and {fresh} times as the first there."
    return Evidence("shared-worker", summary, _SHARED, compared.strength, runs_of(later))


def _retries(executions: Sequence[Execution]) -> Tally:
    retried = [each for each in executions if failed(each)]
    return Tally(sum(each.failed_attempts - 1 for each in retried), sum(each.attempts - 1 for each in retried))
