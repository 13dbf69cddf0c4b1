"""Charts of up to a few hundred values: all that a template needs to draw them. Pure.

    chart = lines("duration", "Duration", slots, [Series("Duration", values)], DURATION)
    {{ charts.draw(view.chart) }}

Places are in percent of the width and the height: a chart is as wide as there is room, and its text never shrinks.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal, TypeAlias

from shifty.dashboard.chart_scale import Axis, Scale, axis_of

Kind: TypeAlias = Literal["accent", "passed", "failed", "flaky", "healed", "running", "quiet"]

_MOST_DOTS: Final = 120
"""With more values than these, dots would be a second, thicker line."""

_WIDEST_BARS: Final = 6.0
"""Percent of the width, for the bars of one slot: a few values are not a wall."""


@dataclass(frozen=True)
class Slot:
    """A place on the axis across; slots are equally wide. ``name`` is what stands below it and in the table."""

    name: str
    note: str = ""
    """Said after the name when it is pointed at, and in the table."""
    href: str | None = None
    kind: Kind | None = None
    """The colour of its dot or bar; None: that of the series."""


@dataclass(frozen=True)
class Series:
    """A value for each slot; None and what is not finite is a gap."""

    name: str
    values: Sequence[float | None]
    kind: Kind = "accent"
    area: bool = False
    """Fill what is below the line."""


@dataclass(frozen=True)
class Tick:
    place: float
    text: str


@dataclass(frozen=True)
class Curve:
    name: str
    kind: Kind
    path: str
    """In a box of 100 by 100, to be stretched."""
    area: str | None


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    kind: Kind


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    kind: Kind


@dataclass(frozen=True)
class Column:
    """The whole height of a slot: what is pointed at."""

    x: float
    width: float
    said: str
    href: str | None


@dataclass(frozen=True)
class Row:
    """A slot in the table that says the same as the drawing."""

    slot: Slot
    values: Sequence[str]


@dataclass(frozen=True)
class Chart:
    """``id`` is unique on its page."""

    id: str
    title: str
    summary: str
    """One sentence for who does not see it; empty when there is no value."""
    across: Sequence[Tick]
    down: Sequence[Tick]
    curves: Sequence[Curve]
    dots: Sequence[Dot]
    bars: Sequence[Bar]
    columns: Sequence[Column]
    names: Sequence[str]
    """Of the series."""
    rows: Sequence[Row]

    @property
    def is_empty(self) -> bool:
        return not self.summary

    @property
    def has_links(self) -> bool:
        return any(column.href for column in self.columns)


def lines(chart_id: str, title: str, slots: Sequence[Slot], series: Sequence[Series], scale: Scale) -> Chart:
    """A line for each series. A value between two gaps is a dot."""
    axis = axis_of(scale, _finite(series))
    few = len(slots) <= _MOST_DOTS
    return _chart(
        (chart_id, title),
        slots,
        series,
        (scale, axis),
        curves=[_curve(each, axis) for each in series],
        dots=[dot for each in series for dot in _dots(slots, each, axis, every=few)],
    )


def bars(chart_id: str, title: str, slots: Sequence[Slot], series: Sequence[Series], scale: Scale) -> Chart:
    """A bar for each value; those of several series stand beside each other."""
    axis = axis_of(scale, _finite(series))
    return _chart(
        (chart_id, title),
        slots,
        series,
        (scale, axis),
        bars=[bar for place, each in enumerate(series) for bar in _bars(slots, each, axis, (place, len(series)))],
    )


def _chart(
    called: tuple[str, str],
    slots: Sequence[Slot],
    series: Sequence[Series],
    scaled: tuple[Scale, Axis],
    *,
    curves: Sequence[Curve] = (),
    dots: Sequence[Dot] = (),
    bars: Sequence[Bar] = (),
) -> Chart:
    scale, axis = scaled
    rows = [Row(slot, [_said(scale, value) for value in _at(series, index)]) for index, slot in enumerate(slots)]
    width = 100 / max(1, len(slots))
    return Chart(
        id=called[0],
        title=called[1],
        summary=_summary(series, scale),
        across=_across(slots),
        down=[Tick(_place(axis, line), scale.write(line)) for line in axis.lines],
        curves=curves,
        dots=dots,
        bars=bars,
        columns=[
            Column(round(index * width, 3), round(width, 3), _column(row, series), row.slot.href)
            for index, row in enumerate(rows)
        ],
        names=[each.name for each in series],
        rows=rows,
    )


def _curve(series: Series, axis: Axis) -> Curve:
    runs = _unbroken(series.values)
    paths = ["M" + "L".join(f"{x:g} {y:g}" for x, y in _places(series, axis, run)) for run in runs if len(run) > 1]
    areas = [
        f"{path}L{_middle(run[-1], series):g} 100L{_middle(run[0], series):g} 100Z"
        for path, run in zip(paths, [run for run in runs if len(run) > 1], strict=True)
    ]
    return Curve(series.name, series.kind, "".join(paths), "".join(areas) if series.area and areas else None)


def _unbroken(values: Sequence[float | None]) -> list[list[int]]:
    """The indexes of values between gaps."""
    runs: list[list[int]] = [[]]
    for index, value in enumerate(values):
        if _is_value(value):
            runs[-1].append(index)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _places(series: Series, axis: Axis, indexes: Sequence[int]) -> list[tuple[float, float]]:
    return [(_middle(index, series), _place(axis, series.values[index] or 0.0)) for index in indexes]


def _dots(slots: Sequence[Slot], series: Series, axis: Axis, *, every: bool) -> list[Dot]:
    return [
        Dot(x, y, slots[index].kind or series.kind)
        for run in _unbroken(series.values)
        if every or len(run) == 1
        for index, (x, y) in zip(run, _places(series, axis, run), strict=True)
    ]


def _bars(slots: Sequence[Slot], series: Series, axis: Axis, among: tuple[int, int]) -> list[Bar]:
    place, number = among
    slot = 100 / max(1, len(series.values))
    width = min(slot * 0.7, _WIDEST_BARS) / number
    drawn: list[Bar] = []
    for index in (index for run in _unbroken(series.values) for index in run):
        y = _place(axis, series.values[index] or 0.0)
        x = index * slot + (slot - number * width) / 2 + place * width
        drawn.append(Bar(round(x, 3), y, round(width, 3), round(100 - y, 3), slots[index].kind or series.kind))
    return drawn


def _middle(index: int, series: Series) -> float:
    return round((index + 0.5) * 100 / len(series.values), 3)


def _place(axis: Axis, value: float) -> float:
    return round(100 * (1 - axis.share(value)), 3)


def _across(slots: Sequence[Slot]) -> list[Tick]:
    """The first, the middle and the last: more do not fit on a phone."""
    last = len(slots) - 1
    shown = sorted({0, last // 2, last} if last > 3 else {0, last}) if slots else []
    return [Tick(round((index + 0.5) * 100 / len(slots), 3), slots[index].name) for index in shown]


def _summary(series: Sequence[Series], scale: Scale) -> str:
    """``Last 3.2 s, median 3.0 s, from 1.0 s to 9.9 s.``, of each series that has values."""
    parts: list[str] = []
    for each in series:
        if values := _finite([each]):
            name = f"{each.name}: last" if len(series) > 1 else "Last"
            last, middle, low, high = (scale.say(v) for v in (values[-1], median(values), min(values), max(values)))
            if len(values) == 1:
                parts.append(f"{name} {last}, the only value.")
            elif low == high:
                parts.append(f"{name} {last}, and all {len(values):,} alike.")
            else:
                parts.append(f"{name} {last}, median {middle}, from {low} to {high}.")
    return " ".join(parts)


def _column(row: Row, series: Sequence[Series]) -> str:
    values = [
        f"{each.name} {value}" if len(series) > 1 else value for each, value in zip(series, row.values, strict=True)
    ]
    return ", ".join(filter(None, [row.slot.name, row.slot.note, *values]))


def _at(series: Sequence[Series], index: int) -> list[float | None]:
    return [each.values[index] for each in series]


def _said(scale: Scale, value: float | None) -> str:
    return scale.say(value) if value is not None and math.isfinite(value) else "–"


def _is_value(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _finite(series: Sequence[Series]) -> list[float]:
    return [value for each in series for value in each.values if value is not None and math.isfinite(value)]
