"""What is said at the end of a run, as a person reads it in the log of a CI job."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from shifty.cli.findings import Findings
from shifty.cli.summary import print_errors, print_not_run, print_summary
from shifty.client.model import ErrorInFull, LooseError, NotRun, Place, Snapshot

Print = Callable[[Console], None]


def printed(show: Print) -> list[str]:
    text = io.StringIO()
    show(Console(file=text, width=200, highlight=False, soft_wrap=True))
    return text.getvalue().splitlines()


def not_run(number: int, reason: str | None, project: str = "") -> list[NotRun]:
    return [
        NotRun(test_file="a.spec.ts", title_path=["cart", f"step {n}"], project_name=project, reason=reason)
        for n in range(number)
    ]


def error(file: str | None, place: Place | None = None) -> LooseError:
    return LooseError(
        test_file=file, message="SyntaxError: it ends too soon\n\nmore", error=ErrorInFull(location=place)
    )


def test_a_reason_that_many_tests_share_is_said_once_above_ten_of_them() -> None:
    lines = printed(lambda out: print_not_run(out, [*not_run(14, "maxFailures reached"), *not_run(1, None, "phone")]))

    assert lines[0] == "  – 14 tests not run: maxFailures reached"
    assert lines[1:11] == [f"      a.spec.ts › cart › step {n}" for n in range(10)]
    assert lines[11] == "      … and 4 more"
    assert lines[12:] == ["  – 1 test not run: nobody said why", "      [phone] a.spec.ts › cart › step 0"]


def test_a_list_of_all_tests_leaves_none_out() -> None:
    assert len(printed(lambda out: print_not_run(out, not_run(30, "global time-out"), most=None))) == 31


@pytest.mark.parametrize(
    ("found", "where"),
    [
        (error("a.spec.ts", Place(file="a.spec.ts", line=4)), "a.spec.ts:4"),
        (error("a.spec.ts", Place(file="helper.ts", line=1)), "a.spec.ts (at helper.ts:1)"),
        (error(None, Place(file="setup.ts", line=2)), "setup.ts:2"),
        (error("a.spec.ts"), "a.spec.ts"),
        (error(None), "outside of any file"),
    ],
)
def test_an_error_outside_of_tests_says_where_it_is(found: LooseError, where: str) -> None:
    lines = printed(lambda out: print_errors(out, [found]))

    assert lines[:2] == [f"  ✘ {where}", "      SyntaxError: it ends too soon"]


def test_what_stopped_a_run_stands_above_its_verdict() -> None:
    snapshot = Snapshot(id="r", status="failed", conclusion="failed", failure_reason="RUN_ERROR", total_tests=2)
    found = Findings(errors=[error("a.spec.ts", Place(file="a.spec.ts", line=4))])

    lines = printed(lambda out: print_summary(out, snapshot, found, 1.0))

    verdict = "Run could not be completed (RUN_ERROR: errors outside of the tests): no tests of 2 in 1.0 s"
    assert lines.index("  ✘ a.spec.ts:4") < lines.index(verdict)


def test_a_reason_that_this_version_does_not_know_is_named_all_the_same() -> None:
    snapshot = Snapshot(id="r", status="failed", failure_reason="METEORITE", total_tests=2, passed_tests=2)

    lines = printed(lambda out: print_summary(out, snapshot, Findings(), 1.0))

    assert "Run could not be completed (METEORITE): 2 passed of 2 in 1.0 s" in lines
