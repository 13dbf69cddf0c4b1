"""House rules for the SQL of all rooms."""

import re
from pathlib import Path
from typing import LiteralString, cast

import psycopg
import pytest

import shifty
from shifty.database.queries import Statement, parse_queries

_ROOMS = Path(shifty.__file__).parent
_STATEMENTS = [
    pytest.param(statement, id=f"{file.parent.name}.{statement.name}")
    for file in sorted(_ROOMS.rglob("queries.sql"))
    for statement in parse_queries(file.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("statement", _STATEMENTS)
def test_a_statement_prepares_on_the_migrated_schema(statement: Statement, shared_dsn: str) -> None:
    with psycopg.connect(shared_dsn) as connection:
        prepare = f"prepare checked as {_numbered(statement.sql)}"
        connection.execute(cast("LiteralString", prepare).encode())


@pytest.mark.parametrize("statement", _STATEMENTS)
def test_a_statement_names_its_tenant_or_says_why_not(statement: Statement) -> None:
    assert "tenant_id" in statement.sql or "-- every tenant:" in statement.notes


def _numbered(text: str) -> str:
    """``%(name)s`` as ``$1``, the same number for the same name."""
    numbers: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f"${numbers.setdefault(match[1], len(numbers) + 1)}"

    return re.sub(r"%\((\w+)\)[sbt]", number, text).replace("%%", "%")
