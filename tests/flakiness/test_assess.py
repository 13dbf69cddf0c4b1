"""What a test's executions say about it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.flakiness.assess import assess
from shifty.history.model import Execution
from tests.flakiness.made import BEGAN, ran


def main(letters: str, commits: str | None = None) -> list[Execution]:
    return ran(letters, commits=commits)


@pytest.mark.parametrize(
    ("executions", "verdict", "flaky_runs"),
    [
        ([], "stable", 0),
        (main("PPPP"), "stable", 0),
        (main("PPSNPP"), "stable", 0),
        # Passed after a failed attempt.
        (main("PPRP"), "flaky", 1),
        (main("RRRR"), "flaky", 4),
        # Both outcomes on one commit: each run that failed is flaky, none that passed.
        (main("PFP", "aab"), "flaky", 1),
        (main("FFPP", "aaab"), "flaky", 2),
        # The passing run may be of another branch.
        (ran("F", commits="x") + ran("P", branch="feature", commits="x", start=1), "flaky", 1),
        # Commits that nobody knows contradict nothing.
        (main("PFPFP", "-----"), "suspect", 0),
        # A change may be the reason.
        (main("PFPPFP"), "suspect", 0),
        # Always failing is broken, not flaky.
        (main("FFF"), "broken", 0),
        (main("F"), "suspect", 0),
        (main("D"), "broken", 0),
        (main("PPPF"), "regressed", 0),
        (main("PPPFFF", "abcddd"), "regressed", 0),
        # A test that fails now and then has not regressed the next time that it does.
        (main("PFPPFPF"), "suspect", 0),
        (main("PRPPRPD"), "flaky", 2),
        (main("PRPPPPPPRPFFF"), "regressed", 2),
        # It failed on a commit on which it has passed.
        (main("PPPPF", "abcdd"), "flaky", 1),
        # What says nothing about it.
        (main("PPLPIP"), "infrastructure", 0),
        (main("PPBPbP"), "infrastructure", 0),
        (main("PBPF", "aabc"), "regressed", 0),
        (main("PPPB"), "infrastructure", 0),
        (main("PPPBB"), "regressed", 0),
        (main("PPPBF"), "regressed", 0),
        # One that loses its worker each time does so itself.
        (main("PPLL"), "infrastructure", 0),
        (main("PPLLL"), "regressed", 0),
        (main("LLL"), "broken", 0),
        # So does a commit that keeps the server from starting, and not one bad hour.
        (main("PPII"), "infrastructure", 0),
        (main("PPIII"), "regressed", 0),
        (main("PPLII"), "regressed", 0),
        (main("PPIII", "abccc"), "infrastructure", 0),
        (main("PPIIIP"), "infrastructure", 0),
        # It is not broken by a commit on which it passed elsewhere.
        (ran("P", branch="feature", commits="x") + ran("PPIII", commits="abcdx", start=1), "infrastructure", 0),
        # On whatever branches it passes meanwhile.
        (ran("PPI") + ran("P", branch="feature", start=3) + ran("II", start=4), "regressed", 0),
    ],
)
def test_a_verdict_follows_from_what_was_seen(executions: Sequence[Execution], verdict: str, flaky_runs: int) -> None:
    found = assess(executions, "main")

    assert (found.verdict, found.flaky_runs) == (verdict, flaky_runs)


def test_what_fails_on_a_branch_is_no_regression_of_the_default_branch() -> None:
    executions = ran("PPPP") + ran("FFFF", branch="feature", start=4)

    found = assess(executions, "main")

    assert (found.verdict, found.breakage, found.failed_runs) == ("stable", None, 4)


def test_a_test_that_was_never_on_the_default_branch_is_judged_where_it_ran_last() -> None:
    executions = ran("PP", branch="feature") + ran("F", branch="feature", start=2)

    found = assess(executions, "main")

    assert found.breakage
    assert (found.verdict, found.breakage.branch) == ("regressed", "feature")


def test_the_bracket_is_between_the_last_run_that_passed_and_the_first_that_failed() -> None:
    executions = ran("PPPDDD", commits="abcdde") + ran("P", branch="feature", start=9)

    breakage = assess(executions, "main").breakage

    assert breakage
    assert breakage.last_good
    assert (breakage.last_good.commit, breakage.first_bad.commit, breakage.failures) == ("c", "d", 3)
    assert breakage.first_bad.ended_at == executions[3].ended_at


def test_an_old_commit_that_is_run_again_is_no_repair() -> None:
    breakage = assess(ran("PPFFPF", commits="abcdbd"), "main").breakage

    assert breakage
    assert breakage.last_good
    assert (breakage.last_good.commit, breakage.first_bad.commit, breakage.failures) == ("b", "c", 3)


def test_infrastructure_in_between_does_not_move_the_bracket() -> None:
    breakage = assess(ran("PPLDID", commits="abcdef"), "main").breakage

    assert breakage
    assert breakage.last_good
    assert (breakage.last_good.commit, breakage.first_bad.commit, breakage.failures) == ("b", "d", 2)


@pytest.mark.parametrize(
    ("letters", "first_bad"),
    [("PPBF", "c3"), ("PPBB", "c2"), ("PPBBBBFF", "c2"), ("PPFFBF", "c2"), ("PPBFBF", "c3")],
)
def test_a_burst_is_skipped_once_and_not_for_as_long_as_it_takes_to_be_usual(letters: str, first_bad: str) -> None:
    breakage = assess(ran(letters), "main").breakage

    assert breakage
    assert breakage.first_bad.commit == first_bad


def test_since_when_a_test_fails_is_read_from_what_was_before_its_window() -> None:
    past, window = ran("PPPFF"), ran("FFFF", start=50)

    found = assess(window, "main", past)

    assert found.breakage
    assert found.breakage.last_good
    assert (found.breakage.last_good.commit, found.breakage.first_bad.commit) == ("c2", "c3")
    assert (found.verdict, found.total_runs, found.failed_runs) == ("regressed", 4, 4)


def test_a_branch_is_not_judged_for_a_test_that_was_on_the_default_branch_before_its_window() -> None:
    window = ran("PPF", branch="feature", start=50)

    assert assess(window, "main").verdict == "regressed"
    assert assess(window, "main", ran("PPP")).verdict == "stable"


def test_the_rate_is_flaky_runs_of_those_that_say_something() -> None:
    # 22 that count, 10 of them flaky, as in the contract's example.
    found = assess(ran("R" * 10 + "P" * 12 + "LIBSN".replace("B", "")), "main")

    assert (found.total_runs, found.flaky_runs, round(found.rate, 1)) == (22, 10, 45.5)
    assert found.low < found.rate < found.high
    assert found.last_flaky_at == BEGAN.replace(hour=9)
    assert found.lost_ms == 10_000


def test_one_of_three_is_less_sure_than_twenty_of_a_hundred() -> None:
    few, many = assess(ran("RPP"), "main"), assess(ran("RPPPP" * 20), "main")

    assert few.rate > many.rate
    assert few.low < many.low


def test_the_failing_share_is_for_whatever_reason() -> None:
    assert assess(ran("PRFBLPPPPPSN"), "main").failing_share == 0.4


@given(st.text("PFRDBbLISN", max_size=40), st.data())
def test_numbers_of_any_history_agree_with_each_other(letters: str, data: st.DataObject) -> None:
    commits = data.draw(st.text("abc-", min_size=len(letters), max_size=len(letters)))
    executions = ran(letters, commits=commits or None)

    found = assess(executions, "main")

    assert 0 <= found.flaky_runs <= found.total_runs <= len(letters)
    assert 0 <= found.low <= found.rate + 1e-9
    assert found.rate - 1e-9 <= found.high <= 100
    assert (found.last_flaky_at is not None) == (found.flaky_runs > 0)
    assert (found.breakage is not None) == (found.verdict in ("broken", "regressed"))
    assert found.failing_share > 0 or found.verdict == "stable"


@given(st.text("PS", max_size=30))
def test_who_never_fails_is_stable(letters: str) -> None:
    assert assess(ran(letters), "main").verdict == "stable"


@given(st.text("FD", min_size=2, max_size=30), st.data())
def test_who_only_fails_is_broken_and_never_flaky(letters: str, data: st.DataObject) -> None:
    commits = data.draw(st.text("abc-", min_size=len(letters), max_size=len(letters)))

    found = assess(ran(letters, commits=commits), "main")

    assert (found.verdict, found.flaky_runs) == ("broken", 0)


@pytest.mark.parametrize(
    ("letters", "trend"),
    [
        ("", 0),
        # Too few before to tell.
        ("P" * 9 + "F" * 9, 0),
        # Of few, the newer half is compared with the older.
        ("P" * 10 + "F" * 10, 100),
        ("P" * 80 + "PPRP" * 5, 25),
        ("PPFP" * 20 + "P" * 20, -25),
        ("PPRP" * 25, 0),
        # What says nothing about the test says nothing about its trend.
        ("P" * 40 + "L" * 2 + "P" * 20, 0),
    ],
)
def test_the_trend_is_what_fails_more_often_lately_than_before(letters: str, trend: float) -> None:
    assert assess(main(letters), "main").trend == pytest.approx(trend)
