"""Artifacts for whoever is signed in."""

from collections.abc import Generator

import httpx
import pytest

from tests.dashboard.conftest import Account, Site
from tests.dashboard.reported import FAILED, Reported, new_account, report

TEXT = b"<script>alert(1)</script> and so on"


@pytest.fixture
def other(site: Site) -> Generator[Account]:
    account = new_account(site)
    yield account
    for client in account.clients:
        client.close()


@pytest.fixture
def reported(account: Account) -> Reported:
    return report(account, "failed", [FAILED])


def test_nobody_gets_a_file_without_signing_in(reported: Reported) -> None:
    file = reported.keep("log", "notes.txt", TEXT)

    answer = httpx.get(f"{reported.account.site.url}{file}")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


def test_another_tenants_file_is_not_found(reported: Reported, other: Account) -> None:
    file = reported.keep("log", "notes.txt", TEXT)

    assert other.client().get(file).status_code == 404
    assert other.client().get(file.replace("/files/", "/previews/").rpartition("/")[0]).status_code == 404


def test_pages_and_api_give_the_same_bytes_and_headers(reported: Reported, account: Account) -> None:
    file = reported.keep("log", "notes.txt", TEXT)

    page = account.client().get(file)
    api = account.api("GET", file.replace("/files/", "/artifacts/"))

    assert page.content == api.content == TEXT
    names = ["content-type", "content-disposition", "content-security-policy", "x-content-type-options", "etag"]
    assert [page.headers[name] for name in names] == [api.headers[name] for name in names]


@pytest.mark.parametrize(
    ("name", "media_type", "shown"),
    [
        ("page.html", "text/html", "attachment"),
        ("drawing.svg", "image/svg+xml", "attachment"),
        ("notes.txt", "text/plain", "inline"),
        ("code.js", "text/javascript", "attachment"),
    ],
)
def test_nothing_that_could_run_is_shown(reported: Reported, name: str, media_type: str, shown: str) -> None:
    file = reported.keep("log", name, TEXT, media_type=media_type)

    answer = reported.account.client().get(file)

    assert answer.headers["content-disposition"].startswith(shown)
    assert answer.headers["content-type"] in ("application/octet-stream", "text/plain; charset=utf-8")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_part_of_a_video_can_be_asked_for(reported: Reported) -> None:
    file = reported.keep("video", "video.webm", bytes(range(100)), media_type="video/webm")
    client = reported.account.client()

    part = client.get(file, headers={"Range": "bytes=10-19"})
    head = client.head(file)
    beyond = client.get(file, headers={"Range": "bytes=500-"})

    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert (head.status_code, head.headers["content-length"], head.headers["accept-ranges"]) == (200, "100", "bytes")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */100")


def test_what_the_browser_has_already_is_not_sent_again(reported: Reported) -> None:
    file = reported.keep("log", "notes.txt", TEXT)
    client = reported.account.client()

    again = client.get(file, headers={"If-None-Match": client.get(file).headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_a_preview_is_the_beginning_as_text(reported: Reported) -> None:
    file = reported.keep("log", "big.log", TEXT + b"\xff\x1b[31m" * 5000)

    preview = reported.account.client().get(file.replace("/files/", "/previews/").rpartition("/")[0])

    assert preview.status_code == 200
    assert "&lt;script&gt;alert(1)" in preview.text
    assert "Only its beginning is shown here." in preview.text
    assert "\x1b" not in preview.text
    assert len(preview.text) < 6000
