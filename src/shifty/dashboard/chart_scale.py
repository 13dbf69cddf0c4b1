"""Where the lines of a chart's axis are, and what is written at them. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from shifty.dashboard.words import duration, number, percent

_SECOND: Final = 1000.0
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_TIMES: Final = (
    *(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0),
    *(unit * step for unit in (_SECOND, _MINUTE) for step in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * step for step in (1, 2, 3, 6, 12)),
)
_PARTS: Final = 4
"""An axis is divided into so many parts at most: more lines say nothing more."""


@dataclass(frozen=True)
class Scale:
    """How values become places. ``steps``: what a part of the axis may be, from small to large; beyond them, and
    without them, it is 1, 2 or 5 times a power of ten."""

    write: Callable[[float], str]
    """At the axis, briefly."""
    say: Callable[[float], str]
    """In sentences and tables."""
    steps: Sequence[float] = ()
    smallest: float = 0.0
    """No part of the axis is smaller: of what is counted, 1."""
    top: float | None = None
    """Where the axis ends, whatever the values; None: above the highest of them."""
    from_zero: bool = True
    """False: the axis begins below the lowest value, so that small differences show."""


@dataclass(frozen=True)
class Axis:
    low: float
    high: float
    lines: Sequence[float]
    """From low to high, both among them."""

    def share(self, value: float) -> float:
        """Where a value is: 0 at the low end, 1 at the high one, never outside."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def axis_of(scale: Scale, values: Sequence[float]) -> Axis:
    """The axis for these values: none, one, or all alike are an axis as well."""
    low = 0.0 if scale.from_zero else min(values, default=0.0)
    high = max(values, default=low) if scale.top is None else scale.top
    step = _step(scale, max(0.0, high - low) / _PARTS)
    if scale.top is None:
        low = math.floor(low / step) * step
        parts = max(1, math.ceil((high - low) / step - 1e-9))
        return Axis(low, low + parts * step, [low + part * step for part in range(parts + 1)])
    parts = max(1, math.ceil((high - low) / step - 1e-9))
    lines = [high - part * step for part in range(parts, -1, -1)]
    return Axis(lines[0], high, lines)


def _step(scale: Scale, wanted: float) -> float:
    wanted = max(wanted, scale.smallest)
    if fitting := next((step for step in scale.steps if step >= wanted), None):
        return fitting
    if wanted <= 0:
        return 1.0
    unit = _DAY if scale.steps else 1.0
    power = 10.0 ** math.floor(math.log10(wanted / unit))
    return unit * next(factor * power for factor in (1, 2, 5, 10) if factor * power * unit >= wanted * (1 - 1e-9))


def _brief_time(ms: float) -> str:
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"), (_SECOND, "s")):
        if ms >= unit:
            return f"{ms / unit:.4g} {name}" if ms / unit < 10_000 else f"{ms / unit:.1e} {name}"
    return f"{ms:.3g} ms" if ms else "0"


def _brief_number(amount: float) -> str:
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if amount >= unit:
            return f"{amount / (1e3 if name == 'k' else unit):.4g}{name}"
    return f"{amount:,.4g}" if amount < 1000 else f"{amount:,.0f}"


DURATION: Final = Scale(_brief_time, duration, steps=_TIMES)
"""Of milliseconds."""


def _percent(share: float) -> str:
    return percent(share).replace(".0 ", " ")


COUNT: Final = Scale(_brief_number, lambda amount: number(round(amount)), smallest=1.0)
PERCENT: Final = Scale(lambda share: f"{share:.4g} %", _percent, top=100.0)
"""Of percent, from 0 to 100."""
HIGH_PERCENT: Final = Scale(PERCENT.write, _percent, top=100.0, from_zero=False)
"""Of percent that are mostly close to 100."""
RATE: Final = Scale(PERCENT.write, _percent)
"""Of percent that are mostly close to 0."""
