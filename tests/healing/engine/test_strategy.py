"""Which family of evidence carried an answer."""

import pytest

from shifty.healing.engine.element import Element
from shifty.healing.engine.locator import read
from shifty.healing.engine.model import Strategy
from shifty.healing.engine.strategy import address, strategy_of


def button(text: str, identifier: str = "", *, test_id: str = "", place: str = "form") -> Element:
    return Element(tag="button", role="button", text=text, id=identifier, test_id=test_id, ancestors=[place])


SAVE = button("Save", "save", test_id="save-order")


@pytest.mark.parametrize(
    ("was", "now", "strategy"),
    [
        (SAVE, button("Store", test_id="save-order"), "data-testid-recovery"),
        (SAVE, button("Go", "save-order"), "data-testid-recovery"),
        (SAVE, button("Save", "x7"), "text-content-matching"),
        (SAVE, button("Save changes", "commit"), "text-content-matching"),
        (SAVE, button("", "commit"), "css-hierarchy-analysis"),
        (read("#username"), Element(tag="input", test_id="username-input"), "data-testid-recovery"),
        (read("#btn-login"), button("Log in"), "text-content-matching"),
        (read('internal:role=button[name="Sign in"i]'), button("Log in"), "text-content-matching"),
        (read("form > button.big"), button("Log in"), "css-hierarchy-analysis"),
        (
            Element(tag="a", href="https://old.example/cart?session=1"),
            Element(tag="a", href="https://new.example/cart"),
            "text-content-matching",
        ),
    ],
)
def test_the_strategy_names_what_agrees_best(was: Element, now: Element, strategy: Strategy) -> None:
    assert strategy_of(was, now) == strategy


def test_a_text_that_rivals_have_as_well_did_not_carry_the_answer() -> None:
    was = button("Delete", "delete-row-bob", place="tr#bob")
    now = button("Delete", "remove-row-bob", place="tr#bob")

    assert strategy_of(was, now) == "text-content-matching"
    assert strategy_of(was, now, [button("Delete", "x", place="tr#alice")]) == "data-testid-recovery"


def test_a_link_that_carries_another_is_that_one() -> None:
    assert address("https://archive.example/2020/https://shop.example/cart/?x=1") == "/cart"
    assert address("mailto:someone@example.org") == "someone@example.org"
    assert address("http://[broken") == "http://[broken"
