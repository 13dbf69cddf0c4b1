"""Selections in the forms that Playwright takes."""

import json
import re

import pytest

from shifty.runs.model import ReportedTest
from shifty.runs.selection import NOTHING, as_files, as_grep, as_last_run, as_test_list


def _test(file: str, *titles: str, project: str = "chromium") -> ReportedTest:
    return ReportedTest(
        test_id="t1",
        file=file,
        project_name=project,
        title_path=titles,
        line=3,
        tags=[],
        shard_index=0,
        stage="main",
        outcome="failed",
        raw_status="failed",
        flaky=False,
        healing_attempted=False,
        healed=False,
        quarantined=False,
        reason=None,
        duration_ms=1,
        retry_count=0,
        error_message=None,
        worker=None,
        started_at=None,
        finished_at=None,
    )


LOGIN = _test("e2e/tests/login.spec.ts", "form", "takes a user (a+b)")
OTHER = _test("e2e/tests/cart.spec.ts", "adds", project="")


def test_files_are_named_once_and_in_order() -> None:
    assert as_files([LOGIN, OTHER, LOGIN]) == "e2e/tests/cart.spec.ts\ne2e/tests/login.spec.ts\n"


def test_a_test_list_has_the_lines_that_playwright_reads() -> None:
    assert as_test_list([LOGIN, OTHER], "e2e/tests") == (
        "[chromium] › login.spec.ts › form › takes a user (a+b)\ncart.spec.ts › adds\n"
    )


@pytest.mark.parametrize("root_dir", ["", "e2e/tests", "e2e/tests/"])
@pytest.mark.parametrize(
    ("title", "matched"),
    [
        ("chromium login.spec.ts form takes a user (a+b)", True),
        ("chromium login.spec.ts @slow form @ui takes a user (a+b) @smoke @fast", True),
        (" cart.spec.ts adds", True),
        ("firefox login.spec.ts form takes a user (a+b)", False),
        ("chromium login.spec.ts form takes a user (a+b) and more", False),
        ("chromium login.spec.ts takes a user (a+b)", False),
        ("chromium xlogin.spec.ts form takes a user (a+b)", False),
    ],
)
def test_a_grep_matches_these_tests_only(title: str, matched: bool, root_dir: str) -> None:
    assert bool(re.search(as_grep([LOGIN, OTHER], root_dir), title)) is matched


def test_a_title_that_a_test_list_can_not_hold_selects_its_whole_group() -> None:
    assert as_test_list([_test("a.spec.ts", "group", "a › b")]) == "[chromium] › a.spec.ts › group\n"
    assert as_test_list([_test("a.spec.ts", "two\nlines", "t")]) == "[chromium] › a.spec.ts\n"


def test_last_run_has_the_ids_that_playwright_computes() -> None:
    tests = [_test("e2e/tests/a.spec.js", "d (x)", 't › + "q"', project=project) for project in ("p", "")]

    # What Playwright 1.65 wrote into .last-run.json after running these.
    assert json.loads(as_last_run(tests, "e2e/tests")) == {
        "status": "failed",
        "failedTests": [
            "2addc3c3aecfedb30c84-cb9d752584abfb0dd3e7",
            "2addc3c3aecfedb30c84-021d5c3410185c29b235",
        ],
    }


def test_nothing_to_repeat_selects_nothing() -> None:
    assert as_files([]) == as_test_list([]) == ""
    assert as_grep([]) == NOTHING
    assert json.loads(as_last_run([])) == {"status": "passed", "failedTests": []}
    assert not re.search(NOTHING, "chromium login.spec.ts anything")
