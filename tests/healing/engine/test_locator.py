"""What selectors say of their elements: those that Playwright sends, CSS, XPath, chains, and nonsense."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.healing.engine.element import Element
from shifty.healing.engine.locator import DEEPEST, LONGEST, kind, read

PLAYWRIGHT: list[tuple[str, str, dict[str, object]]] = [
    (
        'internal:testid=[data-testid="login-submit"s]',
        "test-id",
        {"testId": "login-submit", "data": {"data-testid": "login-submit"}},
    ),
    ('internal:testid=[data-pw="a\\"b"s]', "test-id", {"testId": 'a"b', "data": {"data-pw": 'a"b'}}),
    ('internal:role=button[name="Save"i]', "role", {"role": "button", "accessibleName": "Save", "isButton": True}),
    (
        "internal:role=heading[name=/Sign ?in/i][level=2]",
        "role",
        {"tag": "h2", "role": "heading", "accessibleName": "Sign in"},
    ),
    ("internal:role=checkbox[checked=true]", "role", {"role": "checkbox"}),
    ('internal:text="Hello >> world"i', "text", {"text": "Hello >> world"}),
    ("internal:text=/^Welcome,? .*/i", "text", {"text": "Welcome,"}),
    ('internal:label="E-mail"s', "label", {"label": "E-mail", "accessibleName": "E-mail"}),
    ('internal:attr=[placeholder="Search…"i]', "attribute", {"placeholder": "Search…"}),
    ('internal:attr=[alt="Logo"s]', "attribute", {"alt": "Logo"}),
    ('internal:attr=[title="Close"i]', "attribute", {"title": "Close"}),
    ("text=Log in", "text", {"text": "Log in"}),
    ('"Log in"', "text", {"text": "Log in"}),
    ("id=main", "id", {"id": "main"}),
    ("data-test-id=x >> nth=2", "test-id", {"testId": "x", "data": {"data-test-id": "x"}}),
    ('li >> internal:has="internal:text=\\"Milk\\"i" >> nth=0', "css", {"tag": "li", "text": "Milk"}),
    ('li >> internal:has-not-text="Sold out"i', "css", {"tag": "li"}),
    ('button >> internal:and="[title=Go]"', "css", {"tag": "button", "title": "Go"}),
    ('button >> internal:or="a"', "css", {"tag": "button"}),
    ('button >> internal:describe="The button" >> visible=true', "css", {"tag": "button"}),
    ("iframe.pay >> internal:control=enter-frame >> #card", "chain", {"id": "card"}),
    (
        'internal:role=row >> internal:has-text="Bob"i >> internal:role=button[name="Delete"i]',
        "chain",
        {
            "role": "button",
            "accessibleName": "Delete",
            "isButton": True,
            "ancestors": ["tr"],
            "neighborText": "Bob",
        },
    ),
]
CSS: list[tuple[str, str, dict[str, object]]] = [
    ("#username", "id", {"id": "username"}),
    ("input#user.form-control", "css", {"tag": "input", "id": "user", "classes": ["form-control"]}),
    ('[data-test="go"]', "test-id", {"testId": "go", "data": {"data-test": "go"}}),
    (
        'form#login.card > div.row input[name="q"][type=text][required]',
        "css",
        {
            "tag": "input",
            "name": "q",
            "type": "text",
            "attributes": {"required": ""},
            "ancestors": ["div.row", "form#login.card"],
        },
    ),
    (
        "#menu > ul:nth-of-type(2) > li:nth-child(3) > a",
        "css",
        {"tag": "a", "idxpath": "//*[@id='menu']/ul[2]/li[3]/a[1]", "ancestors": ["li", "ul", "#menu"]},
    ),
    (
        "body > div:nth-of-type(2)",
        "css",
        {"tag": "div", "xpath": "/html[1]/body[1]/div[2]", "ancestors": ["body"]},
    ),
    ("label.big + input", "css", {"tag": "input"}),
    ('button:has-text("Log in"):not(.old):visible', "css", {"tag": "button", "text": "Log in"}),
    (":is(button, a).x", "css", {"tag": "button", "classes": ["x"]}),
    ('a[href^="/cart"], b', "css", {"tag": "a", "href": "/cart"}),
    ("#\\31 23\\:b", "id", {"id": "123:b"}),
    ('div[title="a > b, c]"]', "css", {"tag": "div", "title": "a > b, c]"}),
]
XPATH: list[tuple[str, dict[str, object]]] = [
    ('//*[@id="x"]/div[2]/a', {"tag": "a", "idxpath": "//*[@id='x']/div[2]/a[1]", "ancestors": ["div", "#x"]}),
    ("/html/body/a[3]", {"tag": "a", "xpath": "/html[1]/body[1]/a[3]", "ancestors": ["body", "html"]}),
    ('xpath=//button[contains(@class,"go") and text()="Save"]', {"tag": "button", "text": "Save", "classes": ["go"]}),
    ('//button[not(@id="old")][normalize-space()="Save"]', {"tag": "button", "text": "Save"}),
    ('//label[text()="Name"]/following-sibling::input', {"tag": "input", "label": "Name"}),
    ('(//a[contains(text(),"More")])[2]', {"tag": "a", "text": "More"}),
    ('//li[span[@title="x"]]', {"tag": "li", "title": "x"}),
]


def said(element: Element) -> dict[str, object]:
    """What an element says, by the names of the wire, without what is empty."""
    return {key: value for key, value in json.loads(msgspec.json.encode(element)).items() if value}


@pytest.mark.parametrize(("selector", "expected_kind", "expected"), [*PLAYWRIGHT, *CSS])
def test_a_selector_says_this_of_its_element(selector: str, expected_kind: str, expected: dict[str, object]) -> None:
    assert said(read(selector)) == expected
    assert kind(selector) == expected_kind


@pytest.mark.parametrize(("path", "expected"), XPATH)
def test_an_xpath_says_this_of_its_element(path: str, expected: dict[str, object]) -> None:
    assert said(read(path)) == expected
    assert kind(path) == "xpath"


@pytest.mark.parametrize(
    "nonsense", ["", ">>", "internal:has=", "internal:and={}", "_react=App", "nth=1", "//", "[", ":"]
)
def test_what_cannot_be_read_says_nothing(nonsense: str) -> None:
    assert said(read(nonsense)) == {}


@given(st.text(alphabet="ab#.[]()\"'/\\>+~:=*@| internal:has->>,1\n{}^$é", max_size=60))
def test_no_selector_raises(selector: str) -> None:
    read(selector)
    kind(selector)


def test_selectors_within_selectors_are_read_only_so_deep() -> None:
    deep = "a" + ":is(b" * (DEEPEST + 50) + ")" * (DEEPEST + 50)

    assert read(deep).tag == "b"


def test_a_selector_longer_than_people_write_says_nothing() -> None:
    assert said(read("a" * (LONGEST + 1))) == {}
