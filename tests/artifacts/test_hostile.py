"""What a hostile client, or a hostile page under test, can send: refused, or harmless."""

import asyncio
import io
import json
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from shifty.config import Settings, load_settings
from shifty.storage.open import FOLDER
from tests.artifacts.conftest import API, LIMIT, Api


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A folder: what is to be seen here is what reaches the disk of the server."""
    return load_settings(data_dir=tmp_path / "data", artifact_max_bytes=LIMIT, body_idle_seconds=2)


async def _raw(api: Api, *pieces: bytes, end: bool = False) -> bytes:
    """What the server answers to exactly these bytes."""
    address = urlsplit(api.server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if end:
            writer.write_eof()
        async with asyncio.timeout(60):
            return await reader.read(65_536)
    finally:
        writer.close()


def _request(api: Api, **headers: str) -> bytes:
    given = {"Host": "localhost", **api.labels(), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return f"POST {API}/artifacts/upload HTTP/1.1\r\n{head}\r\n".encode("latin-1")


_NAMES = [
    *("../../../../etc/cron.d/x", "..\\..\\x", "/etc/passwd", "%2e%2e%2f%2e%2e%2fx", "a/../../x", "....//x", "C:\\x"),
    *("x" * 5000, ".", "..", "~", "$(id)", "`id`", "a;b", "x\tb", "CON", "a#1", "%00", "a%0d%0aX-Evil: 1"),
]


async def test_a_name_stays_in_its_folder(api: Api, settings: Settings) -> None:
    for name in _NAMES:
        sent = await api.upload(b"content", **{"X-Artifact-Name": name})

        assert sent.status_code == 200, sent.text
        downloaded = await api.download(sent.json()["url"])
        assert downloaded.content == b"content"
        assert "x-evil" not in downloaded.headers
    files = [path for path in settings.data_dir.rglob("*") if path.is_file()]
    assert len(files) == len(_NAMES)
    home = settings.data_dir / FOLDER / str(api.server.tenant.id) / str(api.run) / "trace"
    assert {file.parent for file in files} == {home}


_PATHS = [
    *("../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "put/x", "a%00b"),
    *("x?versionId=1", "%ff", "a%0d%0aX-Evil:%201"),
]


async def test_a_path_leads_nowhere_else(api: Api) -> None:
    sent = await api.upload(b"content")
    artifact = urlsplit(str(sent.json()["url"])).path.rpartition("/")[0]
    headers = {"Host": "localhost", "Connection": "close", **api.server.headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    for start in (artifact, f"{API}/artifacts", f"{API}/artifacts/put"):
        for path in _PATHS:
            answer = await _raw(api, f"GET {start}/{path} HTTP/1.1\r\n{head}\r\n".encode())

            assert answer.split(maxsplit=2)[1] in (b"200", b"404", b"405", b"400"), answer
            assert b"root:" not in answer
            assert b"x-evil" not in answer.lower().split(b"\r\n\r\n")[0]


async def test_html_is_never_shown(api: Api) -> None:
    page = b"<script>alert(document.domain)</script>"
    for name, content_type in (("a.html", "text/html"), ("a.svg", "image/svg+xml"), ("a.txt", "text/html"), ("a", "")):
        sent = await api.upload(page, **{"X-Artifact-Name": name, "Content-Type": content_type})

        shown = await api.download(sent.json()["url"])

        assert shown.headers["content-type"] == "application/octet-stream"
        assert shown.headers["content-disposition"].startswith("attachment")
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in shown.headers["content-security-policy"]


async def test_html_that_is_called_a_picture_is_not_looked_into(api: Api) -> None:
    sent = await api.upload(b"<script>", **{"X-Artifact-Name": "a.png", "Content-Type": "image/png"})

    shown = await api.download(sent.json()["url"])

    assert (shown.headers["content-type"], shown.headers["x-content-type-options"]) == ("image/png", "nosniff")


async def test_a_zip_bomb_is_a_small_file(api: Api, settings: Settings) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(100_000_000))

    sent = await api.upload(bomb.getvalue(), **{"Content-Encoding": "gzip"})

    assert sent.json()["sizeBytes"] == len(bomb.getvalue())
    assert (await api.download(sent.json()["url"])).content == bomb.getvalue()
    assert sum(path.stat().st_size for path in settings.data_dir.rglob("*") if path.is_file()) < 200_000


async def test_lengths_that_are_none_are_refused(api: Api) -> None:
    for headers in (
        {"Content-Length": "-1"},
        {"Content-Length": "1e3"},
        {"Content-Length": "99999999999999999999999999"},
        {"Content-Length": "7", "Transfer-Encoding": "chunked"},
        {"Transfer-Encoding": "chunked, identity"},
        {"Content-Length": "7, 8"},
        {"X-Artifact-Name": "a\0b", "Content-Length": "7"},
    ):
        answer = await _raw(api, _request(api, **headers), b"content")

        assert answer.split(maxsplit=2)[1] == b"400", answer
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "INVALID_PARAMETERS"
    await api.eventually_no_rows()


async def test_a_body_that_is_shorter_than_announced_is_none(api: Api) -> None:
    await _raw(api, _request(api, **{"Content-Length": "5000"}), b"short", end=True)

    await api.eventually_no_rows()


async def test_what_comes_after_the_announced_length_is_not_stored(api: Api) -> None:
    answer = await _raw(api, _request(api, **{"Content-Length": "5", "Connection": "close"}), b"12345GET /evil")

    assert answer.split(maxsplit=2)[1] == b"200", answer
    (entry,) = await api.listed()
    assert (await api.download(entry["url"])).content == b"12345"


async def test_a_trickle_is_ended(api: Api) -> None:
    address = urlsplit(api.server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(_request(api, **{"Content-Length": "5000"}))
    answer = asyncio.create_task(reader.read(65_536))
    try:
        async with asyncio.timeout(60):
            while not answer.done():
                writer.write(b"x")
                await asyncio.wait([answer], timeout=0.1)
    finally:
        writer.close()

    assert answer.result().split(maxsplit=2)[1] == b"408"
    await api.eventually_no_rows()


async def test_a_host_that_is_none_breaks_nothing(api: Api) -> None:
    for host in ("[", "[::1", "a b", "x" * 500, "evil.example/..", "h:99999999", "\xff", ""):
        headers = {"Content-Length": "5", "Host": host, "Connection": "close"}

        answer = await _raw(api, _request(api, **headers), b"12345")

        assert answer.split(maxsplit=2)[1] in (b"200", b"400"), answer


async def test_a_form_that_is_none_is_refused(api: Api) -> None:
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x"):
        answer = await api.upload(b"nonsense" * 100, **{"Content-Type": content_type})

        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
    await api.eventually_no_rows()


async def test_keys_that_are_none_are_refused(api: Api) -> None:
    bodies: list[object] = [
        {},
        [],
        7,
        {"storageKeys": []},
        {"storageKeys": ["x"] * 1001},
        {"storageKeys": ["a\0b", "x"]},
    ]
    for body in bodies:
        answer = await api.http.post(f"{API}/artifacts/complete", headers=api.server.headers, json=body)

        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
