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


def test_what_statements_share_stands_in_one_place() -> None:
    text = "-- part: mine\n where x = %(x)s\n\n-- name: one\nselect 1 from t\n-- insert: mine\n;\n"

    (one,) = parse_queries(text)

    assert (one.name, one.sql) == ("one", "select 1 from t\n where x = %(x)s\n\n;")


def test_a_part_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no part mine above"):
        parse_queries("-- name: one\nselect 1\n-- insert: mine\n;")


def test_a_statement_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="a statement without a name: select 1;"):
        parse_queries("select 1;")
