"""How sure a flakiness rate is: the posterior of a share after some flaky runs of some: pure.

The prior is Jeffreys' Beta(1/2, 1/2), so the posterior after x of n is Beta(x + 1/2, n - x + 1/2). Its central 95 % is
the Jeffreys interval, which covers well for small n and shares near 0 (L. D. Brown, T. T. Cai, A. DasGupta: Interval
Estimation for a Binomial Proportion, Statistical Science 16, 2001, section 3.1.3).
"""

from functools import lru_cache
from typing import Final

from scipy.special import betainc, betaincinv

_PRIOR: Final = 0.5
_TAIL: Final = 0.025
_MOST_KNOWN: Final = 16_384
"""All pairs that a window of a hundred executions can bring, and more: an interval is worked out once a process."""


@lru_cache(maxsize=_MOST_KNOWN)
def interval(flaky: int, total: int) -> tuple[float, float]:
    """The 95 % credible interval of the rate, percent. From 0 when nothing was flaky, to 100 when everything was."""
    low = float(betaincinv(flaky + _PRIOR, total - flaky + _PRIOR, _TAIL)) if flaky else 0.0
    high = float(betaincinv(flaky + _PRIOR, total - flaky + _PRIOR, 1 - _TAIL)) if flaky < total else 1.0
    return 100 * low, 100 * high


def chance_of_at_least(rate: float, flaky: int, total: int) -> float:
    """How probable it is, 0-1, that the true rate is at least ``rate`` percent."""
    return 1.0 - float(betainc(flaky + _PRIOR, total - flaky + _PRIOR, rate / 100))
