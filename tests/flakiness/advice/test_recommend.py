"""From how many workers on more are not worth it."""

from collections.abc import Mapping

import pytest

from shifty.flakiness.advice.model import Forecast
from shifty.flakiness.advice.recommend import recommend


def walls(seconds: Mapping[int, float]) -> dict[int, Forecast]:
    return {workers: Forecast(workers, wall_s, wall_s) for workers, wall_s in seconds.items()}


@pytest.mark.parametrize(
    ("seconds", "bound_s", "expected"),
    [
        ({1: 600, 2: 300, 3: 297}, 100, 2),
        ({1: 600, 2: 300, 3: 299, 4: 150}, 100, 4),
        ({1: 600, 2: 302, 3: 240}, 300, 2),
        ({1: 20, 2: 12, 3: 9}, 1, 2),
        ({1: 4, 2: 2}, 1, 1),
        ({1: 600}, 1, 1),
    ],
    ids=[
        "saves less than 5 %",
        "one more fits badly, two more fit well",
        "the longest piece decides",
        "saves less than 5 s",
        "nothing saves 5 s",
        "no other",
    ],
)
def test_it_is_the_least_beyond_which_more_save_too_little(
    seconds: Mapping[int, float], bound_s: float, expected: int
) -> None:
    assert recommend(walls(seconds), bound_s) == expected
