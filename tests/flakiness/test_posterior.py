"""How sure a rate is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.flakiness.posterior import chance_of_at_least, interval


# Brown, Cai, DasGupta (2001): limits of the 95 % Jeffreys interval for n = 10.
@pytest.mark.parametrize(
    ("flaky", "total", "low", "high"),
    [
        (0, 10, 0, 21.7),
        (1, 10, 1.1, 38.1),
        (2, 10, 4.4, 50.3),
        (3, 10, 9.2, 60.6),
        (5, 10, 22.4, 77.6),
    ],
)
def test_the_interval_is_that_of_the_paper(flaky: int, total: int, low: float, high: float) -> None:
    assert interval(flaky, total) == pytest.approx((low, high), abs=0.1)


def test_what_was_never_run_may_be_anything() -> None:
    assert interval(0, 0) == (0, 100)


@given(st.integers(1, 100).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_more_of_the_same_is_surer(seen: tuple[int, int]) -> None:
    flaky, total = seen
    low, high = interval(flaky, total)
    surer_low, surer_high = interval(4 * flaky, 4 * total)

    assert surer_high - surer_low < high - low


def test_the_chance_of_a_rate_falls_with_the_rate() -> None:
    chances = [chance_of_at_least(rate, 5, 20) for rate in (1, 10, 25, 50, 100)]

    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.99
    assert chances[2] == pytest.approx(0.5, abs=0.05)
    assert chances[-1] == 0
