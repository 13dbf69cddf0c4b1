"""When a quarantined test has proved that it is mended."""

import random

import pytest

from shifty.quarantine.sprt import RELEASE_AT, after, green_runs_needed, share_before


def runs_until_released(share: float, fails: float, most: int, seed: int) -> int | None:
    """Of a test that failed in ``share`` of its runs and now fails in ``fails``; None: not within ``most``."""
    chance = random.Random(seed)
    evidence = 0.0
    for run in range(1, most + 1):
        evidence = after(evidence, share, green=chance.random() >= fails)
        if green_runs_needed(share, evidence) == 0:
            return run
    return None


@pytest.mark.parametrize(
    ("share", "runs"), [(0.0, 64), (0.05, 64), (0.1, 30), (0.2, 14), (0.3, 9), (0.5, 5), (0.75, 3), (1.0, 3)]
)
def test_the_rarer_it_failed_the_more_green_runs_it_takes(share: float, runs: int) -> None:
    assert green_runs_needed(share, 0) == runs

    evidence = 0.0
    for done in range(runs):
        assert green_runs_needed(share, evidence) == runs - done
        evidence = after(evidence, share, green=True)
    assert evidence >= RELEASE_AT - 1e-9
    assert green_runs_needed(share, evidence) == 0


def test_a_failure_costs_more_green_runs_but_never_without_end() -> None:
    green = after(0, 0.2, green=True)

    failed_once = after(green, 0.2, green=False)
    failed_often = failed_once
    for _ in range(1000):
        failed_often = after(failed_often, 0.2, green=False)

    assert green_runs_needed(0.2, 0) < green_runs_needed(0.2, failed_once) <= green_runs_needed(0.2, failed_often) == 27


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3, 0.5])
def test_a_test_that_is_as_it_was_is_rarely_released(share: float) -> None:
    released = [runs_until_released(share, share, 50, seed) for seed in range(400)]

    assert sum(run is not None for run in released) <= 0.12 * 400


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3, 0.5])
def test_a_test_that_is_mended_is_released(share: float) -> None:
    released = [runs_until_released(share, 0, 40, seed) for seed in range(20)]

    assert set(released) == {green_runs_needed(share, 0)}


def test_one_failure_in_one_run_is_no_proof_that_it_always_fails() -> None:
    assert share_before(1.0, 1) == pytest.approx(0.27, abs=0.01)
    assert share_before(1.0, 100) > 0.95
    assert share_before(0.5, 20) == pytest.approx(0.33, abs=0.01)
    assert share_before(0.0, 50) == 0
    assert share_before(0.0, 0) == 0.2
