"""Reduces an error message to what is the same each time the error comes. Pure.

Made for what Playwright 1.50–1.65 (JavaScript and Python) and pytest write: colours, stack frames, code frames and the
log of a call go, but for what the call waited for and what was in its way.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from shifty.failures.plain import plain_text
from shifty.failures.values import without_values

_READ: Final = 8192
"""Characters of a message that are looked at; Playwright's may have a megabyte of page text."""
_MOST_PASSES: Final = 6
# Of what people see of it.
_MOST_LINES: Final = 16
_LONGEST_LINE: Final = 300
_LONGEST: Final = 1200

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]")
"""Half a character (U+D800…) is none that a database takes."""

_PYTEST: Final = re.compile(r"(?:E {2,})+(?=\S)")
_PYTEST_PLACE: Final = re.compile(r"> {3}|\S.*\.py:\d{1,7}: (?:in )?\S")
"""The line of the source that failed, or where it stands."""
_FRAME: Final = re.compile(
    r"at (?:async )?(?:\S+:\d{1,7}:\d{1,7}|<anonymous>|.*(?::\d{1,7}|<anonymous>|native|index \d{1,7})\))$"
    r'|File ".*", line \d{1,7}(?:, in .*)?$|>? ?\d+ \||\| *\^|[╔╚║]'
)
"""A frame of a stack, a line of a code frame, Playwright's advice in a box."""
_LOG: Final = re.compile(r"Call [Ll]og:|={5,} logs ={5,}")
_TIMES: Final = re.compile(r"^(?:- )?(?:\d+ × )?")
_AIM: Final = re.compile(
    r"(?:waiting for (?!element to be |scheduled |fonts )|navigating to |→ )(.*?)(?:, waiting until .*)?$"
)
_IN_THE_WAY: Final = re.compile(
    r"element (?:is not \w+|is outside of the viewport|was detached)|.*intercepts pointer events$"
    r"|Timeout .*waiting on the predicate"
)
_TAG: Final = re.compile(r"(<\w[^<>]*+>)[^<]*+(?:</\w+>)?")
_END: Final = ("Browser logs:", "Aria snapshot:")


def normalise(message: str) -> str:
    """Empty when nothing is left: the message was blank, or a stack only. Normalised again it stays as it is."""
    return reduce(plain(message))


def plain(message: str, most: int = _READ) -> str:
    """The message as it reads on paper, its beginning only."""
    text = message[: most * 2]
    if "\x1b" in text or "\x9b" in text:
        text = plain_text(text)
    return _CONTROLS.sub("", text.replace("\r\n", "\n"))[:most].strip()


def reduce(text: str) -> str:
    """Of a text that is plain already.

    What is taken out may bring together what stood apart: once more, until nothing changes. Twice is the rule.
    """
    for _ in range(_MOST_PASSES):
        before, text = text, _reduced(text)
        if text == before:
            break
    return text


def shown(reduced: str) -> str:
    """What people see of a reduced message; what tells two errors apart may stand behind it."""
    lines: list[str] = []
    length = 0
    for line in reduced.split("\n")[:_MOST_LINES]:
        cut = line[:_LONGEST_LINE].strip()
        length += len(cut) + 1
        if length > _LONGEST:
            break
        lines.append(cut)
    return "\n".join(lines)


def _reduced(text: str) -> str:
    told = "\n".join(_telling(_own_lines(text[:_READ])))
    lines = (line.strip() for line in without_values(told).split("\n"))
    return "\n".join(dict.fromkeys(line for line in lines if line))[:_READ].strip()


def _own_lines(text: str) -> list[str]:
    """Of a test's source with its error beneath (pytest), the error only. Others may begin a line with an E, too."""
    lines = text.split("\n")
    if "E  " not in text:
        return lines
    errors = [line[found.end() :] for line in lines if (found := _PYTEST.match(line))]
    is_pytest = len(errors) == sum(map(bool, lines)) or any(map(_PYTEST_PLACE.match, lines))
    return errors if errors and is_pytest else lines


def _telling(lines: Iterable[str]) -> Iterator[str]:
    """Each with single blanks, without stacks; of a call's log what it waited for, and last what was in its way."""
    head: list[str] = []
    log: list[str] | None = None
    in_traceback = False
    for raw in lines:
        line = " ".join(raw.split())
        if not line or (in_traceback and raw[:1].isspace()) or _FRAME.match(line):
            continue
        in_traceback = line.startswith("Traceback (most recent")
        if line in _END:
            break
        if _LOG.fullmatch(line):
            log = [] if log is None else log
        elif log is None:
            if not in_traceback:
                head.append(line)
                yield line
        else:
            log.append(line)
    yield from _of_log(log or (), "\n".join(head))


def _of_log(log: Iterable[str], head: str) -> Iterator[str]:
    in_the_way = ""
    for line in log:
        said = _TIMES.sub("", line)
        if found := _AIM.match(said):
            if found[1].strip('"') not in head:
                yield said
        elif _IN_THE_WAY.match(said):
            in_the_way = _TAG.sub(r"\1", said)
    if in_the_way:
        yield in_the_way
