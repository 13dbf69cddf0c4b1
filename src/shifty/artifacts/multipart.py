"""The file in a multipart form, read while it comes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from shifty.artifacts.errors import BadUpload

FIELD: Final = "file"
_BESIDE_THE_FILE: Final = 256 * 1024
"""Bytes of other fields that are read over."""


@dataclass(frozen=True)
class FilePart:
    file_name: str
    content_type: str | None
    chunks: AsyncIterator[bytes]


async def file_part(content_type: str, body: AsyncIterator[bytes]) -> FilePart:
    """The field ``file`` of a form; its bytes are read with its ``chunks``, which end well only if the form does.

    Raises:
        BadUpload: it is no form, or has no such field.
    """
    form = _Form(content_type)
    async for chunk in body:
        form.feed(chunk)
        if form.found:
            return FilePart(form.file_name, form.content_type, _rest(form, body))
    raise BadUpload(f"The form has no file in a field named {FIELD!r}. With curl: -F {FIELD}=@trace.zip.")


async def _rest(form: "_Form", body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield form.taken()
    async for chunk in body:
        form.feed(chunk)
        yield form.taken()
    if not form.ended:
        raise BadUpload("The form ends before its last boundary: the upload was cut off. Send it again.")


class _Form:
    """What the parser has found so far."""

    def __init__(self, content_type: str) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if not boundary:
            raise BadUpload("The form's Content-Type names no boundary. Let your HTTP library make it.")
        self.found = False
        self.ended = False
        self.file_name = ""
        self.content_type: str | None = None
        self._inside = False
        self._beside = 0
        self._pieces: list[bytes] = []
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._headers.clear,
                    "on_header_field": self._on_name,
                    "on_header_value": self._on_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_data,
                    "on_part_end": self._on_part_end,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as error:
            raise BadUpload(f"The form can't be read: {error}.") from None

    def feed(self, chunk: bytes) -> None:
        came = len(chunk)
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise BadUpload(f"The form can't be read: {error}.") from None
        self._beside += came - sum(map(len, self._pieces))
        if self._beside > _BESIDE_THE_FILE:
            raise BadUpload(f"The form has too much beside its field {FIELD!r}.")

    def taken(self) -> bytes:
        """The bytes of the file since the last call."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        if self.found or options.get(b"name") != FIELD.encode():
            return
        self.found = self._inside = True
        self.file_name = options.get(b"filename", b"").decode(errors="replace")
        self.content_type = self._headers.get(b"content-type", b"").decode(errors="replace") or None

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._pieces.append(data[start:end])

    def _on_part_end(self) -> None:
        self._inside = False

    def _on_end(self) -> None:
        self.ended = True
