"""A Playwright selector taken apart: the steps of a chain, quoted texts, attributes. Bad input gives less."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from shifty.healing.engine.element import Element

_NAME = re.compile(r"\s*([\w+:*-]+)\s*=")
_XPATH = re.compile(r"\(*/|\.\.")
"""Playwright itself wants two slashes here; people who try a selector write one."""
_QUOTED = re.compile(r"""(["'])((?:\\.|(?!\1).)*)\1\s*[isIS]?\s*""", re.DOTALL)
_REGEX = re.compile(r"/(.*)/[dgimsuvy]*\s*", re.DOTALL)
_ATTRIBUTE = re.compile(
    r"""\[\s*(?P<name>"[^"]*"|'[^']*'|[\w.:-]+)\s*(?:(?P<operator>[*^$|~]?=)\s*
    (?P<value>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|/(?:\\.|[^/\\])*/|[^\]\s]*)[^\]]*)?\]""",
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_LONGEST_UNICODE = 0x10FFFF

TEST_IDS = frozenset(
    ["data-testid", "data-test-id", "data-test", "data-qa", "data-cy", "data-e2e", "data-pw", "data-automation-id"]
)
_OWN_FIELDS: Mapping[str, str] = {
    "id": "id",
    "name": "name",
    "type": "type",
    "role": "role",
    "placeholder": "placeholder",
    "title": "title",
    "alt": "alt",
    "value": "value",
    "href": "href",
    "aria-label": "accessible_name",
}


class Part(NamedTuple):
    """One step of a chain: an engine's name, ``css`` if it says none, and what it is to find."""

    engine: str
    body: str


class Attribute(NamedTuple):
    name: str
    operator: str
    value: str


def parts(selector: str) -> Iterator[Part]:
    """The steps between `` >> ``, as Playwright splits them: not inside quotes."""
    for text in _steps(selector):
        if (named := _NAME.match(text)) is not None:
            yield Part(named[1].lstrip("*").removesuffix(":light"), text[named.end() :].strip())
        elif text[:1] in {'"', "'"}:
            yield Part("text", text)
        elif _XPATH.match(text):
            yield Part("xpath", text)
        elif text:
            yield Part("css", text)


def said(body: str) -> str:
    """The text of ``"Save"i``, ``'Save'``, ``Save`` or ``/save( all)?/i``; of an expression, what it says literally."""
    body = body.strip()
    if (quoted := _QUOTED.fullmatch(body)) is not None:
        return _unquoted(quoted[2])
    if (regex := _REGEX.fullmatch(body)) is not None:
        return literal(regex[1])
    return " ".join(body.split())


def literal(regex: str) -> str:
    """The words that whatever matches must contain, more or less: ``^Sign ?in|Log in$`` says ``Sign in``."""
    regex = regex.split("|", 1)[0]
    regex = re.sub(r"\\[sSbB][*+?]?|\.[*+]\??", " ", regex)
    regex = re.sub(r"\[[^\]]*\][*+?]?|\\[dDwW][*+?]?|\{[\d,]+\}|\(\?[:=!<]*", " ", regex)
    regex = re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)[\^$()*+?]", "", regex))
    return " ".join(regex.split())


def inner(body: str) -> str:
    """The selector that an engine such as ``internal:has`` carries as JSON; empty if it is none."""
    try:
        return msgspec.json.decode(body, type=str)
    except ValueError:
        return ""


def attributes(text: str) -> Iterator[Attribute]:
    """Of ``[name="Save"i][level=2]``, in brackets wherever they stand."""
    for found in _ATTRIBUTE.finditer(text):
        yield Attribute(said(found["name"]), found["operator"] or "", said(found["value"] or ""))


def of_attribute(name: str, value: str) -> Element:
    """What one attribute says of its element."""
    name = name.lower()
    if name == "class":
        return Element(tag="", classes=value.split())
    if name in TEST_IDS:
        return Element(tag="", test_id=value, data={name: value})
    if name.startswith("data-"):
        return Element(tag="", data={name: value})
    field = _OWN_FIELDS.get(name)
    if field is None:
        return Element(tag="", attributes={name: value})
    return msgspec.structs.replace(Element(tag=""), **{field: value})


def unescaped(identifier: str) -> str:
    """An identifier of CSS without its escapes: ``\\31 a\\:b`` is ``1a:b``."""
    return ESCAPE.sub(_character, identifier)


def _character(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return escape[2]
    code = int(escape[1], 16)
    return chr(code) if 0 < code <= _LONGEST_UNICODE and not 0xD800 <= code <= 0xDFFF else ""


def _unquoted(text: str) -> str:
    return " ".join(re.sub(r"\\(.)", lambda m: {"n": " ", "t": " ", "r": " "}.get(m[1], m[1]), text).split())


def _steps(selector: str) -> Iterator[str]:
    start = at = 0
    quote = ""
    while at < len(selector):
        c = selector[at]
        if c == "\\":
            at += 1
        elif quote:
            quote = "" if c == quote else quote
        elif c in "\"'`" and not re.match(r"\s*text\s*=.", selector[start:at]):
            quote = c
        elif selector.startswith(">>", at):
            yield selector[start:at].strip()
            at += 1
            start = at + 1
        at += 1
    yield selector[start:].strip()
