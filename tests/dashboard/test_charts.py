"""Charts: what is drawn of which values."""

import math
from collections.abc import Sequence
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shifty.dashboard.chart import Chart, Series, Slot, bars, lines
from shifty.dashboard.chart_scale import COUNT, DURATION, HIGH_PERCENT, PERCENT, RATE, Scale, axis_of
from shifty.dashboard.page import _environment  # pyright: ignore[reportPrivateUsage]  # drawn as pages draw it

SCALES = {"duration": DURATION, "count": COUNT, "percent": PERCENT, "high": HIGH_PERCENT, "rate": RATE}


def _slots(number: int) -> list[Slot]:
    return [Slot(f"day {index}") for index in range(number)]


def _line(values: Sequence[float | None], scale: Scale = COUNT, *, area: bool = False) -> Chart:
    return lines("c", "Chart", _slots(len(values)), [Series("Values", values, area=area)], scale)


def _bars(values: Sequence[float | None], scale: Scale = COUNT) -> Chart:
    return bars("c", "Chart", _slots(len(values)), [Series("Values", values)], scale)


def _drawn(chart: Chart) -> str:
    template = _environment().from_string('{% import "charts.html" as charts %}{{ charts.draw(chart) }}')
    return template.render(chart=chart)


@pytest.mark.parametrize(
    ("scale", "values", "lines_at"),
    [
        ("duration", [161_000, 219_000], ["0", "1 min", "2 min", "3 min", "4 min"]),
        ("duration", [0.4], ["0", "1 ms"]),
        ("duration", [30_000_000], ["0", "3 h", "6 h", "9 h"]),
        ("duration", [9e9], ["0", "50 d", "100 d", "150 d"]),
        ("count", [], ["0", "1"]),
        ("count", [0, 0], ["0", "1"]),
        ("count", [1], ["0", "1"]),
        ("count", [3, 7], ["0", "2", "4", "6", "8"]),
        ("count", [1_234_567], ["0", "500k", "1M", "1.5M"]),
        ("percent", [3], ["0 %", "50 %", "100 %"]),
        ("high", [99.1, 100], ["99 %", "99.5 %", "100 %"]),
        ("high", [100, 100], ["99 %", "100 %"]),
        ("high", [0, 100], ["0 %", "50 %", "100 %"]),
        ("rate", [2.2], ["0 %", "1 %", "2 %", "3 %"]),
    ],
)
def test_the_axis_has_round_numbers(scale: str, values: list[float], lines_at: list[str]) -> None:
    found = axis_of(SCALES[scale], values)

    assert [SCALES[scale].write(line) for line in found.lines] == lines_at


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(list(SCALES.values())),
    st.lists(st.floats(min_value=0, max_value=1e18), max_size=20),
)
def test_every_axis_holds_its_values_between_few_lines(scale: Scale, values: list[float]) -> None:
    found = axis_of(scale, values)

    assert found.low < found.high
    assert 2 <= len(found.lines) <= 6
    assert found.lines[0] == found.low
    assert math.isclose(found.lines[-1], found.high)
    if scale.top is None:
        assert all(found.low <= value <= found.high * (1 + 1e-9) for value in values)


def test_no_values_are_no_drawing() -> None:
    for chart in (_line([]), _line([None, None]), _bars([]), _line([math.nan, math.inf])):
        assert chart.is_empty
        assert "No values yet." in _drawn(chart)
        assert "<svg" not in _drawn(chart)


def test_one_value_is_a_dot_in_the_middle() -> None:
    chart = _line([5.0])

    assert [(dot.x, dot.y) for dot in chart.dots] == [(50, 16.667)]
    assert chart.curves[0].path == ""
    assert chart.summary == "Last 5, the only value."
    assert [tick.text for tick in chart.across] == ["day 0"]


def test_equal_values_are_a_level_line() -> None:
    chart = _line([4.0, 4.0, 4.0])

    assert chart.curves[0].path == "M16.667 0L50 0L83.333 0"
    assert chart.summary == "Last 4, and all 3 alike."


def test_zeros_lie_on_the_axis() -> None:
    assert {dot.y for dot in _line([0.0, 0.0]).dots} == {100}


def test_a_missing_value_is_a_gap_and_not_a_zero() -> None:
    chart = _line([1.0, 2.0, None, 2.0, None, 4.0, 4.0], area=True)

    assert chart.curves[0].path.count("M") == 2
    assert chart.curves[0].area is not None
    assert chart.curves[0].area.count("Z") == 2
    assert len(chart.dots) == 5
    assert [row.values for row in chart.rows][2] == ["–"]


def test_huge_values_stay_within_the_drawing() -> None:
    for chart in (_line([1.0, 1e300, 3.0]), _bars([1.0, 1e300], DURATION)):
        assert all(0 <= mark.y <= 100 for mark in (*chart.dots, *chart.bars))
        assert len(max((tick.text for tick in chart.down), key=len)) < 12


def test_many_values_have_no_dots_except_those_that_stand_alone() -> None:
    chart = _line([*([1.0] * 300), None, 2.0, None])

    assert [dot.x for dot in chart.dots] == [pytest.approx(100 * 301.5 / 303, abs=0.01)]


def test_few_bars_are_not_a_wall_and_many_do_not_touch() -> None:
    few, many = _bars([1.0, 2.0]), _bars([float(n) for n in range(200)])

    assert few.bars[0].width == 6
    assert all(bar.x + bar.width < after.x for bar, after in zip(many.bars, many.bars[1:], strict=False))
    assert few.bars[1].height == 100


def test_bars_of_several_series_stand_beside_each_other() -> None:
    chart = bars("c", "Chart", _slots(2), [Series("A", [1, 2]), Series("B", [2, 1], "failed")], COUNT)

    assert [bar.kind for bar in chart.bars] == ["accent", "accent", "failed", "failed"]
    assert chart.bars[0].x + chart.bars[0].width == pytest.approx(chart.bars[2].x)
    assert chart.columns[0].said == "day 0, A 1, B 2"
    assert chart.summary.startswith("A: last 2, median 2, from 1 to 2. B: last 1")


def test_a_slot_colours_its_mark() -> None:
    slots = [Slot("a", kind="failed"), Slot("b")]

    assert [dot.kind for dot in lines("c", "C", slots, [Series("V", [1, 2])], COUNT).dots] == ["failed", "accent"]


def test_points_lead_somewhere_by_mouse_and_the_table_by_keyboard() -> None:
    chart = lines("c", "Chart", [Slot("1 May", "main", "/runs/1"), Slot("2 May")], [Series("V", [1, 2])], COUNT)

    drawn = ElementTree.fromstring(_drawn(chart))

    links = [link.attrib for link in drawn.iter("a") if link.attrib["href"] == "/runs/1"]
    assert [link.get("tabindex") for link in links] == ["-1", None]
    assert links[0]["aria-label"] == "1 May, main, 1"
    assert drawn.find(".//table") is not None


def test_hostile_names_are_text() -> None:
    name = '"><script>alert(1)</script>\u202e'
    chart = lines("c", name, [Slot(name, name, f"/runs?{name}")], [Series(name, [1, 2][:1])], COUNT)

    drawn = ElementTree.fromstring(_drawn(chart))

    assert not list(drawn.iter("script"))
    assert name in "".join(drawn.itertext())


def test_nothing_is_drawn_with_a_style_of_its_own() -> None:
    assert "style=" not in _drawn(_line([1.0, 2.0], area=True)) + _drawn(_bars([1.0, 2.0]))
