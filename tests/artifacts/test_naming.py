"""Names are safe whoever made them up, and stay readable."""

import re
from datetime import UTC, datetime
from pathlib import PurePosixPath
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.artifacts.naming import LONGEST, name_in_header, safe_name, storage_key

TENANT, RUN, ID = UUID(int=1), UUID(int=2), UUID("abcdefabcdefabcdefabcdefabcdefab")
NOW = datetime(2024, 12, 9, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("trace.zip", "trace.zip"),
        ("test-failed-1.png", "test-failed-1.png"),
        ("error context (1).md", "error context (1).md"),
        ("Überblick für テスト.png", "Überblick für テスト.png"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("/absolute/trace.zip", "trace.zip"),
        ("trace.zip/", "trace.zip"),
        ("..", "trace.zip"),
        (".htaccess", "htaccess"),
        ("", "trace.zip"),
        ("\0\0", "trace.zip"),
        ("-rf.txt", "rf.txt"),
        ("a\r\nSet-Cookie: x=1", "a--Set-Cookie- x=1"),
        ('"><script>alert(1)</script>.png', "script-.png"),
        ("evil\u202egnp.exe", "evil-gnp.exe"),
        ("half a pair \ud800.txt", "half a pair -.txt"),
        ("x" * 500 + ".zip", "x" * (LONGEST - 4) + ".zip"),
        ("x." + "y" * 500, "x." + "y" * (LONGEST - 2)),
        ("trailing dots...", "trailing dots"),
    ],
)
def test_a_name_is_reduced_to_a_plain_one(given_name: str, safe: str) -> None:
    assert safe_name(given_name, "trace") == safe


@given(st.text())
def test_no_name_leaves_its_folder_or_its_header(given_name: str) -> None:
    name = safe_name(given_name, "trace")

    assert 0 < len(name) <= LONGEST
    assert PurePosixPath(name).name == name
    assert name.isprintable()
    assert not set(name) & set("\\/\"'<>&;:|?*%#$`\r\n\0")
    assert not name.startswith((".", "-", " "))
    name.encode()


@given(st.text())
def test_a_key_is_of_plain_letters(given_name: str) -> None:
    key = storage_key(TENANT, RUN, "trace", safe_name(given_name, "trace"), ID, NOW)

    assert re.fullmatch(rf"{TENANT}/{RUN}/trace/1733738400-abcdefabcdef-[A-Za-z0-9._-]+", key)
    assert len(key) < 300


def test_a_key_reads_as_the_contract_shows_it() -> None:
    assert storage_key(TENANT, RUN, "trace", "trace.zip", ID, NOW).endswith("/trace/1733738400-abcdefabcdef-trace.zip")
    assert storage_key(TENANT, RUN, "log", "テスト", ID, NOW).endswith("/log/1733738400-abcdefabcdef-log")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("trace.zip", "trace.zip"),
        ("für.zip".encode().decode("latin-1"), "für.zip"),
        ("für.zip", "für.zip"),
        ("f%C3%BCr%20mich.zip", "für mich.zip"),
        ("100%.zip", "100%.zip"),
        ("%ff.zip", "%ff.zip"),
        ("%2e%2e%2fetc", "../etc"),
    ],
)
def test_a_header_is_read_as_clients_send_it(raw: str, text: str) -> None:
    assert name_in_header(raw) == text
