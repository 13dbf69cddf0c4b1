"""Files of named statements."""

import pytest

from shifty.database.queries import parse_queries


def test_a_file_is_split_at_its_names() -> None:
    text = "-- About the file.\n-- name: one\nselect 1;\n\n-- name: two\n-- Why: 65 % of it.\nselect\n  2;\n"

    one, two = parse_queries(text)

    assert (one.name, one.sql, one.notes) == ("one", "select 1;", "")
    assert (two.name, two.sql, two.notes) == ("two", "select\n  2;", "-- Why: 65 % of it.")


def test_a_name_that_is_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="two statements are called one"):
        parse_queries("-- name: one\nselect 1;\n-- name: one\nselect 2;")


def test_a_statement_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="a statement without a name: select 1;"):
        parse_queries("select 1;")
