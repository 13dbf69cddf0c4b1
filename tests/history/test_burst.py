"""When unusually many tests fail at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.history.burst import Group, groups, mark_bursts
from shifty.history.model import Mark


def fails(name: str, worker: str | None, *, first: bool = True) -> Mark:
    return Mark(test_id=name, worker=worker, failed_first=first)


def test_four_failures_are_never_a_burst() -> None:
    assert not Group("m1", tests=4, failed=4).is_burst(0.0)


@pytest.mark.parametrize(("expected", "failed"), [(0.15, 5), (0.5, 6), (2.4, 11), (8.0, 21), (100.0, 140)])
def test_so_many_failures_as_come_once_in_ten_thousand_runs_are_a_burst(expected: float, failed: int) -> None:
    assert Group("m1", tests=failed, failed=failed).is_burst(expected)
    assert not Group("m1", tests=failed, failed=failed - 1).is_burst(expected)


def test_fewer_than_a_tenth_of_the_tests_are_no_burst_however_unusual() -> None:
    assert not Group(None, tests=1000, failed=99).is_burst(3.0)
    assert Group(None, tests=1000, failed=100).is_burst(3.0)


def test_as_many_failures_as_ever_are_no_burst() -> None:
    assert not Group("m1", tests=50, failed=20).is_burst(20.0)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0, 500), st.floats(0, 100))
def test_what_is_no_burst_is_none_when_more_failures_are_usual(
    tests: int, failed: int, expected: float, more: float
) -> None:
    group = Group("m1", tests=tests, failed=min(tests, failed))

    assert group.is_burst(expected) or not group.is_burst(expected + more)


def test_first_attempts_are_counted_by_machine_and_in_the_whole_run() -> None:
    marks = [fails("a", "m1"), fails("b", "m1"), fails("c", "m2"), fails("d", "m2", first=False), fails("e", None)]

    found = groups({"m1": 10, "m2": 20, None: 5}, marks)

    assert found == [Group(None, 35, 4), Group("m1", 10, 2), Group("m2", 20, 1)]


def test_a_burst_marks_the_failures_of_its_machine_and_no_others() -> None:
    marks = [fails("a", "m1"), fails("b", "m1", first=False), fails("c", "m2"), fails("d", None)]

    noted = mark_bursts(marks, [Group("m1", 10, 8)])

    assert [mark.test_id for mark in noted if mark.burst] == ["a"]


def test_a_burst_of_the_run_marks_all_its_failures() -> None:
    marks = [fails("a", "m1"), fails("b", "m1", first=False), fails("c", "m2"), fails("d", None)]

    noted = mark_bursts(marks, [Group(None, 30, 20)])

    assert [mark.test_id for mark in noted if mark.burst] == ["a", "c", "d"]


def test_without_a_burst_nothing_changes() -> None:
    marks = [fails("a", "m1")]

    assert mark_bursts(marks, []) == marks
