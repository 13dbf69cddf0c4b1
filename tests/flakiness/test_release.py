"""When quarantine ends, and when it begins by itself."""

from random import Random

import pytest

from shifty.flakiness.assess import assess
from shifty.flakiness.release import auto_quarantine, judge
from tests.flakiness.made import ran


def green_runs_of(failing_share: float) -> int:
    return next(n for n in range(1, 1000) if judge(failing_share, [True] * n).is_fixed)


def test_the_more_often_it_failed_the_fewer_green_runs_release_it() -> None:
    needed = [green_runs_of(share) for share in (0.05, 0.1, 0.2, 0.5)]

    assert needed == sorted(needed, reverse=True)
    assert needed[0] > 50
    assert 3 <= needed[-1] <= 6


def test_what_is_still_needed_is_what_is_needed_then() -> None:
    judged = judge(0.2, [True] * 3 + [False] + [True] * 2)

    assert judged.green_runs == 2
    assert not judged.is_fixed
    assert judge(0.2, [True] * 3 + [False] + [True] * (2 + judged.needed)).is_fixed
    assert not judge(0.2, [True] * 3 + [False] + [True] * (1 + judged.needed)).is_fixed


def test_a_hundred_failures_are_not_held_against_a_test_that_is_repaired() -> None:
    assert judge(0.2, [False] * 100).needed == judge(0.2, [False] * 10).needed


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
def test_a_test_that_is_as_it_was_is_seldom_released(share: float) -> None:
    chance = Random(5)
    released = 0
    for _ in range(400):
        runs = [chance.random() >= share for _ in range(60)]
        released += any(judge(share, runs[:n]).is_fixed for n in range(1, 61))

    assert released <= 400 * 0.1


def test_quarantine_begins_by_itself_where_the_rate_is_sure_to_be_high_enough() -> None:
    few, many = assess(ran("RRPPPPPP"), "main"), assess(ran("RRPPPPPP" * 5), "main")

    assert not auto_quarantine(few, 20, 0.8)
    assert auto_quarantine(many, 15, 0.9)
    assert not auto_quarantine(many, 15, 0.999)


def test_what_is_broken_is_not_quarantined_by_itself() -> None:
    assert not auto_quarantine(assess(ran("RRRRRRRR" + "D" * 40), "main"), 1, 0.5)
