"""Text of terminals as HTML: colours become classes, whatever else an escape code would do is left out. Pure."""

import re
from typing import Final

from markupsafe import Markup, escape
from rich.color import ColorSystem
from rich.style import Style
from rich.text import Text

_COLOURS: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
# ECMA-48, 8.3: CSI sequences, OSC strings, and the two-character rest. The first group is what sets colours.
_ESCAPES: Final = re.compile(
    r"(\x1b\[[0-9;]{0,60}m)"
    r"|(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]?|\x1b\][^\x07\x1b\n]*+(?:\x07|\x1b\\)?"
    r"|\x1b[P^_X][^\x1b\n]*+(?:\x1b\\)?|\x1b[@-_]?"
)
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")
"""All but tab, line feed and what begins an escape code."""


def coloured(text: str) -> Markup:
    """``text`` escaped, with ``<span class="ansi-red">`` and the like."""
    kept = _CONTROLS.sub("", _ESCAPES.sub(lambda found: found[1] or "", text))
    if "\x1b" not in kept:
        return escape(kept)
    decoded = Text.from_ansi(kept, end="")
    parts: list[Markup] = []
    at = 0
    for span in sorted(decoded.spans):
        parts.append(escape(decoded.plain[at : span.start]))
        names = _classes(span.style) if isinstance(span.style, Style) else ""
        shown = decoded.plain[max(at, span.start) : span.end]
        parts.append(Markup('<span class="{}">{}</span>').format(names, shown) if names else escape(shown))
        at = max(at, span.end)
    parts.append(escape(decoded.plain[at:]))
    return Markup("").join(parts)


def bare(text: str) -> str:
    """``text`` without any of it."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text))


def _classes(style: Style) -> str:
    looks = {"bold": style.bold, "dim": style.dim, "italic": style.italic, "underline": style.underline}
    names = [f"ansi-{name}" for name, is_on in looks.items() if is_on]
    for colour, prefix in ((style.color, "ansi-"), (style.bgcolor, "ansi-on-")):
        number = None if colour is None or colour.is_default else colour.downgrade(ColorSystem.STANDARD).number
        if number is not None:
            names.append(prefix + _COLOURS[number % 8])
    return " ".join(names)
