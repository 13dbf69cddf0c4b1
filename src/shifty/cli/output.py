"""Where a command writes: people read stdout, or stderr when ``--json`` needs stdout for a program."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text


def console(*, json: bool) -> Console:
    """Where the human output goes. Nothing is wrapped or coloured where no terminal reads it."""
    found = Console(stderr=json, highlight=False, soft_wrap=False)
    if not found.is_terminal:
        found = Console(stderr=json, highlight=False, soft_wrap=True, width=200)
    return found


def print_json(value: object) -> None:
    """One JSON value on stdout."""
    print_json_bytes(msgspec.json.encode(value))


def print_json_bytes(value: bytes) -> None:
    sys.stdout.write(value.decode() + "\n")
    sys.stdout.flush()


def complain(sentence: str) -> None:
    sys.stderr.write(f"shifty: {sentence}\n")
    sys.stderr.flush()


def table(*columns: str, right: Sequence[str] = ()) -> Table:
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left")
    return made


def duration(ms: float | None) -> str:
    """For people: ``850 ms``, ``12.3 s``, ``4 m 05 s``."""
    if ms is None:
        return "–"
    if ms < 1000:
        return f"{ms:.0f} ms"
    if ms < 60_000:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    if minutes < 60:
        return f"{minutes} m {seconds:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} m"


def minute(time: datetime | None) -> str:
    """For people: ``2024-12-09 10:00``, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M}" if time else ""


def count(number: int, noun: str, nouns: str | None = None) -> str:
    return f"{number} {noun if number == 1 else nouns or noun + 's'}"


_STYLES = {
    "passed": "green",
    "failed": "red",
    "timedOut": "red",
    "flaky": "yellow",
    "healed": "yellow",
    "quarantined": "yellow",
    "cancelled": "yellow",
    "skipped": "cyan",
    "notRun": "magenta",
    "running": "blue",
}


def status_text(status: str) -> Text:
    return Text(status, style=_STYLES.get(status, ""))
