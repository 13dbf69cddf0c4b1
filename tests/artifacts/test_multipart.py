"""The file of a form is found however the form is cut into pieces."""

from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.artifacts.errors import BadUpload
from shifty.artifacts.multipart import FilePart, file_part

TYPE = "multipart/form-data; boundary=xyz"


def _form(content: bytes, *, name: str = "file", before: str = "", after: str = "--xyz--\r\n") -> bytes:
    head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"; filename="a b.zip"\r\nContent-Type: a/b\r\n\r\n'
    return (before + head).encode() + content + b"\r\n" + after.encode()


async def _cut(form: bytes, every: int) -> AsyncIterator[bytes]:
    for start in range(0, len(form), every):
        yield form[start : start + every]


async def _read(form: bytes, every: int = 7, content_type: str = TYPE) -> tuple[FilePart, bytes]:
    part = await file_part(content_type, _cut(form, every))
    return part, b"".join([chunk async for chunk in part.chunks])


@pytest.mark.parametrize("every", [1, 2, 7, 1000])
async def test_its_bytes_are_those_between_the_boundaries(every: int) -> None:
    content = b"\r\n--xy\r\n--xy \0\xff" * 3

    part, came = await _read(_form(content), every)

    assert came == content
    assert (part.file_name, part.content_type) == ("a b.zip", "a/b")


async def test_other_fields_are_read_over() -> None:
    other = '--xyz\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'

    _, came = await _read(_form(b"zip", before=other, after=other + "--xyz--"))

    assert came == b"zip"


async def test_what_httpx_sends_is_read() -> None:
    request = httpx.Request("POST", "http://x", files={"file": ("t.zip", b"zip" * 1000, "application/zip")})

    part, came = await _read(request.read(), 100, request.headers["content-type"])

    assert (part.file_name, came) == ("t.zip", b"zip" * 1000)


@pytest.mark.parametrize(
    ("form", "content_type", "fault"),
    [
        (_form(b"zip", name="other"), TYPE, "no file in a field named 'file'"),
        (_form(b"zip"), "multipart/form-data", "names no boundary"),
        (_form(b"zip"), "multipart/form-data; boundary=" + "x" * 300, "can't be read"),
        (_form(b"zip"), "multipart/form-data; boundary=other", "can't be read|no file"),
        (b"nonsense", TYPE, "can't be read"),
        (b"", TYPE, "no file"),
        (_form(b"zip", after=""), TYPE, "before its last boundary"),
        (_form(b"zip")[:-6], TYPE, "before its last boundary"),
        (_form(b"zip", before="--xyz\r\nX: " + "h" * 100_000 + "\r\n\r\n\r\n"), TYPE, "can't be read|too much"),
        (_form(b"x" * 300_000, name="other"), TYPE, "too much beside"),
    ],
)
async def test_what_is_no_form_is_refused(form: bytes, content_type: str, fault: str) -> None:
    with pytest.raises(BadUpload, match=fault):
        await _read(form, 1000, content_type)


@given(st.binary(max_size=400))
async def test_no_form_at_all_breaks_it(form: bytes) -> None:
    with pytest.raises(BadUpload):
        await _read(form, 5)
