"""The lines of code around an error, as Playwright sends them, with the one that failed. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shifty.dashboard.ansi import bare

_LINE: Final = re.compile(r"(?P<mark>>)?\s*(?P<number>\d{1,7})? {0,3}\|(?P<text>.*)")
MOST_LINES: Final = 60


@dataclass(frozen=True)
class CodeLine:
    number: int | None
    """None: it points at a place in the line above."""
    text: str
    is_failing: bool


def code_frame(snippet: str | None) -> Sequence[CodeLine]:
    """Empty where there is none, or where it is in a form that is not known: then show the text as it is."""
    found: list[CodeLine] = []
    for line in bare(snippet or "").splitlines()[: MOST_LINES * 2]:
        read = _LINE.fullmatch(line.rstrip())
        if read is None:
            continue
        number = int(read["number"]) if read["number"] else None
        found.append(CodeLine(number, read["text"].removeprefix(" "), read["mark"] is not None))
    return found[:MOST_LINES] if any(line.is_failing for line in found) else []
