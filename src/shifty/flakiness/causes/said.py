"""Causes that a test's own errors name: it ran into a time-out, the network, an element that was not still."""

from collections.abc import Sequence
from typing import Final

from shifty.flakiness.causes.compare import failed, runs_of
from shifty.flakiness.model import Evidence
from shifty.history.model import Execution

LEAST: Final = 2
LEAST_SHARE: Final = 0.3
"""Of the failures: what one of ten says is one of several causes, and not the one to look at first."""
NEAR: Final = 0.8
"""Of the limit: who needs so much of it when all is well fails when it is not."""
_FEW_PASSES: Final = 5
_LIMIT_EXCEEDED: Final = 1.05
"""Passing attempts longer than that show that the limit is another one now."""

_ADVICE: Final = {
    "network": "Do not depend on what is not yours: answer outside requests with page.route() or a local stub, and "
    "wait for the responses that matter instead of for the network to be idle.",
    "animation": "The element moves, is covered or is replaced while it is used: wait for what shows that the page "
    "is ready (a request, an attribute, an enabled button), switch animations off in tests (reducedMotion), and do not "
    "use force.",
}
_SAID: Final = {"network": "the network", "animation": "an element that moved, was covered or was replaced"}


def said(executions: Sequence[Execution]) -> list[Evidence]:
    faults = [execution for execution in executions if failed(execution)]
    found = [_named(cause, faults) for cause in _SAID]
    return [evidence for evidence in (_timeout(executions, faults), *found) if evidence]


def _named(cause: str, faults: Sequence[Execution]) -> Evidence | None:
    showing = [fault for fault in faults if cause in fault.causes]
    if not _is_enough(showing, faults):
        return None
    return Evidence(
        cause,
        f"{len(showing)} of its {len(faults)} failures name {_SAID[cause]}.",
        _ADVICE[cause],
        len(showing) / len(faults),
        runs_of(showing),
    )


def _timeout(executions: Sequence[Execution], faults: Sequence[Execution]) -> Evidence | None:
    showing = [fault for fault in faults if fault.limit_ms is not None or "timeout" in fault.causes]
    # What moved or was not answered is waited for, too: then that is the cause, and the time-out how it shows.
    plain = [fault for fault in showing if not {"network", "animation"} & set(fault.causes)]
    if not _is_enough(plain, faults):
        return None
    limit = _median([fault.limit_ms for fault in plain if fault.limit_ms])
    met = (
        f"It ran into a time-out{f' of {_time(limit)}' if limit else ''} in {len(plain)} of its {len(faults)} failures"
    )
    share = len(plain) / len(faults)
    of_test = _limit_of_test(plain)
    usual = _p95([each.duration_ms for each in executions if each.outcome == "passed" and each.attempts == 1])
    if of_test is None or usual is None or usual > of_test * _LIMIT_EXCEEDED:
        return Evidence("timeout", f"{met}.", _NOT_IN_TIME, share, runs_of(plain))
    needs = f"{met}; when it passes it needs {_time(usual)} (p95), {usual / of_test:.0%} of that".replace("%", " %")
    near = usual >= NEAR * of_test
    return Evidence("timeout", f"{needs}.", _TOO_TIGHT if near else _NEVER_COMES, share, runs_of(plain))


def _limit_of_test(faults: Sequence[Execution]) -> int | None:
    """Milliseconds; None where most ran into the limit of a step, to which the time of the whole test says nothing."""
    limits = [fault.limit_ms for fault in faults if fault.limit_ms and "test-timeout" in fault.causes]
    return _median(limits) if 2 * len(limits) > len(faults) else None


def _median(limits: Sequence[int]) -> int | None:
    return sorted(limits)[len(limits) // 2] if limits else None


_NOT_IN_TIME: Final = (
    "What it waits for does not always come in time. The trace of a failed run shows what was pending: wait for that, "
    "or fix what does not answer."
)
_TOO_TIGHT: Final = (
    "The limit is too near to what the test needs: make it faster or split it, or give it a longer time-out "
    "(test.slow())."
)
_NEVER_COMES: Final = (
    "What it waits for does not always come; a longer time-out will not help. The trace of a failed run shows what was "
    "pending: wait for that, or fix what does not answer."
)


def _is_enough(showing: Sequence[Execution], faults: Sequence[Execution]) -> bool:
    return len(showing) >= LEAST and len(showing) >= LEAST_SHARE * len(faults)


def _p95(durations: Sequence[int]) -> int | None:
    """Milliseconds; None: too few."""
    if len(durations) < _FEW_PASSES:
        return None
    return sorted(durations)[max(0, -(-len(durations) * 95 // 100) - 1)]


def _time(ms: int) -> str:
    return f"{ms} ms" if ms < 1000 else f"{ms / 1000:.1f} s".replace(".0 s", " s")
