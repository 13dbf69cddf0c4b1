"""The advice as sentences."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from shifty.flakiness.advice import words
from shifty.flakiness.advice.model import ActiveRule, Crew, Forecast, Hidden, Holdup, Piece, RetryCost, Split
from shifty.quarantine.model import Rule

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WALLS = [1200, 610, 420, 330, 290, 260, 240, 220, 210, 205, 202, 200, 199, 198, 197, 196, 195, 195, 195, 195]


def crew(recommended: int) -> Crew:
    forecasts = [Forecast(number, wall_s, 1200) for number, wall_s in enumerate(WALLS, start=1)]
    return Crew(forecasts[recommended - 1], forecasts, None, 195, None)


@pytest.mark.parametrize(
    ("recommended", "compared", "sentence"),
    [
        (12, 8, "8 workers: 3 min 40 s; 12 would save 20 s."),
        (2, 1, "1 worker: 20 min; 2 would save 9 min 50 s."),
        (8, 12, "12 workers: 3 min 20 s; 8 would take 20 s longer and save 10 min 40 s of machines."),
        (17, 20, "20 workers: 3 min 15 s; 17 would take no longer and save 9 min 45 s of machines."),
        (8, 8, "8 workers: 3 min 40 s, and that is how many it deserves; 12 would save 20 s."),
        (18, 18, "18 workers: 3 min 15 s, and that is how many it deserves; 20 would save nothing."),
        (20, 20, "20 workers: 3 min 15 s, and that is how many it deserves."),
    ],
)
def test_workers_are_compared_with_those_that_were_used(recommended: int, compared: int, sentence: str) -> None:
    assert words.of_crew(crew(recommended), compared) == sentence


def piece(name: str, holdup: Holdup = "file", tests: int = 80, browser: str = "") -> Piece:
    return Piece(name, browser, tests, 320, holdup)


@pytest.mark.parametrize(
    ("split", "sentence"),
    [
        (
            Split([piece("a.spec.ts")], 15, 321.5, 65),
            "a.spec.ts (80 tests, 5 min 20 s in one piece) decides how long a run takes. With its tests apart, "
            "15 workers would need 1 min 5 s, not 5 min 22 s.",
        ),
        (
            Split([piece("a.spec.ts", browser="webkit"), piece("b.spec.ts")], 15, 321.5, 65),
            "[webkit] a.spec.ts (80 tests, 5 min 20 s in one piece) and b.spec.ts (80 tests, 5 min 20 s in one piece) "
            "decide how long a run takes. With their tests apart, 15 workers would need 1 min 5 s, not 5 min 22 s.",
        ),
        (
            Split([piece("a.spec.ts", "test", 1)], 3, 321.5, 321.5),
            "a.spec.ts (one test, 5 min 20 s in one piece) decides how long a run takes, and can't be split.",
        ),
    ],
)
def test_a_split_is_told_with_what_it_saves(split: Split, sentence: str) -> None:
    assert words.of_split(split) == sentence


def test_the_remedy_fits_what_keeps_the_tests_together() -> None:
    assert "fullyParallel" in words.how_to_split([piece("a.spec.ts")])
    assert "independent" in words.how_to_split([piece("a.spec.ts", "serial")])
    assert "shorter" in words.how_to_split([piece("a.spec.ts", "test", 1)])


def test_what_retries_cost_is_told_by_run_and_by_use() -> None:
    cost = RetryCost(
        days=30, runs=200, failed_ms=1_200_000, rescued_ms=900_000, in_vain_ms=60_000, total_ms=40_000_000, tests=[]
    )

    assert words.of_retries(cost) == (
        "Failed attempts took 20 min in 30 days, 6 s a run, 3.0 % of all test time: 15 min in tests that passed in the "
        "end, 1 min in retries of tests that failed all the same."
    )


def test_without_a_failure_there_is_no_cost() -> None:
    cost = RetryCost(days=30, runs=1, failed_ms=0, rescued_ms=0, in_vain_ms=0, total_ms=5, tests=[])

    assert words.of_retries(cost) == "No attempt failed in 1 run of 30 days."


def rule(tests: int, *, soon: bool) -> ActiveRule:
    return ActiveRule(
        rule=Rule(
            id=uuid4(),
            kind="file",
            value="a.spec.ts",
            project_name="",
            owner="kim",
            reason="slow",
            source="manual",
            failing_share=0.2,
            created_at=MONDAY,
            created_by="kim",
            expires_at=MONDAY + timedelta(days=14),
            released_at=None,
            released_by=None,
            release_reason=None,
            green_runs=0,
            evidence=0,
            excused=3,
            last_excused_at=None,
        ),
        tests=tests,
        expires_soon=soon,
    )


def test_what_quarantine_hides_is_told_with_what_to_look_at() -> None:
    assert words.of_hidden(Hidden(days=30, rules=[], excused=0)) == "Nothing is quarantined."
    assert words.of_hidden(Hidden(days=30, rules=[rule(4, soon=False)], excused=1)) == (
        "1 rule for 4 tests; 1 failure excused in 30 days; the oldest is of 2026-03-02."
    )
    both = Hidden(days=30, rules=[rule(0, soon=True), rule(1, soon=False)], excused=23)
    assert words.of_hidden(both) == (
        "2 rules for 1 test; 23 failures excused in 30 days; the oldest is of 2026-03-02; 1 expires within a week; "
        "1 matches nothing any more."
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 ms"), (0.85, "850 ms"), (1, "1 s"), (6.04, "6 s"), (6.06, "6.1 s"), (59.4, "59 s"), (59.6, "1 min"),
     (3599.6, "1 h 00 min"), (7500, "2 h 05 min")],
)  # fmt: skip
def test_durations_are_for_people(seconds: float, said: str) -> None:
    assert words.spoken(seconds) == said
