"""The plan: complete, close to the bound, and the same everywhere."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from math import fsum
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shifty.planning.balance import plan
from shifty.planning.improve import longest_of
from shifty.planning.model import Item
from shifty.planning.pack import deal
from tests.planning.suites import real_suite, suite, suites

# Loads are summed in different orders.
ROUNDING = 1 + 1e-9


def shortest_possible(seconds: Sequence[float], workers: int) -> float:
    """Tries every way; an empty worker is as good as another, so only the first of them is tried."""
    best = fsum(seconds)

    def place(position: int, loads: tuple[float, ...]) -> None:
        nonlocal best
        if max(loads) >= best:
            return
        if position == len(seconds):
            best = max(loads)
            return
        for index in range(workers):
            if loads[index] in loads[:index]:
                continue
            place(position + 1, (*loads[:index], loads[index] + seconds[position], *loads[index + 1 :]))

    place(0, (0.0,) * workers)
    return best


@pytest.mark.parametrize(
    ("seconds", "workers", "longest"),
    [
        ([7, 7, 6, 6, 5, 5, 4, 4, 4], 4, 12),
        ([3, 3, 2, 2, 2], 2, 6),
        ([10, 1, 1], 2, 10),
        ([5], 3, 5),
        ([1, 1, 1, 1, 1], 2, 3),
        ([0, 0, 0], 2, 0),
    ],
)
def test_small_suites_are_planned_as_well_as_possible(seconds: list[float], workers: int, longest: float) -> None:
    assert plan(suite(*seconds), workers).longest == longest


@settings(max_examples=15)
@given(st.lists(st.floats(0.1, 60), min_size=1, max_size=8), st.integers(1, 3))
def test_a_plan_for_few_items_is_the_best_there_is(seconds: list[float], workers: int) -> None:
    longest_first = sorted(seconds, reverse=True)

    made = plan(suite(*seconds), workers)

    best = shortest_possible(longest_first, workers)
    assert made.bound <= best * ROUNDING
    # The search ends when it is this close to the bound.
    assert made.longest <= max(best, made.bound * 1.0001) * ROUNDING


@settings(max_examples=60)
@given(suites(), st.integers(1, 25))
def test_every_item_is_in_exactly_one_shard(items: list[Item], workers: int) -> None:
    made = plan(items, workers)

    assert len(made.shards) == workers
    assert Counter(item for shard in made.shards for item in shard.items) == Counter(items)
    assert all(shard.seconds == fsum(item.seconds for item in shard.items) for shard in made.shards)


@settings(max_examples=60)
@given(suites(), st.integers(1, 25))
def test_a_plan_is_never_longer_than_longest_first_dealing_nor_shorter_than_its_bound(
    items: list[Item], workers: int
) -> None:
    made = plan(items, workers)

    longest_first = sorted((item.seconds for item in items), reverse=True)
    assert made.bound / ROUNDING <= made.longest <= longest_of(longest_first, deal(longest_first, workers)) * ROUNDING
    assert made.floor == longest_first[0]


@settings(max_examples=25)
@given(suites(), st.integers(1, 8), st.randoms())
def test_a_plan_does_not_depend_on_the_order_of_its_items(items: list[Item], workers: int, dice: Random) -> None:
    shuffled = list(items)
    dice.shuffle(shuffled)

    assert plan(shuffled, workers) == plan(items, workers)


def test_a_plan_does_not_depend_on_the_seed_of_hashes() -> None:
    code = (
        "from shifty.planning.balance import plan; from tests.planning.suites import real_suite; "
        "print(plan(real_suite(), 13).shards)"
    )

    plans = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "4711")
    }

    assert len(plans) == 1


@pytest.mark.parametrize("workers", range(2, 21))
def test_a_real_suite_is_planned_close_to_its_bound(workers: int) -> None:
    made = plan(real_suite(), workers)

    assert made.longest <= 1.0025 * made.bound


def test_a_shard_runs_what_is_unknown_first_and_then_the_longest() -> None:
    items = [Item("short", 1), Item("new", 2, unknown=True), Item("long", 9), Item("newer", 5, unknown=True)]

    (shard,) = plan(items, 1).shards

    assert [item.id for item in shard.items] == ["newer", "new", "long", "short"]


def test_items_of_no_duration_go_where_the_fewest_are() -> None:
    made = plan(suite(*[0.0] * 7), 3)

    assert sorted(len(shard.items) for shard in made.shards) == [2, 2, 3]


def test_a_plan_without_workers_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one worker"):
        plan(suite(1), 0)


def test_a_plan_of_nothing_has_empty_shards() -> None:
    made = plan([], 2)

    assert [shard.items for shard in made.shards] == [(), ()]
    assert made.bound == made.floor == made.longest == 0
