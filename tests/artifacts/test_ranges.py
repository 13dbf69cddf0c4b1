"""Which bytes a Range header means."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.artifacts.ranges import http_date, not_modified, wanted_span
from shifty.errors import OutOfRange
from shifty.storage.blobs import Span

TAG = '"abc"'
MODIFIED = datetime(2024, 12, 9, 10, tzinfo=UTC)


def _span(header: str | None, size: int = 10, if_range: str | None = None) -> Span | None:
    return wanted_span(header, if_range, size, TAG, MODIFIED)


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=2-4", Span(2, 5)),
        ("bytes=2-", Span(2, 10)),
        ("bytes=-3", Span(7, 10)),
        ("bytes=-300", Span(0, 10)),
        ("bytes=9-999999999999", Span(9, 10)),
        ("BYTES=0-1", Span(0, 2)),
    ],
)
def test_one_range_is_a_part(header: str, span: Span) -> None:
    assert _span(header) == span


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "lines=0-1", "bytes=4-2", "bytes=0-1,3-4", "bytes=--1"),
        *("bytes=0-1x", "bytes=٣-٤", "bytes=0-" + "9" * 50),
    ],
)
def test_what_is_malformed_or_several_is_all(header: str | None) -> None:
    assert _span(header) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=10-", 10), ("bytes=11-20", 10), ("bytes=-0", 10), ("bytes=0-", 0)]
)
def test_what_begins_after_the_end_is_refused(header: str, size: int) -> None:
    with pytest.raises(OutOfRange):
        _span(header, size)


@given(st.integers(1, 10_000), st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_part_is_within_the_whole(size: int, first: int, last: int) -> None:
    try:
        span = _span(f"bytes={first}-{last}", size)
    except OutOfRange:
        assert first >= size
        return
    assert span is None or 0 <= span.start < span.end <= size


def test_if_range_asks_for_the_part_of_the_same_version_only() -> None:
    assert _span("bytes=0-1", if_range=TAG) == Span(0, 2)
    assert _span("bytes=0-1", if_range=http_date(MODIFIED)) == Span(0, 2)
    assert _span("bytes=0-1", if_range='"other"') is None
    assert _span("bytes=0-1", if_range=f"W/{TAG}") is None


def test_who_has_it_is_told_so() -> None:
    assert not_modified(TAG, TAG)
    assert not_modified(f'"x", W/{TAG}', TAG)
    assert not_modified("*", TAG)
    assert not not_modified('"x"', TAG)
    assert not not_modified(None, TAG)
