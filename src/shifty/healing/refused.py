"""Whether an element is one that somebody does not want for a locator: pure.

A decision keeps the selector that was refused, and the page has changed since. Whatever it says has to hold for the
element; where it says too little to tell, the answer is yes: when in doubt the test fails.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from shifty.healing.engine.element import Element
from shifty.healing.engine.locator import read
from shifty.healing.model import Refused

ENTER_FRAME: Final = " >> internal:control=enter-frame >> "
_ONE_BY_ONE: Final = ("tag", "id", "test_id", "role", "placeholder", "name", "type", "href", "title", "alt")
_CUT: Final = 60
_WORDS: Final = ("text", "accessible_name", "label")


def refusal_of(element: Element, selector: str, refused: Sequence[Refused]) -> Refused | None:
    """What speaks against ``element`` in place of ``selector``, if anything does."""
    leg = selector.count(ENTER_FRAME)
    return next((each for each in refused if _is_meant(element, each.healed_selector, leg)), None)


def _is_meant(element: Element, healed: str, leg: int) -> bool:
    legs = healed.split(ENTER_FRAME)
    said = read(legs[min(leg, len(legs) - 1)])
    return all(_agreements(said, element))


def _agreements(said: Element, element: Element) -> Iterator[bool]:
    for field in _ONE_BY_ONE:
        if wanted := _text(said, field):
            yield wanted == _text(element, field)
    if words := list(_words(said)):
        known = list(_words(element))
        yield all(any(_reads(word, other) for other in known) for word in words)
    yield set(said.classes) <= set(element.classes)
    # The attribute that holds the test id is collected as such, whatever the project calls it.
    yield all(value in (element.data.get(name), element.test_id) for name, value in said.data.items())
    yield all(element.attributes.get(name, value) == value for name, value in said.attributes.items())


def _reads(word: str, text: str) -> bool:
    """Long texts are cut where they are collected."""
    return word in text or (len(text) >= _CUT and word.startswith(text.rstrip("…")))


def _words(element: Element) -> Iterable[str]:
    return (text for field in _WORDS if (text := _text(element, field)))


def _text(element: Element, field: str) -> str:
    value: object = getattr(element, field)
    return " ".join(value.casefold().split()) if isinstance(value, str) else ""
