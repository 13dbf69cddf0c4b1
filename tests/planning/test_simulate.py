"""The replay: nothing lost, nothing done twice, whatever happens to machines; and as fast as promised."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shifty.planning.compare import contiguous, round_robin
from shifty.planning.estimate import GUESS_S, unknown_file, unknown_test
from shifty.planning.explain import useful_workers
from shifty.planning.model import Item
from shifty.planning.scenarios import Scenario, jobs_of, score
from shifty.planning.simulate import Crew, Job, replay
from tests.planning.suites import real_suite, suite, suites

MACHINES = st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=1, max_size=8).map(tuple)


def exactly(items: list[Item]) -> list[Job]:
    return [Job(item, item.seconds) for item in items]


@settings(max_examples=80)
@given(suites(30), MACHINES, st.floats(0, 5), st.dictionaries(st.integers(0, 7), st.floats(0, 900), max_size=8))
def test_every_item_is_finished_once_or_nobody_is_left_to_do_it(
    items: list[Item], speeds: tuple[float, ...], overhead_s: float, deaths: dict[int, float]
) -> None:
    crew = Crew(speeds, overhead_s, deaths)

    went = replay(exactly(items), crew)

    assert sorted([*went.finished, *went.unfinished]) == sorted(item.id for item in items)
    assert not went.unfinished or set(range(len(speeds))) <= set(deaths)


@settings(max_examples=40)
@given(suites(30), st.integers(1, 8))
def test_a_run_on_steady_machines_is_no_shorter_than_its_bound(items: list[Item], workers: int) -> None:
    made = score(exactly(items), workers, 0.0, Scenario.STEADY)

    assert made is None or made.ratio >= 1 / 1.0001 - 1e-9


def test_a_run_without_overhead_whose_predictions_hold_is_close_to_the_optimum() -> None:
    made = score(exactly(real_suite()), 5, 0.0, Scenario.STEADY)

    assert made is not None
    assert made.ratio < 1.01
    assert made.static_s == pytest.approx(made.ideal_s)


def test_every_batch_costs_its_overhead() -> None:
    went = replay(exactly(suite(4, 3)), Crew.of(1, overhead_s=2))

    assert went.claims == 1
    assert went.makespan_s == 9


def test_what_a_dead_worker_held_is_done_after_its_lease_by_another() -> None:
    crew = Crew((1.0, 1.0), deaths={0: 5})

    went = replay(exactly(suite(10, 10)), crew)

    assert went.finished == {"000.spec.ts": 45, "001.spec.ts": 10}


def test_what_a_dead_worker_had_finished_is_not_done_again() -> None:
    crew = Crew((1.0,), deaths={0: 6})

    went = replay(exactly(suite(5, 4)), crew)

    assert went.finished == {"000.spec.ts": 5}
    assert went.unfinished == ("001.spec.ts",)


def test_a_fast_machine_takes_over_from_a_slow_one() -> None:
    went = replay(exactly(suite(*[1] * 60)), Crew((1.0, 0.25)))

    assert went.makespan_s < 1.35 * 60 / 1.25


@pytest.mark.parametrize("scenario", list(Scenario))
@pytest.mark.parametrize("workers", [3, 5, 8])
def test_a_real_suite_with_wrong_predictions_stays_near_what_is_possible(workers: int, scenario: Scenario) -> None:
    # Each second prediction is a quarter too long, each third a fifth too short.
    actual = {item.id: item.seconds for item in real_suite()}
    old = {
        id_: seconds * (1.25 if number % 2 else 1) * (0.8 if number % 3 else 1)
        for number, (id_, seconds) in enumerate(actual.items())
    }

    made = score(jobs_of(old, actual), workers, 0.3, scenario)

    assert made is not None
    ratio = made.ratio_without if scenario is Scenario.DEATH else made.ratio
    assert ratio < 1.15
    assert made.ours_s < made.contiguous_s


def test_what_only_the_newer_version_has_is_unknown() -> None:
    known, new = jobs_of({"a": 4.0, "gone": 6.0}, {"a": 5.0, "new": 1.0})

    assert known == Job(Item("a", 4.0), 5.0)
    assert new == Job(Item("new", 5.0, unknown=True), 1.0)


def test_a_death_needs_a_second_worker() -> None:
    assert score(exactly(real_suite()), 1, 0.3, Scenario.DEATH) is None


@pytest.mark.parametrize(("workers", "expected"), [(1, 10), (2, 6), (3, 5), (9, 4)])
def test_round_robin_deals_in_the_given_order(workers: int, expected: float) -> None:
    assert round_robin([1, 2, 3, 4], workers) == expected


@pytest.mark.parametrize(("workers", "expected"), [(1, 15), (2, 9), (3, 7), (5, 5), (9, 5)])
def test_blocks_hold_equal_counts_in_the_given_order(workers: int, expected: float) -> None:
    assert contiguous([1, 2, 3, 4, 5], workers) == expected


@pytest.mark.parametrize(
    ("seconds", "workers"), [([10, 5, 5], 2), ([10, 10, 10], 3), ([6, 4, 4, 4], 4), ([0, 0], 1), ([], 1), ([7], 1)]
)
def test_more_workers_buy_nothing_once_the_longest_item_sets_the_end(seconds: list[float], workers: int) -> None:
    assert useful_workers(suite(*seconds)) == workers


def test_an_unknown_file_is_like_the_median_file() -> None:
    assert unknown_file([1, 9, 3]) == 3
    assert unknown_file([]) == GUESS_S


def test_an_unknown_test_is_like_its_neighbours_or_its_part_of_the_file() -> None:
    assert unknown_test([2, 4], file_s=100, tests=3) == 3
    assert unknown_test([], file_s=9, tests=3) == 3
    assert unknown_test([], file_s=9, tests=0) == 9
