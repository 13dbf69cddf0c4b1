"""Sizes and limits as people write them."""

import pytest

from shifty.cli.quantities import parse_number, parse_size, size
from shifty.errors import UsageError


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0", 0),
        ("1048576", 1048576),
        ("500MB", 500_000_000),
        ("500 mb", 500_000_000),
        ("10GiB", 10 * 1024**3),
        ("1.5G", 1_500_000_000),
        ("7B", 7),
        ("2TiB", 2 * 1024**4),
        ("999999999999999TiB", 2**62),
        ("unlimited", "unlimited"),
        (None, None),
    ],
)
def test_a_size_is_read_as_it_is_meant(text: str | None, meant: object) -> None:
    assert parse_size("--max-storage", text) == meant


@pytest.mark.parametrize("text", ["", "-1", "many", "10 PB", "1e9", "10GiBs", "١"])
def test_what_is_no_size_is_named_with_its_option(text: str) -> None:
    with pytest.raises(UsageError, match="--max-storage"):
        parse_size("--max-storage", text)


@pytest.mark.parametrize(("text", "meant"), [("0", 0), ("12", 12), ("unlimited", "unlimited"), (None, None)])
def test_a_limit_is_a_number_or_none(text: str | None, meant: object) -> None:
    assert parse_number("--max-minutes", text) == meant


@pytest.mark.parametrize("text", ["0", "-3", "2.5", "all", "", "9999999999"])
def test_what_is_no_limit_is_named_with_its_option(text: str) -> None:
    with pytest.raises(UsageError, match="--max-workers"):
        parse_number("--max-workers", text, least=1)


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (10 * 1024**3, "10.0 GiB"), (2**60, "1048576 TiB")],
)
def test_a_size_is_shown_for_people(number: int, shown: str) -> None:
    assert size(number) == shown
