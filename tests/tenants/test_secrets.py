"""The text of a key."""

import re

import pytest

from shifty.tenants.secrets import KeyText, bearer, read_key

KEY = KeyText("0123456789abcdef", "5" * 64)


def test_a_key_has_the_form_that_secret_scanners_look_for() -> None:
    assert re.fullmatch(r"shf_[0-9a-f]{16}_[0-9a-f]{64}", str(KeyText.new()))


def test_what_was_written_is_read_back() -> None:
    assert read_key(str(KEY)) == KEY


def test_a_key_does_not_show_its_secret_in_a_log() -> None:
    assert KEY.secret not in repr(KEY)


def test_only_the_right_secret_matches() -> None:
    assert KEY.matches(KEY.hash)
    assert not KeyText(KEY.id, KeyText.new().secret).matches(KEY.hash)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_read_in_any_case(scheme: str) -> None:
    assert bearer(f" {scheme}  {KEY} ") == KEY


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", str(KEY), f"Basic {KEY}", f"Bearer {KEY}x", "Bearer shf_a_b", f"Bearer {KEY} x"],
)
def test_whatever_else_is_no_key(header: str | None) -> None:
    assert bearer(header) is None
