"""What a CSS selector says of the element it ends with, and of those above it."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from shifty.healing.engine.element import Element
from shifty.healing.engine.locator_merge import merged, outline
from shifty.healing.engine.locator_parts import ESCAPE, attributes, of_attribute, said, unescaped

_IDENTIFIER = r"(?:\\[0-9a-fA-F]{1,6}\s?|\\.|[\w-]|[^\x00-\x7f])+"
_SIMPLE = re.compile(
    rf"""(?P<attribute>\[(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\]"'])*\])
    | \#(?P<id>{_IDENTIFIER}) | \.(?P<class>{_IDENTIFIER}) | ::?(?P<pseudo>[\w-]+) | (?P<tag>\*|{_IDENTIFIER})""",
    re.VERBOSE | re.DOTALL,
)
_INDEX = re.compile(r"\d+")
_TEXTS = frozenset(["has-text", "text", "text-is"])
_INSIDE = frozenset(["is", "where", "nth-match", "light"])

Read = Callable[[str], Element]
"""Reads the selector inside another one, ``:is(…)``, if that is not too deep."""


class Compound(NamedTuple):
    """One element of the selector: ``li.item:nth-child(2)``, and how it hangs on the one before."""

    combinator: str
    element: Element
    nth: int
    """Of ``nth-of-type`` and the like, from 1; 0 if it says none."""


def of_css(selector: str, read: Read) -> Element:
    """Of a list of selectors, what the first says."""
    compounds = [_compound(combinator, text, read) for combinator, text in _compounds(selector)]
    if not compounds:
        return Element(tag="")
    element = compounds[-1].element
    ancestors: list[str] = []
    below = compounds[-1].combinator
    for compound in reversed(compounds[:-1]):
        # What stands before "+" or "~" is a neighbour, not an ancestor.
        if below not in {"+", "~"} and (above := outline(compound.element)):
            ancestors.append(above)
        below = compound.combinator
    return merged(merged(element, Element(tag="", ancestors=ancestors)), _paths(compounds))


def _paths(compounds: list[Compound]) -> Element:
    """``#menu > li:nth-of-type(2) > a`` is ``//*[@id='menu']/li[2]/a[1]``; from ``html`` or ``body`` it is an xpath."""
    if any(c.combinator != ">" or not c.element.tag for c in compounds[1:]) or len(compounds) < 2:
        return Element(tag="")
    below = "".join(f"/{c.element.tag}[{c.nth or 1}]" for c in compounds[1:])
    first = compounds[0].element
    if first.id:
        return Element(tag="", idxpath=f"//*[@id='{first.id}']{below}")
    if first.tag in {"html", "body"}:
        return Element(tag="", xpath=("/html[1]" if first.tag == "html" else "/html[1]/body[1]") + below)
    return Element(tag="")


def _compound(combinator: str, text: str, read: Read) -> Compound:
    element, index, at = Element(tag=""), 0, 0
    while at < len(text):
        simple = _SIMPLE.match(text, at)
        if simple is None:
            at += 1
            continue
        at = simple.end()
        if (pseudo := simple["pseudo"]) is None:
            element = merged(element, _simple(simple))
            continue
        arguments = _in_parentheses(text, at)
        at += len(arguments)
        inside = arguments[1:-1].strip()
        element = merged(element, _pseudo(pseudo, inside, read))
        index = index or _index(pseudo, inside)
    return Compound(combinator, element, index)


def _simple(simple: re.Match[str]) -> Element:
    if (tag := simple["tag"]) is not None:
        return Element(tag="" if tag == "*" else unescaped(tag).lower())
    if (identifier := simple["id"]) is not None:
        return Element(tag="", id=unescaped(identifier))
    if (name := simple["class"]) is not None:
        return Element(tag="", classes=[unescaped(name)])
    element = Element(tag="")
    for attribute in attributes(simple["attribute"]):
        element = merged(element, of_attribute(attribute.name, attribute.value))
    return element


def _pseudo(pseudo: str, inside: str, read: Read) -> Element:
    if pseudo in _TEXTS:
        return Element(tag="", text=said(inside))
    if pseudo in _INSIDE and inside:
        return read(inside)
    if pseudo == "has" and inside:
        return Element(tag="", text=read(inside.lstrip("> +~")).text)
    return Element(tag="")


def _index(pseudo: str, inside: str) -> int:
    if pseudo.startswith("first-"):
        return 1
    return int(inside) if pseudo in {"nth-of-type", "nth-child"} and _INDEX.fullmatch(inside) and len(inside) < 6 else 0


def _compounds(selector: str) -> Iterator[tuple[str, str]]:
    """Of the first selector of a list: each compound with the combinator before it."""
    combinator, text, depth, quote, at = "", "", 0, "", 0
    while at < len(selector):
        escape = ESCAPE.match(selector, at)
        c = escape[0] if escape else selector[at]
        at += len(c)
        if quote:
            quote = "" if c == quote else quote
        elif c in {'"', "'"}:
            quote = c
        else:
            depth += (c in {"(", "["}) - (c in {")", "]"})
            if depth <= 0 and c == ",":
                break
            if depth <= 0 and (c.isspace() or c in {">", "+", "~"}):
                if text:
                    yield combinator, text
                    combinator, text = " ", ""
                combinator = c if c in {">", "+", "~"} else combinator
                continue
        text += c
    if text:
        yield combinator, text


def _in_parentheses(text: str, start: int) -> str:
    """What stands in parentheses at ``start``, these included; empty if nothing does."""
    if text[start : start + 1] != "(":
        return ""
    depth, quote = 0, ""
    for at in range(start, len(text)):
        c = text[at]
        if quote:
            quote = "" if c == quote and text[at - 1] != "\\" else quote
        elif c in {'"', "'"}:
            quote = c
        else:
            depth += (c == "(") - (c == ")")
            if not depth:
                return text[start : at + 1]
    return text[start:]
