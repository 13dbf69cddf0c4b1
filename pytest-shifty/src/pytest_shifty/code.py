"""A selector as the Python that an author would write for it. What has no such form stands in a ``locator(…)``."""

import json
import re

from pytest_shifty.legs import legs_of

_CHAIN = " >> "
_TEXTUAL = re.compile(r'^internal:(text|label)=("(?:[^"\\]|\\.)*")([is])$')
_TEST_ID = re.compile(r'^internal:testid=\[[\w-]+=("(?:[^"\\]|\\.)*")s\]$')
_ROLE = re.compile(r'^internal:role=([a-z]+)(?:\[name=("(?:[^"\\]|\\.)*")([is])\])?$')
_ATTRIBUTE = re.compile(r'^internal:attr=\[(placeholder|alt|title)=("(?:[^"\\]|\\.)*")([is])\]$')
_NTH = re.compile(r"^nth=(-?\d+)$")
_METHODS = {"text": "get_by_text", "label": "get_by_label", "alt": "get_by_alt_text"}


def code_of(selector: str) -> str:
    *frames, last = legs_of(selector)
    return ".".join([*(f"{_leg(frame)}.content_frame" for frame in frames), _leg(last)])


def _leg(leg: str) -> str:
    """One frame's part. Quotes may hold the sign of the chain: then all of it is left as it is."""
    parts = leg.split(_CHAIN)
    spelled = [_part(part) for part in parts]
    if any(part is None for part in spelled) and len(parts) > 1:
        return _locator(leg)
    return ".".join(part or _locator(leg) for part in spelled)


def _part(part: str) -> str | None:
    """None: it may be half of something."""
    if nth := _NTH.match(part):
        return {"0": "first", "-1": "last"}.get(nth[1], f"nth({nth[1]})")
    if test_id := _TEST_ID.match(part):
        return f"get_by_test_id({_quoted(test_id[1])})"
    if role := _ROLE.match(part):
        named = f", name={_quoted(role[2])}{_exact(role[3])}" if role[2] else ""
        return f"get_by_role({json.dumps(role[1])}{named})"
    if textual := _TEXTUAL.match(part) or _ATTRIBUTE.match(part):
        method = _METHODS.get(textual[1], f"get_by_{textual[1]}")
        return f"{method}({_quoted(textual[2])}{_exact(textual[3])})"
    return None if part.startswith("internal:") or part.count('"') % 2 else _locator(part)


def _exact(flag: str) -> str:
    return ", exact=True" if flag == "s" else ""


def _quoted(text: str) -> str:
    """A selector's string, which is JSON or nearly so, as one of Python's."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return json.dumps(re.sub(r"\\(.)", r"\1", text[1:-1]), ensure_ascii=False)


def _locator(selector: str) -> str:
    return f"locator({json.dumps(selector, ensure_ascii=False)})"
