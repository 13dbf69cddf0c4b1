"""Which type a file has, and whether a browser may show it. Artifacts are hostile: a page under test made some."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

UNKNOWN: Final = "application/octet-stream"

_BY_ENDING: Final[Mapping[str, str]] = {
    "zip": "application/zip",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "webm": "video/webm",
    "mp4": "video/mp4",
    "txt": "text/plain",
    "log": "text/plain",
    "md": "text/markdown",
    "json": "application/json",
    "html": "text/html",
}
_SHOWN_AS: Final[Mapping[str, str]] = {
    **{kind: kind for kind in ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")},
    **{kind: kind for kind in ("video/webm", "video/mp4")},
    **dict.fromkeys(("text/plain", "text/markdown", "application/json"), "text/plain; charset=utf-8"),
}
"""What runs no script, and as what it is shown. Not SVG: it is a page."""
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")

_SAFE_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


def media_type(given: str | None, name: str) -> str:
    """``type/subtype`` in lower case, without parameters. Where the given one says nothing, the ending decides."""
    known = (given or "").partition(";")[0].strip().lower()
    if known != UNKNOWN and _TYPE.fullmatch(known):
        return known
    return _BY_ENDING.get(name.rpartition(".")[2].lower(), UNKNOWN)


def serving_headers(content_type: str, name: str) -> dict[str, str]:
    """How to serve it: shown only if nothing in it can run, and to be saved otherwise."""
    shown = _SHOWN_AS.get(content_type)
    ascii_name = name.encode("ascii", errors="replace").decode().replace("?", "_")
    file_name = f"filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {
        **_SAFE_HEADERS,
        "Content-Type": shown or ("application/zip" if content_type == "application/zip" else UNKNOWN),
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; {file_name}",
    }
