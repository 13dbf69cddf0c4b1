"""What a browser shows can't run; what could run is only ever saved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.artifacts.media import media_type, serving_headers


@pytest.mark.parametrize(
    ("given_type", "name", "kept"),
    [
        ("application/zip", "x", "application/zip"),
        ("Text/HTML; charset=utf-8", "a.png", "text/html"),
        ("application/octet-stream", "trace.zip", "application/zip"),
        (None, "shot.PNG", "image/png"),
        ("", "error-context.md", "text/markdown"),
        (None, "unknown", "application/octet-stream"),
        ("text/html\r\nX-Evil: 1", "a.txt", "text/plain"),
        ("image/png, text/html", "a.bin", "application/octet-stream"),
        ("nonsense", "a.bin", "application/octet-stream"),
        ("x" * 300 + "/y", "a.bin", "application/octet-stream"),
    ],
)
def test_the_type_is_the_given_one_or_that_of_the_ending(given_type: str | None, name: str, kept: str) -> None:
    assert media_type(given_type, name) == kept


@pytest.mark.parametrize(
    ("content_type", "shown_as"),
    [
        ("image/png", "image/png"),
        ("video/webm", "video/webm"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/markdown", "text/plain; charset=utf-8"),
        ("application/json", "text/plain; charset=utf-8"),
    ],
)
def test_what_is_harmless_is_shown(content_type: str, shown_as: str) -> None:
    headers = serving_headers(content_type, "a")

    assert headers["Content-Type"] == shown_as
    assert headers["Content-Disposition"].startswith("inline; ")


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml", "application/pdf"),
        *("text/javascript", "text/css", "multipart/x-mixed-replace", "application/x-shockwave-flash", "made/up"),
    ],
)
def test_what_could_run_is_saved(content_type: str) -> None:
    headers = serving_headers(content_type, "a.html")

    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment; ")


@given(st.text(), st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_it_is_nothing_in_it_is_trusted(content_type: str, name: str) -> None:
    headers = serving_headers(content_type, name)

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].endswith("; sandbox")
    assert "script" not in headers["Content-Security-Policy"]


def test_a_name_of_other_letters_is_given_in_both_ways() -> None:
    disposition = serving_headers("application/zip", "für.zip")["Content-Disposition"]

    assert disposition == "attachment; filename=\"f_r.zip\"; filename*=UTF-8''f%C3%BCr.zip"
