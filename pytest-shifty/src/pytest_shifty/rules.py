"""Which tests a quarantine rule is about. Pure; tests/quarantine/examples.json holds here as for the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Rule:
    kind: str
    """``test``, ``file``, ``title``, ``tag``; ``error`` is for the server, which alone groups errors."""
    value: str
    """A test id; a path, or a test's title alone or behind those around it, with ``*`` for any characters; a tag."""
    project_name: str
    """A browser; empty: any."""
    owner: str
    reason: str
    expires_at: datetime


@dataclass(frozen=True)
class Subject:
    """A test that failed."""

    test_id: str
    file: str
    project_name: str
    titles: Sequence[str]
    tags: Sequence[str] = ()


def is_about(rule: Rule, test: Subject) -> bool:
    if rule.project_name not in ("", test.project_name):
        return False
    match rule.kind:
        case "test":
            return rule.value == test.test_id
        case "file":
            return _fits(rule.value, test.file)
        case "title":
            return any(_fits(rule.value, title) for title in (" › ".join(test.titles), "".join(test.titles[-1:])))
        case "tag":
            return rule.value.removeprefix("@") in (tag.removeprefix("@") for tag in test.tags)
        case _:
            return False


def _fits(pattern: str, text: str) -> bool:
    """Piece by piece: a regular expression may try for minutes what a long title holds of the pattern."""
    first, *pieces = pattern.split("*")
    if not pieces:
        return pattern == text
    *between, last = pieces
    at, end = len(first), len(text) - len(last)
    if not text.startswith(first) or not text.endswith(last):
        return False
    for piece in between:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return at <= end
