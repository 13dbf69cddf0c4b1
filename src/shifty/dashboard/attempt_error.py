"""An error of an attempt as people read it: what it says, what was expected, where in their own code. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from markupsafe import Markup

from shifty.dashboard.ansi import bare, coloured
from shifty.dashboard.code_frame import CodeLine, code_frame
from shifty.wire import TestError

LONGEST_MESSAGE: Final = 20_000
LONGEST_STACK: Final = 30_000
LONGEST_SNIPPET: Final = 10_000
MOST_FRAMES: Final = 100
_LONGEST_VALUE: Final = 500

_FRAME: Final = re.compile(r"\s+at (?P<where>.{1,1300}):(?P<line>\d{1,9}):(?P<column>\d{1,9})\)?")
"""Call and file are parted without a pattern: two unbounded parts would take seconds of a line that is made for it."""
_LOG: Final = re.compile(r"^Call log:[ ]*$", re.MULTILINE)
_VALUE: Final = re.compile(r"[ \t]*(?P<which>Expected|Received)(?P<what>(?: \w+){0,3}):[ \t]*(?P<value>\S.*)")
_LIBRARY: Final = re.compile(r"(?:^|[\\/])(?:node_modules|site-packages)[\\/]|^node:|^<anonymous>|^native$")


@dataclass(frozen=True)
class Compared:
    """What was expected and what came: the beginnings and ends that both share are told apart from the rest."""

    label: str
    before: str
    differs: str
    after: str


@dataclass(frozen=True)
class Frame:
    place: str
    call: str
    is_own: bool


@dataclass(frozen=True)
class ErrorView:
    headline: str
    message: Markup
    """The rest of it."""
    log: Markup
    """What Playwright did meanwhile; empty where there is none."""
    compared: Sequence[Compared]
    place: str | None
    """``file:line:column`` in the test's own code."""
    code: Sequence[CodeLine]
    snippet: Markup
    """As it came, where ``code`` could not be made of it."""
    own: Sequence[Frame]
    libraries: Sequence[Frame]
    stack: Markup
    """As it came, where no frames could be read from it."""


def error_view(error: TestError) -> ErrorView:
    text = error.message[:LONGEST_MESSAGE]
    head, log = _parted(text)
    first, _, rest = head.strip("\n").partition("\n")
    frames = _frames(bare((error.stack or "")[:LONGEST_STACK]), error)
    code = code_frame((error.snippet or "")[:LONGEST_SNIPPET])
    at = error.location
    return ErrorView(
        headline=bare(first).strip() or "An error without a message",
        message=_differences(rest.strip("\n")),
        log=coloured(log),
        compared=_compared(bare(head)),
        place=f"{at.file}:{at.line}" + (f":{at.column}" if at.column else "") if at else None,
        code=code,
        snippet=coloured((error.snippet or "")[:LONGEST_SNIPPET]) if not code else Markup(""),
        own=[frame for frame in frames if frame.is_own],
        libraries=[frame for frame in frames if not frame.is_own],
        stack=Markup("") if frames else coloured(_own_stack(error, text)),
    )


def _parted(text: str) -> tuple[str, str]:
    """The message, and the log of the call that Playwright appends to it."""
    log = _LOG.search(bare(text))
    if log is None:
        return text, ""
    plain = bare(text)
    return plain[: log.start()], plain[log.end() :].strip("\n")


def _own_stack(error: TestError, message: str) -> str:
    stack = (error.stack or "")[:LONGEST_STACK]
    return "" if bare(stack).strip() == bare(message).strip() else stack


def _differences(text: str) -> Markup:
    """Lines of a comparison (``- expected``, ``+ received``) get their colour where the text has none of its own."""
    if "\x1b" in text or not re.search(r"^- Expected\b", text, re.MULTILINE):
        return coloured(text)
    lines: list[Markup] = []
    for line in text.split("\n"):
        shown = coloured(line)
        kind = {"-": "gone", "+": "came"}.get(line[:1])
        lines.append(Markup('<span class="{}">{}</span>').format(kind, shown) if kind else shown)
    return Markup("\n").join(lines)


def _compared(text: str) -> Sequence[Compared]:
    found: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        read = _VALUE.fullmatch(line.rstrip())
        if read:
            found.setdefault(read["which"], (read["which"] + read["what"], read["value"][:_LONGEST_VALUE]))
    if len(found) < 2:
        return []
    (one, expected), (other, received) = found["Expected"], found["Received"]
    start = _shared(expected, received)
    end = _shared(expected[start:][::-1], received[start:][::-1])
    return [_cut(one, expected, start, end), _cut(other, received, start, end)]


def _shared(one: str, other: str) -> int:
    """How many characters they begin with alike."""
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in alike)


def _cut(label: str, value: str, start: int, end: int) -> Compared:
    last = len(value) - end
    return Compared(label, value[:start], value[start:last], value[last:])


def _frames(stack: str, error: TestError) -> Sequence[Frame]:
    read = [found for line in stack.splitlines() if (found := _FRAME.fullmatch(line.rstrip()))][:MOST_FRAMES]
    parted = [_call_and_file(found["where"]) for found in read]
    root = _root((file for _, file in parted), error.location.file if error.location else None)
    frames: list[Frame] = []
    for found, (call, known) in zip(read, parted, strict=True):
        file = known.removeprefix("file://")
        place = f"{file.removeprefix(root)}:{found['line']}:{found['column']}"
        frames.append(Frame(place, call, _LIBRARY.search(file) is None))
    return frames


def _call_and_file(where: str) -> tuple[str, str]:
    """Of ``pay (/suite/pay.ts`` and of ``/suite/pay.ts``."""
    call, _, file = where.partition(" (")
    return (call, file) if call and file else ("", where)


def _root(files: Iterable[str], known: str | None) -> str:
    """What stands before the repository's paths on the machine that ran it; empty: not known."""
    if not known:
        return ""
    for file in files:
        plain = file.removeprefix("file://")
        if plain.endswith("/" + known):
            return plain.removesuffix(known)
    return ""
