"""How pages write numbers, times and names: filters of the templates, which escape what these give."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

from markupsafe import Markup, escape

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")


def duration(length: timedelta | float | None) -> str:
    """``1 h 04 min``, ``3 min 20 s``, ``4.2 s``, ``85 ms``; a number is in milliseconds; None: a dash."""
    if length is None:
        return "–"
    ms = length.total_seconds() * 1000 if isinstance(length, timedelta) else float(length)
    if ms < 1000:
        return f"{ms:.0f} ms"
    if ms < 59_950:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"


def size(count: int | None) -> str:
    """``1.4 MB``; None: a dash."""
    if count is None:
        return "–"
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}" if unit == 0 or amount >= 100 else f"{amount:.1f} {_UNITS[unit]}"


def moment(at: datetime | None) -> Markup:
    """A ``time`` element: how long ago, and when pointed at, exactly (UTC). A script keeps it up to date."""
    if at is None:
        return Markup("–")
    exact = at.astimezone(UTC)
    shown = escape(ago(datetime.now(UTC) - exact))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        exact.strftime("%Y-%m-%dT%H:%M:%SZ"), exact.strftime("%Y-%m-%d %H:%M:%S UTC"), shown
    )


def ago(past: timedelta) -> str:
    """``just now``, ``5 min ago``, ``3 h ago``, ``12 days ago``; in the future: ``in 3 days``."""
    seconds = past.total_seconds()
    amount = abs(seconds)
    if amount < 45:
        return "just now"
    if amount < 3600:
        words = f"{max(1, round(amount / 60))} min"
    elif amount < 86_400:
        words = f"{round(amount / 3600)} h"
    else:
        words = count(round(amount / 86_400), "day")
    return f"{words} ago" if seconds > 0 else f"in {words}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 test``, ``1,204 tests``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def number(amount: int) -> str:
    return f"{amount:,}"


def percent(share: float | None, digits: int = 1) -> str:
    """Of a number that is in percent; None: a dash."""
    return "–" if share is None else f"{share:.{digits}f} %"


def cut(text: str, most: int) -> str:
    """At most so many characters, the last one a mark where some are left out."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def page_of_result(run_id: object, test_id: str) -> str:
    """The address of a test in a run."""
    return f"/runs/{run_id}/tests/{step(test_id)}"


def step(text: object) -> str:
    """A part of a path: slashes, question marks and the rest in it are escaped."""
    return quote(str(text), safe="")


def query(**asked: object) -> str:
    """``?branch=main&page=2`` of what is neither None nor empty; nothing at all is an empty string."""
    given = {name: str(value) for name, value in asked.items() if value not in (None, "")}
    return f"?{urlencode(given)}" if given else ""


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "duration": duration,
    "size": size,
    "moment": moment,
    "count": count,
    "number": number,
    "percent": percent,
    "step": step,
}
