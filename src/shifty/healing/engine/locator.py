"""What a locator itself says of its element: all there is to go by when it has never been seen to work."""

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from shifty.healing.engine.element import Element
from shifty.healing.engine.locator_css import of_css
from shifty.healing.engine.locator_merge import inside, merged
from shifty.healing.engine.locator_parts import TEST_IDS, Part, attributes, inner, of_attribute, parts, said
from shifty.healing.engine.locator_xpath import of_xpath

Kind: TypeAlias = Literal["test-id", "role", "text", "label", "attribute", "id", "css", "xpath", "chain", "other"]

DEEPEST = 6
"""Selectors within selectors; what is deeper says nothing."""

LONGEST = 2000
"""Characters. People write no longer ones, and reading takes time by the square of it."""

_KINDS: Mapping[str, Kind] = {
    "internal:testid": "test-id",
    "internal:role": "role",
    "role": "role",
    "internal:text": "text",
    "text": "text",
    "internal:label": "label",
    "internal:attr": "attribute",
    "id": "id",
    "css": "css",
    "xpath": "xpath",
    **dict.fromkeys(TEST_IDS, "test-id"),
}
_NESTED = frozenset(["internal:has", "internal:and", "internal:chain", "internal:has-text"])
_NOTHING = Element(tag="")


def read(selector: str) -> Element:
    """A pseudo-fingerprint of a Playwright selector: empty in all that it doesn't say. Never raises.

    ``form#login >> internal:role=button[name="Save"i]`` is a button named Save below ``form#login``.
    """
    return _read(selector, 0)


def kind(selector: str) -> Kind:
    """By what a locator finds its element; ``chain`` if it goes through others by locators of their own."""
    found = [part for part in parts(selector) if part.engine in _KINDS]
    if len(found) != 1:
        return "chain" if found else "other"
    own = _KINDS[found[0].engine]
    if own == "css":
        element = read(selector)
        if element.test_id:
            return "test-id"
        return "id" if element == Element(tag=element.tag, id=element.id) and element.id else "css"
    return own


def _read(selector: str, depth: int) -> Element:
    if depth > DEEPEST or len(selector) > LONGEST:
        return _NOTHING
    element: Element | None = None
    for part in parts(selector):
        if part.engine == "internal:control":
            element = None
        elif part.engine in _NESTED:
            element = _refined(element or _NOTHING, part, depth)
        elif part.engine in _KINDS:
            found = _found(part, depth)
            element = found if element is None else inside(element, found)
    return element or _NOTHING


def _refined(element: Element, part: Part, depth: int) -> Element:
    """``filter()``, ``and()`` and a locator within a locator."""
    if part.engine == "internal:has-text":
        return merged(element, Element(tag="", text=said(part.body)))
    other = _read(inner(part.body), depth + 1)
    if part.engine == "internal:has":
        return merged(element, Element(tag="", text=other.text or other.accessible_name))
    return inside(element, other) if part.engine == "internal:chain" else merged(element, other)


def _found(part: Part, depth: int) -> Element:
    engine, body = part
    if engine == "css":
        return of_css(body, lambda selector: _read(selector, depth + 1))
    if engine in {"internal:role", "role"}:
        return _of_role(body)
    if engine in {"internal:testid", "internal:attr"}:
        return _of_attributes(body, test_id=engine == "internal:testid")
    return _PLAIN[engine](body) if engine in _PLAIN else of_attribute(engine, said(body))


def _of_role(body: str) -> Element:
    role = body.split("[", 1)[0].strip().lower()
    element = Element(tag="", role=role, is_button=role == "button")
    for attribute in attributes(body):
        if attribute.name == "name":
            element = merged(element, Element(tag="", accessible_name=attribute.value))
        elif attribute.name == "level" and role == "heading" and attribute.value in set("123456"):
            element = merged(element, Element(tag=f"h{attribute.value}"))
    return element


def _of_attributes(body: str, *, test_id: bool) -> Element:
    element = _NOTHING
    for attribute in attributes(body):
        element = merged(element, of_attribute(attribute.name, attribute.value))
        if test_id:
            element = merged(element, Element(tag="", test_id=attribute.value))
    return element


def _of_label(body: str) -> Element:
    return Element(tag="", label=said(body), accessible_name=said(body))


def _of_text(body: str) -> Element:
    return Element(tag="", text=said(body))


_PLAIN: Mapping[str, Callable[[str], Element]] = {
    "xpath": of_xpath,
    "internal:label": _of_label,
    "internal:text": _of_text,
    "text": _of_text,
}
