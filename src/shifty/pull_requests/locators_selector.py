"""Playwright's selectors as steps: ``form >> internal:role=button[name="Save"i]``."""

import json
import re
from collections.abc import Iterator

from shifty.pull_requests.locators import ENTER_FRAME, TEXTS, UNKNOWN, Pattern, Step, Value, step

_ENGINE = re.compile(r"(internal:[a-z-]+|nth|visible)=(.*)", re.DOTALL)
_ATTRIBUTE = re.compile(r'\[([\w-]+)(?:=((?:"(?:[^"\\]|\\.)*"[is]?)|/(?:[^/\\]|\\.)*/[a-z]*|[^\]]*))?\]', re.DOTALL)
_REGEX = re.compile(r"/(.*)/([a-z]*)", re.DOTALL)
_BY_ATTRIBUTE = {name: method for method, name in TEXTS.items()}
_ROLE_OPTIONS = {"include-hidden": "includeHidden"}


def read_selector(selector: str) -> tuple[Step, ...]:
    """Its steps in order; what has no form as code becomes a step ``UNKNOWN``."""
    return tuple(found for part in split_selector(selector) for found in _read_part(part))


def split_selector(selector: str) -> list[str]:
    """At ``>>``, except in quotes, as Playwright does it."""
    parts, quote, start, index = [""], "", 0, 0
    while index < len(selector):
        character = selector[index]
        if character == "\\" and index + 1 < len(selector):
            parts[-1] += selector[index : index + 2]
            index += 2
            continue
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'`" and not _is_apostrophe(parts[-1]):
            quote = character
        elif selector.startswith(">>", index):
            parts.append("")
            index += 2
            start = index
            continue
        parts[-1] += character
        index += 1
    if quote and len(parts) == 1 and start == 0:
        return [selector.strip()]
    return [part.strip() for part in parts]


def _is_apostrophe(part: str) -> bool:
    """A quote inside of ``text=Don't`` opens nothing; one at its start does."""
    return bool(re.match(r"\s*text\s*=\s*[^\s\"'`]", part))


def _read_part(part: str) -> Iterator[Step]:
    found = _ENGINE.fullmatch(part)
    if not found:
        yield step("locator", part)
        return
    engine, body = found[1], found[2]
    if engine == "internal:describe":
        return
    yield _read_internal(engine.removeprefix("internal:"), body) or step(UNKNOWN, part)


def _read_internal(engine: str, body: str) -> Step | None:
    match engine:
        case "control":
            return ENTER_FRAME if body == "enter-frame" else None
        case "nth":
            return step("nth", int(body)) if re.fullmatch(r"-?\d+", body) else None
        case "visible":
            return step("filter", visible=body == "true")
        case "testid":
            return _by_test_id(body)
        case "role":
            return _by_role(body)
        case "attr":
            return _by_attribute(body)
        case "text" | "label":
            return _by_text("getByText" if engine == "text" else "getByLabel", body)
        case "has-text" | "has-not-text":
            told = _text(body)
            if told is None or told[1]:
                return None
            return step("filter", **{"hasText" if engine == "has-text" else "hasNotText": told[0]})
        case _:
            return None


def _by_test_id(body: str) -> Step | None:
    found = _ATTRIBUTE.fullmatch(body)
    told = _text(found[2]) if found and found[2] else None
    return step("getByTestId", told[0]) if told else None


def _by_role(body: str) -> Step | None:
    role, bracket, _ = body.partition("[")
    options: dict[str, Value] = {}
    for found in _ATTRIBUTE.finditer(bracket + body[len(role) + 1 :]):
        name, value = str(found[1]), str(found[2] or "")
        if name == "name":
            told = _text(value)
            if told is None:
                return None
            options |= {"name": told[0], "exact": told[1]}
        else:
            options[_ROLE_OPTIONS.get(name, name)] = _bare(value)
    return step("getByRole", role.strip(), **options)


def _bare(value: str) -> Value:
    if value in ("", "true", "false"):
        return value != "false"
    return int(value) if value.isdigit() else value.strip('"')


def _by_attribute(body: str) -> Step | None:
    found = _ATTRIBUTE.fullmatch(body)
    method = _BY_ATTRIBUTE.get(found[1]) if found else None
    return _by_text(method, found[2]) if found and found[2] and method else None


def _by_text(method: str, body: str) -> Step | None:
    told = _text(body)
    return step(method, told[0], exact=told[1]) if told else None


def _text(body: str) -> tuple[str | Pattern, bool] | None:
    """The text and whether it is exact, of ``"Save"i``, ``"Save"s`` or ``/save/i``."""
    if pattern := _REGEX.fullmatch(body):
        return Pattern(pattern[1].replace(r"\x3e\x3e", ">>"), pattern[2]), False
    if not re.fullmatch(r'"(?:[^"\\]|\\.)*"[is]?', body, re.DOTALL):
        return None
    quoted = body.rstrip("is") if body[-1] in "is" else body
    try:
        return str(json.loads(quoted, strict=False)), body.endswith("s")
    except ValueError:
        return re.sub(r"\\(.)", r"\1", quoted[1:-1]), body.endswith("s")
