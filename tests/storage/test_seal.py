"""An address of ours opens for what it was signed for, and for nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.storage.blobs import UploadTerms
from shifty.storage.errors import BadSignature
from shifty.storage.seal import opened_terms, sealed_query

SECRET = b"s" * 32
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TERMS = UploadTerms("tenant/run/trace/1-a-trace.zip", "application/zip", 5, 100, NOW + timedelta(hours=1))


def _query(terms: UploadTerms = TERMS) -> dict[str, str]:
    return dict(parse_qsl(sealed_query(SECRET, terms)))


@pytest.mark.parametrize("size", [None, 0, 5])
def test_it_opens_for_what_it_was_signed_for(size: int | None) -> None:
    terms = replace(TERMS, size_bytes=size)

    assert opened_terms(SECRET, TERMS.key, _query(terms), NOW) == terms


def test_its_time_is_over_on_the_second() -> None:
    opened_terms(SECRET, TERMS.key, _query(), TERMS.expires_at - timedelta(seconds=1))

    with pytest.raises(BadSignature, match="good until 2026-01-01T01:00:00Z"):
        opened_terms(SECRET, TERMS.key, _query(), TERMS.expires_at)


@pytest.mark.parametrize("name", ["expires", "max", "size", "type", "signature"])
@pytest.mark.parametrize("value", [None, "", "9", "text/html", "ä", "\udcff", "99999999999999999999"])
def test_nothing_of_it_can_be_changed(name: str, value: str | None) -> None:
    query = {**_query(), name: value} if value is not None else {k: v for k, v in _query().items() if k != name}

    with pytest.raises(BadSignature):
        opened_terms(SECRET, TERMS.key, {key: str(text) for key, text in query.items()}, NOW)


def test_it_opens_for_one_key_and_one_secret() -> None:
    for secret, key in ((b"t" * 32, TERMS.key), (SECRET, TERMS.key + "x"), (SECRET, TERMS.key + "?expires=1")):
        with pytest.raises(BadSignature):
            opened_terms(secret, key, _query(), NOW)


@given(st.text(), st.dictionaries(st.sampled_from(["expires", "max", "size", "type", "signature", "x"]), st.text()))
def test_made_up_ones_open_for_nothing(key: str, query: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        opened_terms(SECRET, key, query, NOW)
