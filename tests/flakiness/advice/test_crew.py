"""How many workers a suite deserves."""

from random import Random

import pytest

from shifty.flakiness.advice.crew import advise_crew, forecast
from shifty.flakiness.advice.model import Suite
from shifty.flakiness.advice.pieces import Layout
from shifty.orchestration.plan_run import PIECE_OVERHEAD_S
from shifty.planning.model import Item
from shifty.planning.simulate import Crew, Job, replay
from shifty.planning.split import SpecFile, split
from tests.flakiness.advice.suites import even, file

OVERHEAD_S = 1.5


def production(files: list[SpecFile], workers: int) -> float:
    """What a replay with production's own plan comes to."""
    pieces = split(files, workers, PIECE_OVERHEAD_S)
    jobs = [Job(Item(f"{number:06}", piece.seconds), piece.seconds) for number, piece in enumerate(pieces)]
    return replay(jobs, Crew.of(workers, OVERHEAD_S)).makespan_s


def drifting(files: int, tests: int, *, parallel: bool, seed: int = 7) -> list[SpecFile]:
    dice = Random(seed)
    return [
        file(f"{number:04}", [max(0.02, dice.lognormvariate(0, 1.2)) for _ in range(tests)], parallel=parallel)
        for number in range(files)
    ]


@pytest.mark.parametrize("parallel", [False, True], ids=["whole files", "parallel tests"])
@pytest.mark.parametrize("workers", [1, 2, 5, 8, 20])
@pytest.mark.parametrize(("files", "tests"), [(40, 6), (900, 4)], ids=["small", "large"])
def test_a_forecast_is_near_to_a_replay_with_the_plan_of_production(
    files: int, tests: int, workers: int, parallel: bool
) -> None:
    suite = drifting(files, tests, parallel=parallel)

    ours = forecast(Layout.of(suite), workers, OVERHEAD_S)

    assert ours.wall_s == pytest.approx(production(suite, workers), rel=0.05)


@pytest.mark.parametrize("parallel", [False, True], ids=["whole files", "parallel tests"])
def test_no_time_is_lost_when_small_pieces_are_laid_out_together(parallel: bool) -> None:
    suite = drifting(900, 4, parallel=parallel)
    total = sum(test.seconds for one in suite for test in one.tests)

    for workers in (1, 3, 20):
        assert sum(Layout.of(suite).laid_out(workers)) == pytest.approx(total)


def test_machines_are_paid_from_the_start_to_the_end() -> None:
    one = forecast(Layout.of(even(4, seconds=60)), 3, OVERHEAD_S)

    assert one.wall_s == pytest.approx(123, abs=3)
    assert one.machine_s == pytest.approx(3 * one.wall_s)
    assert one.busy_s == pytest.approx(240, abs=10)


def test_what_one_file_holds_up_gets_no_more_workers_than_finish_beside_it() -> None:
    crew = advise_crew(Suite([*even(40), file("long", [4.0] * 75)], OVERHEAD_S))

    assert crew.recommended.workers == 3
    assert crew.longest is not None
    assert (crew.longest.file, crew.longest.tests, crew.longest.seconds) == ("tests/long.spec.ts", 75, 300)
    assert crew.bound_s == pytest.approx(301.5)


def test_what_nothing_holds_up_gets_workers_while_each_is_worth_its_start() -> None:
    short, long = advise_crew(Suite(even(40, 3), OVERHEAD_S)), advise_crew(Suite(even(4000, 30), OVERHEAD_S))

    assert short.recommended.workers in range(3, 8)
    assert long.recommended.workers >= 18


@pytest.mark.parametrize("files", [[], [file("empty", [])], [file("skipped", [0.0, 0.0])]])
def test_a_suite_that_takes_no_time_gets_one_worker(files: list[SpecFile]) -> None:
    crew = advise_crew(Suite(files, OVERHEAD_S))

    assert (crew.recommended.workers, crew.longest, crew.split) == (1, None, None)
    assert len(crew.forecasts) == 20
