"""Sizes and limits on the command line."""

import re
from typing import Final

from shifty.errors import UsageError
from shifty.tenants.plan import Change

_SIZE: Final = re.compile(r"(\d{1,15}(?:\.\d{1,3})?)\s*(?:([KMGT])(i?)B?|B)?", re.IGNORECASE | re.ASCII)
_POWERS: Final = "KMGT"
_MOST: Final = 2**62


def parse_size(option: str, text: str | None) -> Change:
    """``500MB`` (a thousand thousand), ``10GiB`` (1024 cubed), a number of bytes, or ``unlimited``; None stays None.

    Raises:
        UsageError: it is none of these.
    """
    if text is None or text == "unlimited":
        return text
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{option} must be a size such as 500MB or 10GiB, or unlimited; this was {text!r}.")
    power = _POWERS.index(match[2].upper()) + 1 if match[2] else 0
    return min(_MOST, int(float(match[1]) * (1024 if match[3] else 1000) ** power))


def parse_number(option: str, text: str | None, *, least: int = 0) -> Change:
    """A whole number, or ``unlimited``; None stays None.

    Raises:
        UsageError: it is neither.
    """
    if text is None or text == "unlimited":
        return text
    if not re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) or int(text) < least:
        raise UsageError(f"{option} must be a whole number from {least}, or unlimited; this was {text!r}.")
    return int(text)


def size(number: int) -> str:
    """For people: ``850 B``, ``12.3 MiB``."""
    if number < 1024:
        return f"{number} B"
    amount = float(number)
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        amount /= 1024
        if amount < 1024:
            return f"{amount:.1f} {unit}"
    return f"{amount:.0f} TiB"
