"""Steps of a locator as code, as an author would write it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shifty.pull_requests.locators import TEXTS, UNKNOWN, Pattern, Step, Value

_PROPERTIES = {"first", "last", "contentFrame"}
"""Methods in JavaScript, properties in Python."""
_WRITTEN = {"locator", "frameLocator", "getByTestId", "getByRole", "filter", "nth", *_PROPERTIES, *TEXTS}
_OPTION = re.compile(r"[A-Za-z]+")


class NotCode(Exception):
    """A step has no form as code; the message says which."""


@dataclass(frozen=True)
class Style:
    """How a file writes."""

    python: bool = False
    quote: str = "'"
    patterns: bool = True
    """A regular expression can be written: a Python file must have imported ``re``."""


def write_steps(steps: Sequence[Step], style: Style, between: str = "") -> str:
    """``.locator('form').getByTestId('save')``; ``between`` stands before each dot but the first.

    Raises:
        NotCode: a step cannot be written.
    """
    return between.join(_write(each, style) for each in steps)


def _write(each: Step, style: Style) -> str:
    if each.method == UNKNOWN or each.method not in _WRITTEN:
        raise NotCode(f"{each.argument or each.method} has no short form as code")
    name = snake_case(each.method) if style.python else each.method
    if style.python and each.method in _PROPERTIES:
        return f".{name}"
    arguments = [] if each.argument is None else [_value(each.argument, style)]
    # As the documentation orders them: the name before how it is compared.
    options = sorted(each.options, key=lambda option: (option[0] != "name", option[0]))
    if unknown := [option for option, _ in options if not _OPTION.fullmatch(option)]:
        # A computed key is code of whoever told the heal.
        raise NotCode(f"{unknown[0]} is no name of an option")
    if style.python:
        arguments += [f"{snake_case(option)}={_value(value, style)}" for option, value in options]
    elif options:
        arguments.append("{ " + ", ".join(f"{option}: {_value(value, style)}" for option, value in options) + " }")
    return f".{name}({', '.join(arguments)})"


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", lambda capital: "_" + capital[1].lower(), name)


def camel_case(name: str) -> str:
    return re.sub(r"_([a-z])", lambda letter: letter[1].upper(), name)


def _value(value: Value, style: Style) -> str:
    if isinstance(value, Pattern):
        return _pattern(value, style)
    if isinstance(value, bool):
        return str(value) if style.python else str(value).lower()
    return quoted(value, style.quote) if isinstance(value, str) else str(value)


def _pattern(value: Pattern, style: Style) -> str:
    if not style.python:
        return f"/{value.source}/{value.flags}"
    if not style.patterns or '"' in value.source or value.flags not in ("", "i"):
        raise NotCode(f"the pattern /{value.source}/{value.flags} needs `import re`")
    flags = ", re.IGNORECASE" if value.flags else ""
    return f're.compile(r"{value.source}"{flags})'


def quoted(text: str, quote: str) -> str:
    """In the file's quotes, or in the others where that saves escapes."""
    other = '"' if quote == "'" else "'"
    if quote in text and other not in text:
        quote = other
    escaped = text.replace("\\", "\\\\").replace(quote, "\\" + quote)
    for raw, written in (("\n", r"\n"), ("\r", r"\r"), ("\t", r"\t")):
        escaped = escaped.replace(raw, written)
    return quote + escaped + quote
