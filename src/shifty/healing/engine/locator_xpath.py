"""What an XPath says of the element it ends with: its step's attributes and texts, the path to it, labels beside it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from shifty.healing.engine.element import Element
from shifty.healing.engine.locator_merge import merged, outline
from shifty.healing.engine.locator_parts import of_attribute

_STEP = re.compile(r"(?P<slashes>/{0,2})\s*(?:(?P<axis>[\w-]+)::)?(?P<test>\*|@?[\w-]+(?:\(\))?|\.{1,2})?")
_VALUE = r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')"""
_ATTRIBUTE = re.compile(rf"@(?P<name>[\w:-]+)\s*\)?\s*(?:,|=)\s*{_VALUE}")
_TEXT = re.compile(rf"(?:text\(\)|normalize-space\([^()]*(?:\(\))?\)|\.)\s*\)*\s*(?:,|=)\s*{_VALUE}")
_NUMBER = re.compile(r"\s*(?:position\(\)\s*=\s*)?(\d{1,5})\s*")
_BESIDE = frozenset(["following-sibling", "preceding-sibling", "following", "preceding"])
_ABOVE = frozenset(["ancestor", "ancestor-or-self", "parent"])


class _Step(NamedTuple):
    slashes: str
    axis: str
    element: Element
    nth: int


def of_xpath(path: str) -> Element:
    """Of a union of paths, what the first says."""
    steps = list(_steps(re.sub(r"^\(+|\)(\[\d+\])?$", "", path.strip())))
    element = Element(tag="")
    ancestors: list[Element] = []
    for step in steps:
        if step.axis in _BESIDE:
            element = merged(step.element, Element(tag="", label=element.text or element.label))
        elif step.axis in _ABOVE:
            # It contains what came before, so that is among its texts.
            element, ancestors = merged(step.element, Element(tag="", text=element.text)), ancestors[:-1]
        else:
            ancestors.append(element)
            element = step.element
    above = [text for text in map(outline, reversed(ancestors)) if text]
    return merged(merged(element, Element(tag="", ancestors=above)), _paths(steps))


def _paths(steps: list[_Step]) -> Element:
    if any(step.axis or not step.element.tag for step in steps[1:]) or any(s.slashes != "/" for s in steps[1:]):
        return Element(tag="")
    below = "".join(f"/{step.element.tag}[{step.nth or 1}]" for step in steps[1:])
    first = steps[0] if steps else None
    if first is None or not below:
        return Element(tag="")
    if first.slashes == "//" and first.element.id:
        return Element(tag="", idxpath=f"//*[@id='{first.element.id}']{below}")
    if first.slashes == "/" and first.element.tag:
        return Element(tag="", xpath=f"/{first.element.tag}[{first.nth or 1}]{below}")
    return Element(tag="")


def _steps(path: str) -> Iterator[_Step]:
    at = 0
    while at < len(path) and (found := _STEP.match(path, at)) is not None and found.end() > at:
        at = found.end()
        axis, test = found["axis"] or "", found["test"] or ""
        element, index = Element(tag=_tag(test)), 0
        while path[at : at + 1] == "[":
            predicate = _in_brackets(path, at)
            at += len(predicate)
            element = merged(element, _predicate(predicate))
            if (number := _NUMBER.fullmatch(predicate[1:-1])) is not None:
                index = int(number[1])
        if test == "..":
            axis = "parent"
        if test not in {"", "."} and not test.startswith("@") and not test.endswith("()"):
            yield _Step(found["slashes"], "" if axis in {"child", "descendant", "self"} else axis, element, index)
        at += len(path[at:]) - len(path[at:].lstrip())


def _tag(test: str) -> str:
    return test.lower() if re.fullmatch(r"[A-Za-z][\w-]*", test) else ""


def _predicate(predicate: str) -> Element:
    element = Element(tag="")
    # What it must not be says nothing.
    predicate = re.sub(r"not\([^()]*(?:\([^()]*\)[^()]*)*\)", "", predicate)
    for found in _ATTRIBUTE.finditer(predicate):
        element = merged(element, of_attribute(found["name"], _value(found)))
    if (text := _TEXT.search(predicate)) is not None:
        element = merged(element, Element(tag="", text=_value(text)))
    return element


def _value(found: re.Match[str]) -> str:
    return " ".join((found["double"] or found["single"] or "").split())


def _in_brackets(path: str, start: int) -> str:
    depth, quote = 0, ""
    for at in range(start, len(path)):
        c = path[at]
        if quote:
            quote = "" if c == quote else quote
        elif c in {'"', "'"}:
            quote = c
        else:
            depth += (c == "[") - (c == "]")
            if not depth:
                return path[start : at + 1]
    return path[start:]
