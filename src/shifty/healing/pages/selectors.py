"""Writes a selector as an author would, in Playwright's public syntax, and checks that it hits just that element."""

from collections.abc import Callable, Iterator, Sequence

from playwright.sync_api import ElementHandle, Error, Page

from shifty.healing.engine.element import Element
from shifty.healing.engine.generated import is_generated

_LONGEST = 80
"""A longer text is no selector that somebody wants to read."""
_CONTAINERS = frozenset(
    {"", "form", "main", "document", "group", "list", "region", "table", "row", "rowgroup", "generic"}
)
_IS_IT = "(found, element) => found.length === 1 && found[0] === element"

_Say = Callable[[Element], str]


def write_selector(page: Page, element: Element, rivals: Sequence[Element], *, test_id: str = "data-testid") -> str:
    """For ``element`` of ``page`` as it is now; ``rivals`` are all of its elements. At worst a path from the top."""
    handle = page.query_selector(element.ref)
    if handle is None:
        return element.ref
    for selector in _candidates(element, rivals, test_id):
        if _hits(page, selector, handle):
            return selector
    return element.ref


def _candidates(element: Element, rivals: Sequence[Element], test_id: str) -> Iterator[str]:
    said = [(say, selector) for say, selector in _own(element, test_id) if selector]
    # Asking the page costs a round trip: only for what is unique among all that were collected.
    yield from (selector for say, selector in said if sum(say(rival) == say(element) for rival in rivals) == 1)
    anchor = _anchor(element)
    if anchor:
        yield from (f"{anchor} >> {selector}" for _, selector in said)


def _own(element: Element, test_id: str) -> Iterator[tuple[_Say, str]]:
    yield lambda e: e.test_id, _attribute(test_id, element.test_id)
    yield lambda e: e.id, _id(element.id)
    yield lambda e: f"{e.tag} {e.name}", _attribute("name", element.name, element.tag)
    yield lambda e: f"{e.role} {e.accessible_name}", _role(element)
    yield lambda e: e.placeholder, _attribute("placeholder", element.placeholder)
    yield (
        lambda e: e.attributes.get("aria-label", ""),
        _attribute("aria-label", element.attributes.get("aria-label", "")),
    )
    yield lambda e: e.alt, _attribute("alt", element.alt)
    yield lambda e: e.title, _attribute("title", element.title)
    yield lambda e: f"{e.tag} {e.text}", _text(element)
    yield lambda e: f"{e.tag} {e.href}", _attribute("href", element.href, element.tag)
    for name in element.classes:
        if not is_generated(name) and name.replace("-", "").replace("_", "").isalnum() and name.isascii():
            yield lambda e, name=name: f"{e.tag} {name in e.classes}", f"{element.tag}.{name}"


def _attribute(key: str, value: str, tag: str = "") -> str:
    # The collector cuts at 200 characters and joins spaces: what is long may not be whole.
    if not value or len(value) > _LONGEST or is_generated(value):
        return ""
    return f"{tag}[{key}={quoted(value)}]"


def _id(value: str) -> str:
    if not value or is_generated(value):
        return ""
    plain = value.isascii() and value[0].isalpha() and value.replace("-", "").replace("_", "").isalnum()
    return f"#{value}" if plain else f"[id={quoted(value)}]"


def _role(element: Element) -> str:
    name = element.accessible_name
    if element.role in _CONTAINERS or not name or len(name) > _LONGEST:
        return ""
    return f"role={element.role}[name={quoted(name)}s]"


def _text(element: Element) -> str:
    if element.role in _CONTAINERS - {""} or not element.text or len(element.text) > _LONGEST:
        return ""
    return f"text={quoted(element.text)}"


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _anchor(element: Element) -> str:
    """The nearest ancestor that has an id of its own."""
    for token in element.ancestors:
        _, mark, rest = token.partition("#")
        selector = _id(rest.split(".", 1)[0]) if mark else ""
        if selector:
            return selector
    return ""


def _hits(page: Page, selector: str, handle: ElementHandle) -> bool:
    try:
        return bool(page.eval_on_selector_all(selector, _IS_IT, handle))
    except Error:
        # An odd value that this syntax does not take; the next one may do.
        return False
