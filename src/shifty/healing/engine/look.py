"""What of an element is compared: texts folded and cut, identifiers and paths taken apart, once per element."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from urllib.parse import unquote

from shifty.healing.engine.element import Element
from shifty.healing.engine.generated import is_generated

_TEXT = 120
_AROUND = 300
_FARTHEST = 1e7
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_GENERATED = re.compile(r"(?=.*\d)(?=.*[a-z])[a-z\d]{5,}$|\d{3,}$", re.IGNORECASE)
_ARCHIVE = re.compile(r"^(?:https?://[^/]+)?/web/\d{8,}[a-z_]*/")
_IMPLIED = {
    "a": "link",
    "button": "button",
    "select": "combobox",
    "textarea": "textbox",
    "img": "img",
    "svg": "img",
    "option": "option",
    "li": "listitem",
    "nav": "navigation",
    "summary": "button",
    **{f"h{level}": "heading" for level in range(1, 7)},
}
_OF_INPUT = {
    **dict.fromkeys(("button", "submit", "reset", "image"), "button"),
    "checkbox": "checkbox",
    "radio": "radio",
    "range": "slider",
    "number": "spinbutton",
}


@dataclass(frozen=True, slots=True)
class Look:
    """One element, ready to be compared."""

    tag: str
    role: str
    type: str
    text: str
    label: str
    """What a person would call it: its accessible name, else its text, else what stands in its place."""
    others: tuple[str, ...]
    """Placeholder, title, alt and the like, where they differ from the label."""
    words: frozenset[str]
    around: str
    near: frozenset[str]
    heading: str
    id: str
    name: str
    test_id: str
    marks: frozenset[str]
    """The words inside of its identifiers, without what looks generated."""
    classes: frozenset[str]
    class_line: str
    href: str
    place: str
    """The path of its link, without host, query and slashes at the end."""
    path: str
    """Its XPath."""
    tags: str
    """The same without indexes."""
    steps: tuple[str, ...]
    anchored: str
    """Its XPath from the nearest ancestor with an id."""
    anchor: str
    attributes: frozenset[str]
    x: float
    y: float
    w: float
    h: float
    is_button: bool
    rich: bool
    """Whoever collected it looked at roles."""


def look(element: Element) -> Look:
    tag = element.tag.lower()
    text = fold(element.text)
    named = (element.accessible_name, element.text, element.label, element.alt, element.placeholder, element.title)
    names = tuple(dict.fromkeys(found for raw in (*named, element.value) if raw and (found := fold(raw))))
    label = names[0] if names else ""
    around = fold(element.neighbor_text, _AROUND)
    path = element.xpath.lower()
    anchor, anchored = _anchored(element.idxpath)
    href = _ARCHIVE.sub("", element.href.strip())
    return Look(
        tag=tag,
        role=element.role or _role(tag, element),
        type=element.type.lower(),
        text=text,
        label=label,
        others=names[1:],
        words=frozenset(_WORD.findall(label)),
        around=around,
        near=frozenset(around.split()),
        heading=fold(element.heading),
        id="" if is_generated(element.id) else element.id,
        name=element.name,
        test_id=element.test_id,
        marks=_pieces(element.id) | _pieces(element.name) | _pieces(element.test_id),
        classes=frozenset(element.classes),
        class_line=" ".join(element.classes)[:_TEXT],
        href=href[:_AROUND],
        place=_place(href),
        path=path,
        tags=_tags(path),
        steps=tuple(path.split("/")),
        anchored=anchored,
        anchor=anchor,
        attributes=_attributes(element),
        x=_bounded(element.x),
        y=_bounded(element.y),
        w=_bounded(element.w),
        h=_bounded(element.h),
        is_button=element.is_button,
        rich=bool(element.role or element.ancestors or element.sibling_count),
    )


@lru_cache(maxsize=20_000)
def fold(text: str, most: int = _TEXT) -> str:
    """Lower case, single spaces, cut."""
    return " ".join(text[: 2 * most].lower().split())[:most]


def _bounded(pixels: float) -> float:
    """No page is longer, and products of boxes must stay numbers."""
    return max(-_FARTHEST, min(pixels, _FARTHEST)) if isfinite(pixels) else 0.0


def looks(elements: Sequence[Element]) -> list[Look]:
    return [look(element) for element in elements]


def _role(tag: str, element: Element) -> str:
    if tag == "input":
        return "button" if element.is_button else _OF_INPUT.get(element.type.lower(), "textbox")
    return _IMPLIED.get(tag, "button" if element.is_button else "")


@lru_cache(maxsize=20_000)
def _pieces(identifier: str) -> frozenset[str]:
    if not identifier:
        return frozenset()
    parts = re.split(r"[^0-9A-Za-z]+", identifier)
    return frozenset(
        piece.lower()
        for part in parts
        if not _GENERATED.match(part)
        for piece in _PIECE.findall(part)
        if len(piece) > 1
    )


def _anchored(idxpath: str) -> tuple[str, str]:
    """The id and the path of ``//*[@id='gb']/span[2]`` or ``id("gb")/span[2]``; without an id, the whole path."""
    if idxpath.startswith(("//*[@id=", "id(")):
        head, _, rest = idxpath.removeprefix("//").partition("/")
        return head.strip("*[]()@id='\""), rest
    return "", idxpath


@lru_cache(maxsize=20_000)
def _place(href: str) -> str:
    without_query = href.partition("?")[0].partition("#")[0]
    scheme, separator, rest = without_query.partition("//")
    if separator and (not scheme or scheme.endswith(":")):
        host, _, rest = rest.partition("/")
        rest = rest.strip("/") or host.removeprefix("www.")
    else:
        rest = without_query.strip("/")
    return unquote(rest).lower()[:_TEXT] or href.lower()[:_TEXT]


@lru_cache(maxsize=20_000)
def _tags(path: str) -> str:
    return "/".join(step.partition("[")[0] for step in path.split("/"))


def _attributes(element: Element) -> frozenset[str]:
    if not (element.data or element.attributes):
        return frozenset()
    return frozenset(
        f"{key}={value[:80]}" for given in (element.data, element.attributes) for key, value in given.items()
    )
