"""Reads the file of durations that `shifty plan` works on, and says all that is wrong with it at once."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from shifty.errors import UsageError
from shifty.planning.model import Item

MOST_WORKERS = 1000
_SHOWN = 3
_FORM = 'expected {"id": seconds} or {"durations": {"id": seconds}}'


class _Object(list[tuple[str, object]]):
    """A JSON object as its pairs, so that an id that stands there twice is not lost."""


def read_request(path: Path, workers: int) -> list[Item]:
    """The items of ``path`` in its order.

    Raises:
        UsageError: with every fault of the file and of ``workers``.
    """
    items, faults = _read(path)
    if not 1 <= workers <= MOST_WORKERS:
        faults.insert(0, f"--workers must be between 1 and {MOST_WORKERS}, not {workers}")
    refuse(faults)
    return items


def read_durations(paths: Sequence[Path]) -> list[dict[str, float]]:
    """The durations of each of ``paths`` by id.

    Raises:
        UsageError: with every fault of every file.
    """
    read = [_read(path) for path in paths]
    refuse([fault for _, faults in read for fault in faults])
    return [{item.id: item.seconds for item in items} for items, _ in read]


def refuse(faults: Sequence[str]) -> None:
    """All of ``faults`` as one sentence, if there are any."""
    if faults:
        raise UsageError("; ".join(faults) + ".")


def _read(path: Path) -> tuple[list[Item], list[str]]:
    try:
        items, faults = _items(_parse(path))
    except UsageError as error:
        return [], [str(error)]
    return items, [f"{path} {fault}" for fault in faults]


def _parse(path: Path) -> object:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist, name a JSON file of durations with --durations") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder, name a JSON file of durations with --durations") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not a text file, {_FORM}") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}), check its permissions") from None
    try:
        return json.loads(text, object_pairs_hook=_Object)
    except RecursionError:
        raise UsageError(f"{path} is nested too deeply, {_FORM}") from None
    except ValueError as error:
        raise UsageError(f"{path} is not JSON ({error}), {_FORM}") from None


def _items(content: object) -> tuple[list[Item], list[str]]:
    if not isinstance(content, _Object):
        return [], [f"is {_kind(content)}, {_FORM}"]
    inner = dict(content).get("durations")
    pairs = inner if isinstance(inner, _Object) else content
    if not pairs:
        return [], [f"holds no durations, {_FORM}"]
    items = [Item(id_, seconds) for id_, value in pairs if (seconds := _seconds(value)) is not None]
    faults = [f"{id_!r}: {_kind(value)}" for id_, value in pairs if _seconds(value) is None]
    wrong = [f"has what is no duration ({_some(faults)}), give a number of seconds, 0 or more"] if faults else []
    twice = [repr(id_) for id_, count in Counter(id_ for id_, _ in pairs).items() if count > 1]
    return items, wrong + ([f"has {_some(twice)} more than once, keep one of each"] if twice else [])


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        seconds = float(value)
    except OverflowError:
        return None
    return seconds if math.isfinite(seconds) and 0 <= seconds <= 1e12 else None


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool() | int() | float() | str():
            shown = json.dumps(value)
            return shown if len(shown) <= 40 else shown[:37] + "…"
        case _Object():
            return "an object"
        case _:
            return "a list"


def _some(faults: Sequence[str]) -> str:
    more = len(faults) - _SHOWN
    return ", ".join(faults[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
