"""What is healed, proposed and refused: small pages, and properties over any."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shifty.healing.engine.coefficients import coefficients
from shifty.healing.engine.decide import decide
from shifty.healing.engine.element import Element
from shifty.healing.engine.model import Answer, Question


def button(text: str, **more: Any) -> Element:
    made = Element(tag="button", role="button", accessible_name=text, text=text, is_button=True, w=80, h=30)
    return msgspec.structs.replace(made, **more)


def link(text: str, href: str, **more: Any) -> Element:
    made = Element(tag="a", role="link", accessible_name=text, text=text, href=href, w=60, h=20)
    return msgspec.structs.replace(made, **more)


SIGN_IN = button(
    "Sign in", id="login", classes=["btn", "primary"], x=300, y=400, xpath="/html[1]/body[1]/form[1]/button[1]"
)
OTHERS = [
    link("Help", "/help", x=10, y=10, xpath="/html[1]/body[1]/nav[1]/a[1]"),
    link("Prices", "/prices", x=90, y=10, xpath="/html[1]/body[1]/nav[1]/a[2]"),
    button("Cancel", x=400, y=400, xpath="/html[1]/body[1]/form[1]/button[2]"),
    Element(tag="input", type="email", name="email", role="textbox", x=300, y=300, w=200, h=30, editable=True),
    Element(tag="input", type="password", name="password", role="textbox", x=300, y=350, w=200, h=30, editable=True),
]


def ask(was: Element, candidates: Sequence[Element], action: str = "click") -> Answer:
    return decide(Question(selector="#login", fingerprints=(was,), candidates=candidates, action=action))


def test_a_renamed_id_is_healed() -> None:
    renamed = msgspec.structs.replace(SIGN_IN, id="sign-in-button")

    answer = ask(SIGN_IN, [*OTHERS, renamed])

    assert (answer.band, answer.index) == ("heal", len(OTHERS))
    assert answer.explanation


def test_a_label_in_other_words_is_still_found() -> None:
    reworded = msgspec.structs.replace(SIGN_IN, text="Log in", accessible_name="Log in")

    answer = ask(SIGN_IN, [*OTHERS, reworded])

    assert answer.index == len(OTHERS)
    assert answer.band != "refuse"


def test_a_removed_element_is_not_healed() -> None:
    assert ask(SIGN_IN, OTHERS).band != "heal"
    assert ask(SIGN_IN, OTHERS).confidence < coefficients().bands.heal


def test_another_button_in_its_place_is_not_it() -> None:
    other = msgspec.structs.replace(SIGN_IN, text="Continue", accessible_name="Continue", id="go")

    assert ask(SIGN_IN, [*OTHERS, other]).band != "heal"


def test_what_says_the_contrary_is_refused_even_in_the_same_place() -> None:
    sign_up = msgspec.structs.replace(SIGN_IN, text="Sign up", accessible_name="Sign up", id="register")

    assert ask(SIGN_IN, [*OTHERS, sign_up]).band == "refuse"


def test_two_equal_candidates_are_never_healed() -> None:
    was = button("Delete", id="delete-7", xpath="/html[1]/body[1]/ul[1]/li[7]/button[1]")
    rows = [button("Delete", xpath=f"/html[1]/body[1]/ul[1]/li[{row}]/button[1]") for row in (1, 2)]

    answer = ask(was, [*OTHERS, *rows])

    assert answer.band != "heal"
    assert answer.confidence < 0.7


def test_of_two_equal_candidates_the_place_alone_does_not_choose() -> None:
    was = button("Add", id="add", x=20, y=50, xpath="/html[1]/body[1]/ul[1]/li[1]/button[1]")
    rows = [
        button("Add", classes=["add"], x=20, y=50 * row, xpath=f"/html[1]/body[1]/ul[1]/li[{row}]/button[1]")
        for row in (1, 2)
    ]

    assert ask(was, [*OTHERS, *rows]).band != "heal"


def test_a_link_and_the_word_in_it_are_no_rivals() -> None:
    was = link("Sign in", "/signin", id="old", xpath="/html[1]/body[1]/nav[1]/a[3]", x=200, y=10)
    now = msgspec.structs.replace(was, id="new")
    word = Element(tag="span", text="Sign in", xpath="/html[1]/body[1]/nav[1]/a[3]/span[1]", x=202, y=11, w=56, h=18)

    assert ask(was, [*OTHERS, now, word]).band == "heal"


@pytest.mark.parametrize(("action", "fits"), [("fill", "input"), ("click", "button")])
def test_nobody_types_into_a_button(action: str, fits: str) -> None:
    was = Element(tag="input", type="text", id="login", label="Sign in", role="textbox")

    answer = ask(was, [SIGN_IN, *OTHERS], action)

    assert answer.index is not None
    assert [SIGN_IN, *OTHERS][answer.index].tag == fits
    assert sorted(answer.ranking) == list(range(len(OTHERS) + 1))


def test_no_candidate_that_the_action_could_mean_is_refused() -> None:
    answer = ask(SIGN_IN, OTHERS[:3], "fill")

    assert (answer.band, answer.confidence) == ("refuse", 0.0)
    assert decide(Question(selector="#login", candidates=())).index is None


def test_a_blank_fingerprint_gives_way_to_the_one_before() -> None:
    renamed = msgspec.structs.replace(SIGN_IN, id="sign-in-button")
    blank = Element(tag="button")

    question = Question(selector="#login", fingerprints=(blank, SIGN_IN), candidates=[*OTHERS, renamed])

    assert decide(question).index == len(OTHERS)
    assert decide(replace(question, selector="", fingerprints=(blank,))).band == "refuse"


@pytest.mark.parametrize("question", [{"action": "expect:to.be.visible"}, {"reason": "strict"}])
def test_without_a_fingerprint_neither_expectations_nor_too_many_matches_are_healed(question: dict[str, Any]) -> None:
    asked = Question(
        selector='internal:testid=[data-testid="pay"s]', candidates=[button("Pay", test_id="pay"), *OTHERS]
    )

    assert decide(replace(asked, **question)).band != "heal"


def test_a_locator_alone_heals_only_what_it_says_exactly() -> None:
    pay = button("Pay", test_id="pay")

    exact = decide(Question(selector='internal:testid=[data-testid="pay"s]', candidates=[*OTHERS, pay], action="click"))
    near = decide(Question(selector='internal:role=button[name="Pay now"i]', candidates=[*OTHERS, pay], action="click"))
    none = decide(Question(selector="#unheard-of", candidates=[*OTHERS, pay], action="click"))

    assert (exact.band, exact.index) == ("heal", len(OTHERS))
    assert (near.band, near.index) == ("propose", len(OTHERS))
    assert none.band == "refuse"


@pytest.mark.parametrize(
    ("selector", "now", "band"),
    [
        ('internal:text="Order paid"i', "Order failed", "propose"),
        ('#message >> internal:has-text="paid"i', "Order failed", "propose"),
        ('internal:role=status[name="Order paid"i]', "Order failed", "propose"),
        ('p >> internal:has-not-text="Order failed"i', "Order failed", "propose"),
        (".message.paid", "Order paid", "propose"),
        ('#old-message[aria-busy="false"]', "Order paid", "propose"),
        ('internal:role=status[name="Order paid"i][pressed=true]', "Order paid", "propose"),
        ("#old-message", "Order failed", "heal"),
        ("#old-message.message", "Order paid", "heal"),
        ('#old-message >> internal:has-text="paid"i', "Order paid, thank you", "heal"),
    ],
)
def test_an_expectation_is_not_met_by_an_element_that_is_not_as_its_locator_says(
    selector: str, now: str, band: str
) -> None:
    place = {"xpath": "/html[1]/body[1]/main[1]/p[1]", "classes": ["message"], "heading": "Checkout"}
    message = msgspec.convert({"tag": "p", "id": "message", "text": "Order paid", "visible": True, **place}, Element)
    changed = msgspec.structs.replace(message, text=now)
    question = Question(
        selector=selector, fingerprints=(message,), candidates=[*OTHERS, changed], action="expect:to.be.visible"
    )

    answer = decide(question)

    assert (answer.band, answer.index) == (band, len(OTHERS))
    assert decide(replace(question, action="click")).band == "heal"


def test_among_five_thousand_rows_the_one_that_is_meant_is_found() -> None:
    rows = [link(f"Row {n}", f"/rows/{n}", xpath=f"/html[1]/body[1]/ul[1]/li[{n}]/a[1]", y=20 * n) for n in range(5000)]
    renamed = msgspec.structs.replace(SIGN_IN, id="sign-in-button")

    answer = ask(SIGN_IN, [*rows, *OTHERS, renamed])

    assert (answer.band, answer.index) == ("heal", len(rows) + len(OTHERS))
    assert sorted(answer.ranking) == list(range(len(rows) + len(OTHERS) + 1))


texts = st.text(max_size=12)
numbers = st.floats(min_value=-1e9, max_value=1e9)
elements = st.builds(
    Element,
    tag=st.sampled_from(["a", "button", "input", "div", "X-Y", ""]),
    id=texts,
    name=texts,
    text=texts,
    href=texts,
    test_id=texts,
    classes=st.lists(texts, max_size=3),
    xpath=st.sampled_from(["", "/html[1]/a[1]", "/html[1]/a[1]/b[1]", "//", "/"]),
    idxpath=st.sampled_from(["", "id(", "//*[@id=", "//*[@id='a']/b[1]"]),
    neighbor_text=texts,
    x=numbers,
    w=numbers,
    h=numbers,
)


# Two that are equally likely are told by their place, which no two elements of a page share.
@given(
    was=elements,
    candidates=st.lists(elements, max_size=5, unique_by=lambda element: element.xpath),
    shuffled=st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_the_order_of_candidates_decides_nothing(was: Element, candidates: list[Element], shuffled: Random) -> None:
    order = list(range(len(candidates)))
    shuffled.shuffle(order)

    one = ask(was, candidates)
    other = ask(was, [candidates[index] for index in order])

    assert 0 <= one.confidence <= 1
    assert sorted(one.ranking) == list(range(len(candidates)))
    assert (one.band, round(one.confidence, 6)) == (other.band, round(other.confidence, 6))
    if one.index is not None and other.index is not None:
        best, best_of_other = candidates[one.index], candidates[order[other.index]]
        assert best == best_of_other or one.band != "heal"
    assert ask(was, candidates) == one


def test_another_number_than_the_locator_names_is_only_proposed() -> None:
    was = link("Invoice 1001", "/invoice", id="newest", xpath="/html[1]/body[1]/main[1]/a[1]")
    now = msgspec.structs.replace(was, text="Invoice 1002", accessible_name="Invoice 1002", classes=["row"])

    answer = decide(
        Question(
            selector='internal:text="Invoice 1001"i', fingerprints=(was,), candidates=[*OTHERS, now], action="click"
        )
    )

    assert (answer.index, answer.band) in ((len(OTHERS), "propose"), (len(OTHERS), "refuse"))


def test_a_password_is_never_typed_into_another_kind_of_field() -> None:
    was = Element(
        tag="input",
        type="password",
        id="pass",
        name="pass",
        label="Password",
        role="textbox",
        w=200,
        h=30,
        editable=True,
    )
    shown = msgspec.structs.replace(was, type="text", id="pass-field")

    answer = ask(was, [OTHERS[0], shown], "fill")

    assert answer.band != "heal"
