"""Text of terminals as HTML: colours become classes, whatever else an escape code would do is left out. Pure.

Not by ``rich.text.Text.from_ansi``: a text of nothing but colours, as a hostile test may print it, takes that a second.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape
from rich.color import Color, ColorSystem

_COLOURS: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_ON: Final = {1: "bold", 2: "dim", 3: "italic", 4: "underline"}
_OFF: Final[Mapping[int, tuple[str, ...]]] = {
    22: ("bold", "dim"),
    23: ("italic",),
    24: ("underline",),
    39: ("colour",),
    49: ("ground",),
}
# ECMA-48, 8.3: CSI sequences, OSC strings, and the two-character rest. The first group is what sets colours.
_ESCAPES: Final = re.compile(
    r"(\x1b\[[0-9;]{0,60}m)"
    r"|(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]?|\x1b\][^\x07\x1b\n]*+(?:\x07|\x1b\\)?"
    r"|\x1b[P^_X][^\x1b\n]*+(?:\x1b\\)?|\x1b[@-_]?"
)
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")
"""All but tab, line feed and what begins an escape code."""
_SETS_COLOURS: Final = re.compile(r"\x1b\[([0-9;]*)m")


def coloured(text: str) -> Markup:
    """``text`` escaped, with ``<span class="ansi-red">`` and the like."""
    kept = _CONTROLS.sub("", _ESCAPES.sub(lambda found: found[1] or "", text))
    parts: list[str] = []
    look: dict[str, str] = {}
    # Between two matches of a pattern with one group stands what the group has matched.
    for place, piece in enumerate(_SETS_COLOURS.split(kept)):
        if place % 2:
            _change(look, piece)
        elif piece:
            names = " ".join(look.values())
            parts.append(f'<span class="{names}">{escape(piece)}</span>' if names else escape(piece))
    return Markup("".join(parts))  # noqa: S704 - Each piece is escaped, and the names are ours.


def bare(text: str) -> str:
    """``text`` without any of it."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text))


def _change(look: dict[str, str], codes: str) -> None:
    numbers = iter([min(int(code or "0"), 255) for code in codes.split(";") if len(code) < 6])
    for number in numbers:
        if number == 0:
            look.clear()
        elif number in _ON:
            look[_ON[number]] = f"ansi-{_ON[number]}"
        elif number in _OFF:
            for name in _OFF[number]:
                look.pop(name, None)
        elif number in (38, 48):
            _set(look, _extended(numbers), is_ground=number == 48)
        elif number % 10 < len(_COLOURS) and (30 <= number <= 47 or 90 <= number <= 107):
            _set(look, _COLOURS[number % 10], is_ground=number // 10 in (4, 10))


def _set(look: dict[str, str], colour: str | None, *, is_ground: bool) -> None:
    if colour:
        look["ground" if is_ground else "colour"] = f"ansi-on-{colour}" if is_ground else f"ansi-{colour}"


def _extended(numbers: Iterator[int]) -> str | None:
    """Of the 256 (``5;n``) or of all (``2;r;g;b``), the nearest of the eight."""
    kind = next(numbers, None)
    if kind == 5:
        number = next(numbers, None)
        return None if number is None else _nearest(Color.from_ansi(number))
    if kind == 2:
        # Shades that no eye tells apart are looked up once: a hostile text has thousands of them.
        parts = [next(numbers, 0) & 0xE0 for _ in range(3)]
        return _nearest(Color.from_rgb(*(part | part >> 3 | part >> 6 for part in parts)))
    return None


@lru_cache(maxsize=512)
def _nearest(colour: Color) -> str | None:
    number = colour.downgrade(ColorSystem.STANDARD).number
    return None if number is None else _COLOURS[number % 8]
