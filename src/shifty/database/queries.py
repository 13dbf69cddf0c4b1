"""The SQL of a room: one file of named statements, read when the room is imported."""

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import LiteralString, NamedTuple, cast

_HEAD = re.compile(r"^-- (name|part): (\w+)\s*$")
_INSERT = re.compile(r"^\s*-- insert: (\w+)\s*$")


class Statement(NamedTuple):
    name: str
    notes: str
    """The comment lines above and in it; they are not sent to the server."""
    sql: str


def load_queries(package: str) -> Mapping[str, LiteralString]:
    """The statements of ``package``'s ``queries.sql`` by name, ready for psycopg with ``%(name)s`` placeholders."""
    text = files(package).joinpath("queries.sql").read_text(encoding="utf-8")
    # Trusted like a literal: the text ships with the code.
    return {statement.name: cast("LiteralString", statement.sql) for statement in parse_queries(text)}


def parse_queries(text: str) -> list[Statement]:
    """Split a file of statements at its ``-- name: …`` lines.

    What stands below ``-- part: …`` is no statement: others take it in where they say ``-- insert: …``. Whole comment
    lines are taken out: they would travel with every call, and a per cent sign in one reads as a placeholder.

    Raises:
        ValueError: a name is given twice, a part is not there, or something stands before the first name.
    """
    blocks: dict[str, tuple[list[str], list[str]]] = {}
    parts: dict[str, tuple[list[str], list[str]]] = {}
    block: tuple[list[str], list[str]] | None = None
    for line in text.splitlines():
        if match := _HEAD.match(line):
            if match[2] in blocks or match[2] in parts:
                raise ValueError(f"two statements are called {match[2]}")
            block = (blocks if match[1] == "name" else parts)[match[2]] = ([], [])
        elif block and (match := _INSERT.match(line)):
            if match[1] not in parts:
                raise ValueError(f"there is no part {match[1]} above")
            block[1].extend(parts[match[1]][1])
        elif line.lstrip().startswith("--"):
            if block:
                block[0].append(line.strip())
        elif block:
            block[1].append(line)
        elif line.strip():
            raise ValueError(f"a statement without a name: {line.strip()}")
    return [Statement(name, "\n".join(notes), "\n".join(sql).strip()) for name, (notes, sql) in blocks.items()]
