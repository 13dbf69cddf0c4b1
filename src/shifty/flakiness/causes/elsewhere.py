"""Causes that lie in where a test runs: one browser, one machine."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from shifty.flakiness.causes.compare import Difference, Tally, difference, failed, ran, runs_of, tally
from shifty.flakiness.model import Evidence
from shifty.history.model import Execution

_LEAST_ON_HOST: Final = 5
_SLOWER: Final = 1.25
_BROWSER: Final = (
    "Look at what this browser does differently: open the trace of a failed run beside one of another browser. Until "
    "it is fixed, quarantine it in this browser only."
)
_HOST: Final = (
    "Compare that machine with the others: cores, memory, what else runs there. Give it fewer workers, and wait for "
    "what shows that the page is ready instead of for a time."
)


def one_browser(executions: Sequence[Execution], siblings: Mapping[str, Sequence[Execution]]) -> Evidence | None:
    """It fails here while the same test of the same runs passes in every other browser."""
    known = {browser: {each.run_id: each for each in those if ran(each)} for browser, those in siblings.items()}
    shared = [each for each in executions if any(each.run_id in those for those in known.values())]
    runs = {each.run_id for each in shared}
    others = {
        browser: tally(each for run_id, each in those.items() if run_id in runs) for browser, those in known.items()
    }
    others = {browser: count for browser, count in others.items() if count.all}
    here = tally(shared)
    together = Tally(sum(count.failed for count in others.values()), sum(count.all for count in others.values()))
    compared = Difference(here, together)
    each_is_spared = all(Difference(here, count).is_no_accident(len(others)) for count in others.values())
    if not others or not each_is_spared or not compared.is_no_accident(1):
        return None
    beside = ", ".join(f"{count} in {browser or 'the other browser'}" for browser, count in sorted(others.items()))
    summary = f"In the same runs it failed {here} times in this browser, and {beside}."
    return Evidence("browser", summary, _BROWSER, compared.strength, runs_of(shared))


def one_host(executions: Sequence[Execution]) -> Evidence | None:
    """It fails on one machine far more than on all others. Machines that live for one job show nothing."""
    on: defaultdict[str, list[Execution]] = defaultdict(list)
    for each in executions:
        if each.worker:
            on[each.worker].append(each)
    suspects = [host for host, those in on.items() if len(those) >= _LEAST_ON_HOST and any(map(failed, those))]
    found = list[tuple[float, str, Difference]]()
    for host in suspects:
        compared = difference(on[host], (each for other, those in on.items() if other != host for each in those))
        if compared.is_no_accident(len(suspects)):
            found.append((compared.strength, host, compared))
    if not found:
        return None
    strength, host, compared = max(found)
    elsewhere = [each for other, those in on.items() if other != host for each in those]
    summary = f"It failed {compared.under} times on {host}, and {compared.otherwise} times on other machines."
    slower = _slower(on[host], elsewhere)
    return Evidence("host", f"{summary}{slower}", _HOST, strength, runs_of(on[host]))


def _slower(here: Sequence[Execution], elsewhere: Sequence[Execution]) -> str:
    took, usual = _typical_ms(here), _typical_ms(elsewhere)
    if not took or not usual or took < usual * _SLOWER:
        return ""
    return f" When it passes there it takes {took / usual:.1f} times as long."


def _typical_ms(executions: Sequence[Execution]) -> float | None:
    passed = [each.duration_ms for each in executions if each.outcome == "passed" and each.attempts == 1]
    return median(passed) if passed else None
