"""Likely causes: found where they are, and nowhere else."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy.stats import fisher_exact

from shifty.flakiness.causes.compare import STREAK, Tally, chance_of
from shifty.flakiness.causes.find import causes_of
from shifty.history.model import Execution
from tests.flakiness.causes.executions import anywhere, execution, flaked, window


def names(executions: list[Execution], siblings: dict[str, list[Execution]] | None = None) -> list[str]:
    return [evidence.cause for evidence in causes_of(executions, siblings)]


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_the_chance_of_an_accident_is_fishers(failed: int, passed: int, others_failed: int, others_passed: int) -> None:
    ours = chance_of(Tally(failed, failed + passed), Tally(others_failed, others_failed + others_passed))

    theirs = fisher_exact([[failed, passed], [others_failed, others_passed]], alternative="greater")  # pyright: ignore[reportArgumentType]
    assert ours == pytest.approx(float(theirs.pvalue), abs=1e-9)


def test_a_test_that_never_fails_has_none() -> None:
    assert causes_of([]) == []
    assert causes_of(window(50, lambda _: False, lambda n: {"worker": f"m{n % 2}"})) == []


def test_a_test_that_fails_after_another_names_it() -> None:
    found = causes_of(window(40, lambda n: n % 4 == 0, lambda n: {"ran_after": 70 + n % 4}))

    assert [evidence.cause for evidence in found] == ["order"]
    assert found[0].summary == "It failed 10 of 10 times right after {0}, and 0 of 30 times otherwise."
    assert found[0].tests == ["70"]
    assert [run.int for run in found[0].runs] == [36, 32, 28, 24, 20]


def test_a_test_that_always_runs_after_the_same_one_shows_nothing() -> None:
    assert names(window(40, lambda n: n % 4 == 0, lambda _: {})) == []


def test_a_test_that_fails_after_whatever_ran_before_shares_its_worker() -> None:
    def where(n: int) -> dict[str, object]:
        return {"position": 0, "ran_after": None} if n % 2 else {"position": 4, "ran_after": n}

    found = causes_of(window(40, lambda n: n % 4 == 0, where))

    assert [evidence.cause for evidence in found] == ["shared-worker"]
    assert found[0].summary == (
        "It failed 10 of 20 times after other tests in its worker, and 0 of 20 times as the first there."
    )


def test_retries_that_pass_in_a_new_worker_count_beside_first_attempts_that_do() -> None:
    def where(n: int) -> dict[str, object]:
        return {"position": 0, "ran_after": None} if n % 8 == 1 else {"position": 4, "ran_after": n}

    failing = window(40, lambda n: n % 2 == 0, where)
    without_retries = [
        replace(each, outcome="failed", retried=False, attempts=1) if each.retried else each for each in failing
    ]

    assert names(failing) == ["shared-worker"]
    assert names(without_retries) == []
    assert names([each for each in failing if each.position]) == []


def test_a_test_that_fails_in_one_browser_only_says_in_which_runs_it_passed_elsewhere() -> None:
    ours = window(40, lambda n: n % 4 == 0, lambda _: {})
    theirs = window(40, lambda _: False, lambda _: {})

    found = causes_of(ours, {"firefox": theirs, "webkit": theirs})

    assert [evidence.cause for evidence in found] == ["browser"]
    assert found[0].summary == (
        "In the same runs it failed 10 of 40 times in this browser, and 0 of 40 in firefox, 0 of 40 in webkit."
    )


@pytest.mark.parametrize(
    "siblings",
    [
        {"firefox": window(40, lambda n: n % 4 == 1, lambda _: {})},
        {
            "firefox": window(40, lambda _: False, lambda _: {}),
            "webkit": window(40, lambda n: n % 4 == 1, lambda _: {}),
        },
        {"firefox": [execution(1000 + n) for n in range(40)]},
        {"firefox": []},
        {},
    ],
    ids=["fails there, too", "fails in one of two", "other runs", "never ran", "no other browser"],
)
def test_it_is_not_the_browser_where_the_others_do_not_show_it(siblings: dict[str, list[Execution]]) -> None:
    assert names(window(40, lambda n: n % 4 == 0, lambda _: {}), siblings) == []


def test_a_test_that_fails_on_one_machine_says_how_slow_that_is() -> None:
    def where(n: int) -> dict[str, object]:
        return {"worker": "old" if n % 4 == 0 else f"m{n % 4}", "duration_ms": 2000 if n % 4 == 0 else 1000}

    found = causes_of(window(60, lambda n: n % 8 == 0, where))

    assert [evidence.cause for evidence in found] == ["host"]
    assert found[0].summary == (
        "It failed 8 of 15 times on old, and 0 of 45 times on other machines. When it passes there it takes 2.0 times "
        "as long."
    )


def test_machines_that_live_for_one_job_show_nothing() -> None:
    assert names(window(40, lambda n: n % 4 == 0, lambda n: {"worker": f"runner-{n}"})) == []


def test_a_time_out_near_what_the_test_needs_is_told_from_one_that_waits_for_nothing() -> None:
    failure: dict[str, object] = {"limit_ms": 30_000, "causes": ["test-timeout", "timeout"]}
    near = [*(flaked(n, **failure) for n in range(4)), *(execution(10 + n, duration_ms=27_000) for n in range(20))]
    idle = [*(flaked(n, **failure) for n in range(4)), *(execution(10 + n, duration_ms=2_400) for n in range(20))]
    then = [*(flaked(n, **failure) for n in range(4)), *(execution(10 + n, duration_ms=90_000) for n in range(20))]

    (tight,), (waits,), (changed,) = causes_of(near), causes_of(idle), causes_of(then)

    met = "It ran into a time-out of 30 s in 4 of its 4 failures"
    assert tight.summary == f"{met}; when it passes it needs 27 s (p95), 90 % of that."
    assert "longer time-out (test.slow())" in tight.advice
    assert waits.summary == f"{met}; when it passes it needs 2.4 s (p95), 8 % of that."
    assert "will not help" in waits.advice
    assert changed.summary == f"{met}."
    assert "longer time-out" not in changed.advice


def test_the_limit_of_a_step_is_not_compared_to_what_the_whole_test_takes() -> None:
    failure: dict[str, object] = {"limit_ms": 5_000, "causes": ["timeout"]}

    (found,) = causes_of(
        [*(flaked(n, **failure) for n in range(4)), *(execution(10 + n, duration_ms=4_600) for n in range(20))]
    )

    assert found.summary == "It ran into a time-out of 5 s in 4 of its 4 failures."
    assert "longer time-out" not in found.advice


@pytest.mark.parametrize("cause", ["network", "animation"])
def test_what_errors_name_counts_from_a_share_of_the_failures_on(cause: str) -> None:
    two_of_six = [flaked(n, causes=[cause, "timeout"] if n < 2 else []) for n in range(6)]
    two_of_seven = [*two_of_six, flaked(6)]
    one = [flaked(0, causes=[cause]), execution(1)]

    assert names(two_of_six) == [cause]
    assert names(two_of_seven) == []
    assert names(one) == []


def test_a_breakage_is_no_evidence_that_it_is_the_machine() -> None:
    fine = [execution(n, worker="m1") for n in range(20)]
    broken = [execution(20 + n, worker="m2", outcome="failed", attempts=2, failed_attempts=2) for n in range(STREAK)]
    flaky = [flaked(40 + n, worker="m2") for n in range(STREAK)]

    assert names([*fine, *broken]) == []
    assert names([*fine, *flaky]) == ["host"]


@pytest.mark.parametrize("excuse", [{"burst": True}, {"excluded": "infrastructure"}, {"excluded": "lost-worker"}])
def test_a_failure_that_has_nothing_to_do_with_the_test_is_no_evidence(excuse: dict[str, object]) -> None:
    flaky = window(40, lambda n: n % 4 == 0, lambda n: {"worker": f"m{n % 4}", "causes": ["network"]})

    assert set(names(flaky)) == {"network", "host"}
    assert names([replace(each, **excuse) if each.failed_attempts else each for each in flaky]) == []  # pyright: ignore[reportArgumentType]


def test_the_strongest_comes_first_whatever_the_order_of_the_executions() -> None:
    executions = window(40, lambda n: n % 4 == 0, lambda n: {"worker": f"m{n % 4}"})
    some_network = [
        replace(each, causes=["network"]) if each.failed_attempts and number < 16 else each
        for number, each in enumerate(executions)
    ]

    found = causes_of(some_network)

    assert [evidence.cause for evidence in found] == ["host", "network"]
    assert causes_of(some_network[::-1]) == found


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5])
def test_flakiness_without_a_cause_is_seldom_given_one(rate: float) -> None:
    random = Random(f"none {rate}")
    tests = 400

    blamed = 0
    for _ in range(tests):
        ours = window(60, lambda _: random.random() < rate, anywhere(random))
        theirs = window(60, lambda _: random.random() < rate, anywhere(random))
        blamed += bool(causes_of(ours, {"firefox": theirs}))

    assert blamed <= 0.02 * tests


_CONDITIONS: dict[str, Callable[[Execution], bool]] = {
    "order": lambda each: each.ran_after == 11,
    "shared-worker": lambda each: bool(each.position),
    "host": lambda each: each.worker == "m2",
}


@pytest.mark.parametrize("cause", _CONDITIONS)
def test_a_cause_that_makes_half_of_the_executions_fail_is_mostly_found(cause: str) -> None:
    random = Random(f"some {cause}")
    tests, found = 100, 0
    for _ in range(tests):
        made = [
            replace(each, retried=True, attempts=2, failed_attempts=1)
            if _CONDITIONS[cause](each) and random.random() < 0.5
            else each
            for each in window(60, lambda _: False, anywhere(random))
        ]
        found += names(made)[:1] == [cause]

    assert found >= 0.8 * tests
