"""How people write selectors: anything that Playwright takes, XPath from the root, and locators as code."""

import re
from collections.abc import Callable

_STRING = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_CALL = re.compile(
    rf"\.?(?P<name>locator|getBy\w+|get_by_\w+|first|last|nth)(?:\((?P<args>(?:{_STRING}|[^()'\"])*)\))?",
)
_EXACT = re.compile(r"\bexact\s*[:=]\s*(true|True)")
_UNDERSTOOD = re.compile(r"(name|exact|true|True|false|False|[\s,{}:=])*")
"""What may stand beside the strings of a call; a regular expression, a level or a filter is beyond us."""


def playwright_selector(written: str, test_id: str = "data-testid") -> str:
    """What ``page.locator()`` takes; ``written`` itself where it is nothing of ours."""
    written = written.strip()
    # Playwright sees an XPath only in what begins with two slashes, dots or a bracket.
    if written.startswith("/") and not written.startswith("//"):
        return f"xpath={written}"
    return _from_code(written, test_id) or written


def _from_code(written: str, test_id: str) -> str | None:
    code = re.sub(r"^(await\s+)?((self|this)\.)?(page|frame)\.", "", written.removesuffix(";"))
    if not re.match(r"(locator|getBy|get_by_)\w*\(", code):
        return None
    legs: list[str] = []
    at = 0
    while at < len(code):
        call = _CALL.match(code, at)
        leg = _leg(call["name"], call["args"] or "", test_id) if call else None
        if call is None or leg is None:
            return None
        legs.append(leg)
        at = call.end()
    return " >> ".join(legs)


def _leg(name: str, args: str, test_id: str) -> str | None:
    kind = name.replace("_", "").lower()
    if kind in ("first", "last", "nth"):
        return f"nth={ {'first': '0', 'last': '-1'}.get(kind, args.strip()) }"
    strings = [re.sub(r"\\(['\"\\])", r"\1", found[1:-1]) for found in re.findall(_STRING, args)]
    if not strings or not _UNDERSTOOD.fullmatch(re.sub(_STRING, "", args)):
        return None
    if kind == "locator":
        return playwright_selector(strings[0])
    if kind == "getbytestid":
        return f"internal:testid=[{test_id}={_quoted(strings[0], exact=True)}]"
    write = _WRITERS.get(kind)
    return write(strings, bool(_EXACT.search(args))) if write else None


def _quoted(text: str, *, exact: bool) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"{"s" if exact else "i"}'


def _role(strings: list[str], exact: bool) -> str:
    role, *name = strings
    return f"internal:role={role}" + (f"[name={_quoted(name[0], exact=exact)}]" if name else "")


def _engine(engine: str) -> Callable[[list[str], bool], str]:
    return lambda strings, exact: f"internal:{engine}={_quoted(strings[0], exact=exact)}"


def _attribute(key: str) -> Callable[[list[str], bool], str]:
    return lambda strings, exact: f"internal:attr=[{key}={_quoted(strings[0], exact=exact)}]"


_WRITERS: dict[str, Callable[[list[str], bool], str]] = {
    "getbyrole": _role,
    "getbytext": _engine("text"),
    "getbylabel": _engine("label"),
    "getbyplaceholder": _attribute("placeholder"),
    "getbyalttext": _attribute("alt"),
    "getbytitle": _attribute("title"),
}
