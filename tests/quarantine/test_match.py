"""Which rule excuses which test."""

import json
import re
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.quarantine.match import fits, match, matches
from shifty.quarantine.model import Candidate, Rule, RuleKind
from tests.quarantine.rules import candidate, rule

ONE, TWO = "0123456789abcdef", "fedcba9876543210"


class _Rule(TypedDict):
    kind: RuleKind
    value: str
    projectName: str


class _Test(TypedDict):
    testId: str
    file: str
    projectName: str
    titlePath: list[str]
    tags: list[str]


class _Example(TypedDict):
    name: str
    rule: _Rule
    test: _Test
    matches: bool


EXAMPLES: list[_Example] = json.loads((Path(__file__).parent / "examples.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_server_and_reporters_agree_on_what_a_rule_matches(example: _Example) -> None:
    told = example["test"]
    of_rule = example["rule"]
    test = Candidate(
        test_id=told["testId"],
        file=told["file"],
        project_name=told["projectName"],
        title_path=told["titlePath"],
        tags=told["tags"],
    )

    assert matches(rule(of_rule["kind"], of_rule["value"], of_rule["projectName"]), test) == example["matches"]


_texts = st.text(alphabet="ab*/", max_size=12)


@given(_texts, _texts)
def test_a_star_is_any_characters_and_nothing_else_is(pattern: str, text: str) -> None:
    as_regex = ".*".join(re.escape(part) for part in pattern.split("*"))

    assert fits(pattern, text) == bool(re.fullmatch(as_regex, text, re.DOTALL))


def test_a_pattern_of_many_stars_is_answered_at_once() -> None:
    assert not fits("*a" * 500 + "b", "a" * 100_000)


@pytest.mark.parametrize(
    ("rules", "digests", "excused"),
    [
        ([ONE], [ONE], True),
        ([ONE], [ONE, TWO], False),
        ([ONE, TWO], [ONE, TWO], True),
        ([ONE], [], False),
        ([ONE], [""], False),
        ([ONE], [ONE, ""], False),
    ],
    ids=[
        "its error",
        "another error beside it",
        "both of its errors",
        "not run",
        "a wordless one",
        "and a wordless one",
    ],
)
def test_a_failure_is_excused_by_its_errors_only_when_all_of_them_are_known(
    rules: list[str], digests: list[str], *, excused: bool
) -> None:
    made = [rule("error", digest) for digest in rules]

    found = match(made, [candidate("pays", *digests)], 20)

    assert bool(found.by_test) == excused


def test_a_rule_about_an_error_holds_for_its_browser_only() -> None:
    made = [rule("error", ONE, "firefox")]

    found = match(made, [candidate("a", ONE), candidate("b", ONE, project_name="firefox")], 20)

    assert list(found.by_test) == ["b"]


def test_the_oldest_rule_that_matches_is_named() -> None:
    older, newer = rule("tag", "@slow"), rule("test", "pays")

    assert match([older, newer], [candidate("pays", tags=("@slow",))], 20).by_test == {"pays": older.id}
    assert match([newer, older], [candidate("pays", tags=("@slow",))], 20).by_test == {"pays": newer.id}


def test_of_two_errors_the_rule_that_completes_the_excuse_is_named() -> None:
    first, second = rule("error", ONE), rule("error", TWO)

    assert match([first, second], [candidate("pays", TWO, ONE)], 20).by_test == {"pays": second.id}


def test_the_cap_serves_older_rules_first_and_says_which_tests_are_over_it() -> None:
    older, newer = rule("title", "*late*"), rule("file", "*")
    tests = [candidate("a"), candidate("b late"), candidate("c"), candidate("d late")]

    found = match([older, newer], tests, 3)

    assert found.by_test == {"b late": older.id, "d late": older.id, "a": newer.id}
    assert found.over_cap == {"c": newer.id}


def test_a_cap_of_nothing_excuses_nothing() -> None:
    found = match([rule("file", "*")], [candidate("a")], 0)

    assert (found.by_test, list(found.over_cap)) == ({}, ["a"])


def _candidate(number: int, digests: list[str]) -> Candidate:
    return candidate(f"t{number}", *digests)


_candidates = st.lists(
    st.builds(_candidate, st.integers(0, 9), st.lists(st.sampled_from([ONE, TWO, ""]), max_size=2)),
    max_size=8,
    unique_by=lambda test: test.test_id,
)
_rules = st.lists(
    st.one_of(
        st.builds(rule, st.just("error"), st.sampled_from([ONE, TWO])),
        st.builds(rule, st.just("title"), st.sampled_from(["t1", "t*", "checkout › t2"])),
        st.builds(rule, st.just("test"), st.sampled_from(["t3", "t4"])),
    ),
    max_size=4,
)


@given(_rules, _candidates, st.integers(0, 5))
def test_nothing_is_excused_that_no_rule_matches_or_above_the_cap(
    rules: list[Rule], tests: list[Candidate], cap: int
) -> None:
    found = match(rules, tests, cap)
    by_id = {each.id: each for each in rules}
    by_name = {test.test_id: test for test in tests}

    assert len(found.by_test) <= cap
    assert not found.over_cap or len(found.by_test) == cap
    assert not set(found.by_test) & set(found.over_cap)
    for name, rule_id in found.by_test.items():
        assert matches(by_id[rule_id], by_name[name])
        if by_id[rule_id].kind == "error":
            assert set(by_name[name].error_digests) <= {each.value for each in rules if each.kind == "error"}
