"""A Playwright locator as a list of steps, the same for its selector, for TypeScript and for Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True)
class Pattern:
    """A regular expression as JavaScript writes it: ``/save/i``."""

    source: str
    flags: str = ""


Value: TypeAlias = str | bool | int | Pattern
Options: TypeAlias = tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Step:
    """One method of a locator by its JavaScript name: ``getByRole('button', { name: 'Save' })``."""

    method: str
    argument: str | int | Pattern | None = None
    options: Options = ()
    """Sorted by name; what is Playwright's default is left out."""


@dataclass(frozen=True)
class Opaque:
    """A step whose value only the running test knows."""

    reason: str
    """What it is: ``a template string``."""


ENTER_FRAME: Final = Step("contentFrame")
UNKNOWN: Final = "unknown"
"""Method of a step that has no form as code here; its argument is the part of the selector."""

TEXTS: Final = {
    "getByText": "text",
    "getByLabel": "label",
    "getByPlaceholder": "placeholder",
    "getByAltText": "alt",
    "getByTitle": "title",
}
"""Methods that take one text and ``exact``."""

_POSITIONS: Final = {"first", "last", "nth"}


def step(method: str, argument: str | int | Pattern | None = None, **options: Value) -> Step:
    """A step in its one form: ``nth(0)`` is ``first()``, ``exact: false`` is nothing."""
    if method == "nth" and argument in (0, -1):
        return Step("first" if argument == 0 else "last")
    kept = ((name, value) for name, value in sorted(options.items()) if not _is_default(name, value))
    return Step(method, argument, tuple(kept))


def frames_of(steps: Sequence[Step]) -> int:
    """How many of the first steps lead into the innermost frame."""
    return max((index + 1 for index, each in enumerate(steps) if each == ENTER_FRAME), default=0)


def counts(steps: Sequence[Step]) -> bool:
    """Whether an element is told by its place among several: such steps mean another one below another parent."""
    return any(each.method in _POSITIONS for each in steps)


def is_plain_css(steps: Sequence[Step]) -> bool:
    return len(steps) == 1 and steps[0].method == "locator" and not steps[0].options


def _is_default(name: str, value: Value) -> bool:
    return value is False and name in ("exact", "includeHidden")
