"""How people write selectors: anything that Playwright takes, XPath from the root, and locators as code."""

import re
from collections.abc import Callable

_CALL = re.compile(
    r"\.?(?P<name>locator|getBy\w+|get_by_\w+|first|last|nth)(?P<call>\((?P<args>(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^()'\"])*)\))?"
)
_STRING = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_EXACT = re.compile(r"\bexact\s*[:=]\s*(true|True)")
_NAME = re.compile(r"\bname\s*[:=]\s*$")


def playwright_selector(written: str) -> str:
    """What ``page.locator()`` takes."""
    written = written.strip()
    # Playwright sees an XPath only in what begins with two slashes, dots or a bracket.
    if written.startswith("/") and not written.startswith("//"):
        return f"xpath={written}"
    return _from_code(written) or written


def _from_code(written: str) -> str | None:
    code = re.sub(r"^(await\s+)?((self|this)\.)?(page|frame)\.", "", written.removesuffix(";"))
    if not re.match(r"(locator|getBy|get_by_)\w*\(", code):
        return None
    legs: list[str] = []
    at = 0
    while at < len(code):
        call = _CALL.match(code, at)
        leg = _leg(call["name"], call["args"] or "") if call else None
        if call is None or leg is None:
            return None
        legs.append(leg)
        at = call.end()
    return " >> ".join(legs)


def _leg(name: str, args: str) -> str | None:
    kind = name.replace("_", "").lower()
    if kind in ("first", "last", "nth"):
        return f"nth={ {'first': '0', 'last': '-1'}.get(kind, args.strip()) }"
    strings = [one or other for one, other in _STRING.findall(args)]
    if not strings:
        return None
    first = strings[0].replace("\\'", "'").replace('\\"', '"')
    if kind == "locator":
        return playwright_selector(first)
    write = _WRITERS.get(kind)
    return write(first, args, strings) if write else None


def _quoted(text: str, args: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"{"s" if _EXACT.search(args) else "i"}'


def _role(role: str, args: str, strings: list[str]) -> str:
    if len(strings) < 2:
        return f"internal:role={role}"
    return f"internal:role={role}[name={_quoted(strings[1], args)}]"


def _attribute(key: str) -> Callable[[str, str, list[str]], str]:
    return lambda text, args, _: f"internal:attr=[{key}={_quoted(text, args)}]"


_WRITERS: dict[str, Callable[[str, str, list[str]], str]] = {
    "getbyrole": _role,
    "getbytestid": lambda text, args, _: f"internal:testid=[data-testid={_quoted(text, 'exact=True')}]",
    "getbytext": lambda text, args, _: f"internal:text={_quoted(text, args)}",
    "getbylabel": lambda text, args, _: f"internal:label={_quoted(text, args)}",
    "getbyplaceholder": _attribute("placeholder"),
    "getbyalttext": _attribute("alt"),
    "getbytitle": _attribute("title"),
}
