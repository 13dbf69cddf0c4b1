"""Selectors of Playwright, code of TypeScript and of Python say the same of a locator."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.pull_requests.locators import Pattern, Step, step
from shifty.pull_requests.locators_code import NotCode, Style, write_steps
from shifty.pull_requests.locators_selector import read_selector, split_selector
from shifty.pull_requests.rewrite import healed_steps, suggestion_of
from shifty.wire import Heal

STYLES = [Style(python, quote) for python in (False, True) for quote in ("'", '"')]

READ = {
    "#a": step("locator", "#a"),
    "xpath=//a[text()='b >> c']": step("locator", "xpath=//a[text()='b >> c']"),
    'internal:testid=[data-qa="a \\"b\\""s]': step("getByTestId", 'a "b"'),
    "internal:testid=[data-testid=/a.*/i]": step("getByTestId", Pattern("a.*", "i")),
    'internal:role=button[name="Save"i]': step("getByRole", "button", name="Save"),
    'internal:role=button[name="Save"s]': step("getByRole", "button", name="Save", exact=True),
    'internal:role=checkbox[checked=true][name="a]b"i]': step("getByRole", "checkbox", checked=True, name="a]b"),
    "internal:role=heading[level=2]": step("getByRole", "heading", level=2),
    "internal:role=link[name=/log in/i]": step("getByRole", "link", name=Pattern("log in", "i")),
    "internal:role=link[include-hidden=true]": step("getByRole", "link", includeHidden=True),
    'internal:text="Sign in"i': step("getByText", "Sign in"),
    'internal:text="a \\"b\\" \\n"s': step("getByText", 'a "b" \n', exact=True),
    "internal:text=/a\\/b/": step("getByText", Pattern("a\\/b")),
    'internal:label="E-mail"i': step("getByLabel", "E-mail"),
    'internal:attr=[placeholder="E-mail"i]': step("getByPlaceholder", "E-mail"),
    'internal:attr=[alt="Logo"s]': step("getByAltText", "Logo", exact=True),
    'internal:attr=[title="Help"i]': step("getByTitle", "Help"),
    'internal:has-text="Tea"i': step("filter", hasText="Tea"),
    "internal:has-not-text=/Tea/": step("filter", hasNotText=Pattern("Tea")),
    "visible=true": step("filter", visible=True),
    "nth=0": step("first"),
    "nth=-1": step("last"),
    "nth=3": step("nth", 3),
    "internal:control=enter-frame": step("contentFrame"),
    'internal:has="b"': step("unknown", 'internal:has="b"'),
}


@pytest.mark.parametrize(("selector", "expected"), READ.items(), ids=READ.keys())
def test_a_part_of_a_selector_is_read(selector: str, expected: Step) -> None:
    assert read_selector(selector) == (expected,)


def test_a_description_changes_nothing() -> None:
    assert read_selector('#a >> internal:describe="the user"') == (step("locator", "#a"),)


@pytest.mark.parametrize(
    ("selector", "parts"),
    [
        ("a >> b>>c", ["a", "b", "c"]),
        ('internal:text="a >> b"i >> nth=0', ['internal:text="a >> b"i', "nth=0"]),
        ('internal:text="a \\" >> b"i >> nth=0', ['internal:text="a \\" >> b"i', "nth=0"]),
        ("text=Don't >> b", ["text=Don't", "b"]),
        ("[title='a >> b']", ["[title='a >> b']"]),
    ],
)
def test_a_selector_is_split_outside_of_quotes(selector: str, parts: list[str]) -> None:
    assert split_selector(selector) == parts


WRITTEN = [
    ([step("getByRole", "button", name="Save", exact=True)],
     ".getByRole('button', { name: 'Save', exact: true })", ".get_by_role('button', name='Save', exact=True)"),
    ([step("locator", "li"), step("filter", hasText=Pattern("a", "i")), step("first")],
     ".locator('li').filter({ hasText: /a/i }).first()",
     ".locator('li').filter(has_text=re.compile(r\"a\", re.IGNORECASE)).first"),
    ([step("locator", "iframe"), step("contentFrame"), step("getByAltText", "It's")],
     ".locator('iframe').contentFrame().getByAltText(\"It's\")",
     ".locator('iframe').content_frame.get_by_alt_text(\"It's\")"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "script", "python"), WRITTEN)
def test_steps_are_written_as_an_author_would(steps: list[Step], script: str, python: str) -> None:
    assert write_steps(steps, Style()) == script
    assert write_steps(steps, Style(python=True)) == python


def test_a_pattern_needs_the_import_of_re() -> None:
    with pytest.raises(NotCode, match="import re"):
        write_steps([step("getByText", Pattern("a"))], Style(python=True, patterns=False))


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\"'`\\\n\t${}>/"), max_size=20)
ROLE = st.sampled_from(["button", "link"])
METHOD = st.sampled_from(["getByText", "getByLabel", "getByPlaceholder", "getByTitle"])
STEP = st.one_of(
    st.builds(step, st.just("getByTestId"), TEXT),
    st.builds(step, st.just("getByRole"), ROLE, name=TEXT, exact=st.booleans()),
    st.builds(step, METHOD, TEXT, exact=st.booleans()),
    st.builds(step, st.just("filter"), hasText=TEXT),
    st.builds(step, st.just("nth"), st.integers(-5, 50)),
)


@given(st.lists(STEP, min_size=1, max_size=4), st.sampled_from(STYLES))
def test_what_is_written_is_read_again(steps: list[Step], style: Style) -> None:
    code = write_steps(steps, style).removeprefix(".")
    heal = Heal(original_selector="#a", healed_locator=code, decision="heal", confidence=1, strategy="x")

    assert healed_steps(heal) == tuple(steps)


@given(TEXT, st.booleans())
def test_a_text_of_a_selector_is_read_as_it_was(text: str, exact: bool) -> None:
    # As Playwright escapes it.
    selector = f"internal:text={json.dumps(text, ensure_ascii=False)}{'s' if exact else 'i'} >> nth=2"

    assert read_selector(selector) == (step("getByText", text, exact=exact), step("nth", 2))


def test_a_suggestion_is_in_the_language_of_the_file() -> None:
    heal = Heal(
        original_selector="#a", healed_selector='internal:text="Go"s', decision="heal", confidence=1, strategy="x"
    )

    assert suggestion_of(heal, "a.ts") == "getByText('Go', { exact: true })"
    assert suggestion_of(heal, "a.py") == 'get_by_text("Go", exact=True)'
