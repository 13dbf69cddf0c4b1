"""The pattern that picks tests: exactly these, whatever their titles. JavaScript and Python read it alike."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from shifty import wire
from shifty.worker.playwright.model import Batch, BatchItem, ListedTest, Suite, planned
from shifty.worker.playwright.selection import escape, select

ROOT = Path("/project")
TITLES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\u2028\u2029"), min_size=1, max_size=12
)


def suite_of(*refs: wire.TestRef) -> Suite:
    tests = tuple(
        ListedTest(ref=ref, parallel=False, stage="test", path=ROOT / ref.test_file, playwright_id=str(number))
        for number, ref in enumerate(refs)
    )
    return Suite(
        root=ROOT,
        project_dir=ROOT,
        config=None,
        config_dir=ROOT,
        node="node",
        playwright_cli=ROOT / "cli.js",
        version="1.65.1",
        tests_dir=ROOT / "specs",
        output_dir=ROOT / "test-results",
        projects=(),
        tests=tests,
    )


def ref(
    *titles: str, file: str = "specs/a.spec.ts", tags: tuple[str, ...] = (), serial: str | None = None
) -> wire.TestRef:
    return wire.TestRef(
        test_file=file, test_name=titles[-1], title_path=list(titles), project_name="p", tags=list(tags), serial=serial
    )


def what_playwright_sees(test: wire.TestRef) -> str:
    return " ".join(["p", test.test_file.removeprefix("specs/"), *(test.title_path or []), *test.tags])


def pattern_of(arguments: tuple[str, ...]) -> re.Pattern[str]:
    slashed = arguments[arguments.index("--grep") + 1]
    assert slashed.startswith("/")
    assert slashed.endswith("/")
    assert "\n" not in slashed, "Playwright reads the slashes on one line only"
    return re.compile(slashed[1:-1].replace("[^]", r"[\s\S]").removesuffix("$") + r"\Z")


def only(suite: Suite, *tests: wire.TestRef) -> tuple[str, ...]:
    items = tuple(BatchItem(test.test_file, "p", (planned(test),)) for test in tests)
    (selection,) = select(suite, items)
    return selection.arguments


@given(st.lists(st.tuples(TITLES, TITLES), min_size=2, max_size=6, unique_by=lambda titles: " ".join(titles)))
def test_a_pattern_matches_its_own_test_and_no_other(titles: list[tuple[str, str]]) -> None:
    tests = [ref(*title) for title in titles]
    suite = suite_of(*tests)

    pattern = pattern_of(only(suite, tests[0]))

    assert [bool(pattern.match(what_playwright_sees(test))) for test in tests] == [True] + [False] * (len(tests) - 1)


def test_a_title_that_another_begins_with_is_not_enough_to_pick_that_other() -> None:
    tests = [ref("login"), ref("login again"), ref("login @slow", tags=("@slow",)), ref("login", "again")]

    pattern = pattern_of(only(suite_of(*tests), tests[0]))

    assert [test for test in tests if pattern.match(what_playwright_sees(test))] == tests[:1]


def test_a_test_brings_along_those_it_runs_in_order_with() -> None:
    tests = [ref("group", "one", serial="group"), ref("group", "two", serial="group"), ref("three")]

    pattern = pattern_of(only(suite_of(*tests), tests[1]))

    assert [test for test in tests if pattern.match(what_playwright_sees(test))] == tests[:2]


def test_only_the_files_of_the_batch_are_loaded() -> None:
    tests = [ref("one"), ref("two", file="specs/b.spec.ts")]

    arguments = only(suite_of(*tests), tests[0])

    assert arguments[2:] == (r"/^\/project\/specs\/a\.spec\.ts$/",)


def test_a_file_whose_tests_nobody_listed_is_picked_as_a_whole() -> None:
    suite = suite_of(ref("one"))

    (selection,) = select(suite, [BatchItem("specs/new.spec.ts", None, None)])

    pattern = pattern_of(selection.arguments)
    assert pattern.match("p new.spec.ts whatever\nit says @tag")
    assert pattern.match(" new.spec.ts in a nameless project")
    assert not pattern.match("p renew.spec.ts whatever")


def test_titles_that_do_not_fit_into_one_command_line_are_run_in_parts() -> None:
    tests = [ref(f"a rather long title, number {number:04}") for number in range(500)]
    suite = suite_of(*tests)

    selections = select(suite, Batch.of(suite, run_id="r").items, longest=5000)

    assert len(selections) > 3
    patterns = [pattern_of(selection.arguments) for selection in selections]
    for test in tests:
        assert sum(bool(pattern.match(what_playwright_sees(test))) for pattern in patterns) == 1
    assert max(len(selection.arguments[1].encode()) for selection in selections) <= 5100


@given(TITLES)
def test_an_escaped_title_matches_itself(title: str) -> None:
    assert re.fullmatch(escape(title), title)
