"""Answers in plain sentences."""

from shifty.healing.engine.element import Element
from shifty.healing.engine.explain import explain
from shifty.healing.engine.locator import read
from shifty.healing.engine.model import Question, Ranked

FORM = ["form#login.card", "main"]
WAS = Element(tag="input", id="username", name="user", label="User name", ancestors=FORM)
NOW = Element(tag="input", id="user-name", name="user", label="User name", ancestors=FORM)
RIVAL = Element(tag="input", id="password", name="pass", label="Password", ancestors=FORM)
RANKING = [Ranked(0, 0.97), Ranked(1, 0.12)]


def question(*candidates: Element, fingerprint: Element | None = WAS, selector: str = "#username") -> Question:
    fingerprints = () if fingerprint is None else (fingerprint,)
    return Question(selector=selector, candidates=candidates, fingerprints=fingerprints)


def test_a_heal_says_what_agrees_what_changed_and_why_the_next_is_behind() -> None:
    told = explain(question(NOW, RIVAL), WAS, RANKING, "heal")

    assert told == (
        'It is input "User name". '
        'The same: name `user`, text "User name", tag `input` and place in `form#login.card`. '
        "Changed: id `username` is now `user-name`. "
        'Next best is input "Password" (0.12): "Password" says the contrary of "User name".'
    )


def test_a_refusal_says_that_it_was_probably_removed() -> None:
    told = explain(question(RIVAL), WAS, [Ranked(0, 0.04)], "refuse")

    assert told.startswith('Nothing on the page resembles it: probably removed. The closest is input "Password".')


def test_two_that_fit_nearly_as_well_are_told_as_such() -> None:
    told = explain(question(NOW, NOW), WAS, [Ranked(0, 0.6), Ranked(1, 0.58)], "propose")

    assert told.startswith('It may be input "User name", but another element fits nearly as well.')


def test_without_a_fingerprint_it_says_so() -> None:
    locator = "#username"

    told = explain(question(NOW, fingerprint=None, selector=locator), read(locator), RANKING[:1], "propose")

    assert "Changed: id `username` is now `user-name`." in told
    assert told.endswith("It has not been seen to work before, so only the locator itself speaks for it.")


def test_an_empty_page_has_nothing_to_say() -> None:
    assert explain(question(), WAS, [], "refuse") == "The page has no element that this action could mean."


def test_long_texts_are_cut_and_at_most_four_sentences_long() -> None:
    long = Element(tag="p", text="word `" * 200, id="x" * 300)

    told = explain(question(long, long, fingerprint=None), WAS, RANKING, "propose")

    assert len(told) < 700
    assert told.count("word") < 30
    assert "xxx…`" in told
