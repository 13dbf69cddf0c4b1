"""Reads the selectors of ``shifty heal try``: one a line, or a JSON array."""

import json
from pathlib import Path
from typing import cast

from shifty.errors import UsageError
from shifty.healing.pages.outlook import Asked

_FORM = "one selector a line (lines with # in front are comments), or a JSON array of selectors"


def read_selectors(file: Path) -> list[Asked]:
    """In the order of the file.

    Raises:
        UsageError: there is no such file, or no selector in it; or JSON of another form, each fault by its place.
    """
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise UsageError(f"{file} cannot be read ({why}); --selectors names a file with {_FORM}.") from None
    found = _of_json(file, text) if _is_array(text) else _of_lines(text)
    if not found:
        raise UsageError(f"{file} holds no selector; write {_FORM}.")
    return found


def _is_array(text: str) -> bool:
    # A selector may begin with a bracket as well: `[data-testid=save]`.
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return text.lstrip().startswith(('["', "[{", "[\n"))


def _of_lines(text: str) -> list[Asked]:
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
    return [Asked(line, f"line {number}") for number, line in lines if line and not _is_comment(line)]


def _is_comment(line: str) -> bool:
    # `#save` is a selector; a comment has a space after its mark, or nothing.
    return line.startswith("# ") or set(line) == {"#"}


def _of_json(file: Path, text: str) -> list[Asked]:
    try:
        items = cast("list[object]", json.loads(text))
    except ValueError as error:
        raise UsageError(f"{file} is no JSON: {error}; write {_FORM}.") from None
    found: list[Asked] = []
    faults: list[str] = []
    for number, item in enumerate(items, 1):
        selector = cast("dict[str, object]", item).get("selector") if isinstance(item, dict) else item
        if isinstance(selector, str) and selector.strip():
            found.append(Asked(selector, f"item {number}"))
        else:
            faults.append(f"item {number} is neither a selector nor an object with `selector`")
    if faults:
        raise UsageError(f"{file}: {'; '.join(faults)}.")
    return found
