"""When a quarantined test has proved that it is mended. Pure.

A sequential probability ratio test (A. Wald, Sequential Tests of Statistical Hypotheses, Annals of Mathematical
Statistics 16, 1945): with each run the likelihood of "mended, it fails in one of 200 runs" over "it fails as often as
before" is multiplied by what that run says, until it is high enough. Where the opposite is proved, it goes on from
there rather than from further below: a test may be mended at any time, and what was long before is no evidence
against that.
"""

import math
from typing import Final

FAILS_MENDED: Final = 0.005
"""In so many of its runs a test may fail that counts as mended."""
LEAST_SHARE: Final = 0.05
"""A test that failed more rarely than this would need hundreds of green runs."""
MOST_SHARE: Final = 0.75
"""However often it failed, it takes three green runs."""
UNKNOWN_SHARE: Final = 0.2
"""Where nothing is known of a test."""
MISTAKEN: Final = 0.05
"""Chance to release one that is as it was, and to keep one that is mended."""
_NORMAL_95: Final = 1.645
RELEASE_AT: Final = math.log((1 - MISTAKEN) / MISTAKEN)
"""Evidence from which a test is taken for mended."""


def share_before(failing_share: float, runs: int) -> float:
    """In how many of its runs (0–1) a test fails at least: of those that were seen, ``failing_share`` failed.

    The lower bound of the score interval (E. B. Wilson, 1927), one-sided at 95 %: what failed once in its only run need
    not fail always, and one green run proves nothing of it.
    """
    if runs <= 0:
        return UNKNOWN_SHARE
    z = _NORMAL_95**2 / runs
    spread = math.sqrt(z * failing_share * (1 - failing_share) + z * z / 4)
    return max(0.0, (failing_share + z / 2 - spread) / (1 + z))


def after(evidence: float, failing_share: float, *, green: bool) -> float:
    """The evidence after another run: the natural logarithm of the likelihood ratio.

    ``failing_share``: in how many of its runs (0–1) it failed when it was quarantined.
    """
    before = _clamped(failing_share)
    step = _green_step(before) if green else math.log(FAILS_MENDED / before)
    return max(-RELEASE_AT, evidence + step)


def green_runs_needed(failing_share: float, evidence: float) -> int:
    """How many more runs without a failure release it; 0: it is mended."""
    return max(0, math.ceil((RELEASE_AT - evidence) / _green_step(_clamped(failing_share)) - 1e-9))


def _green_step(before: float) -> float:
    return math.log((1 - FAILS_MENDED) / (1 - before))


def _clamped(failing_share: float) -> float:
    return min(max(failing_share, LEAST_SHARE), MOST_SHARE)
