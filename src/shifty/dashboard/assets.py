"""Files that pages load: our own, and those of other projects that were fetched when Shifty was set up or built."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shifty.errors import UsageError
from shifty.shipped import shipped

_OWN: Final = Path(__file__).parent / "static"
_FROM_PACKAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "htmx.js": ("dashboard", "node_modules", "htmx.org", "dist", "htmx.min.js"),
    "idiomorph.js": ("dashboard", "node_modules", "idiomorph", "dist", "idiomorph-ext.min.js"),
}
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Asset:
    body: bytes
    media_type: str
    digest: str


def asset_url(name: str) -> str:
    """The address of an asset: another one when its content changes, so that browsers keep it for ever.

    Raises:
        UsageError: there is no such asset, or it was not fetched.
    """
    return f"/assets/{asset(name).digest}/{name}"


@cache
def asset(name: str) -> Asset:
    file = shipped(*_FROM_PACKAGES[name]) if name in _FROM_PACKAGES else _OWN / name
    if file is None or not file.is_file():
        raise UsageError(f"{name} of the pages is missing: run scripts/setup in a checkout, or install Shifty again.")
    body = file.read_bytes()
    return Asset(body, _TYPES[file.suffix], hashlib.sha256(body).hexdigest()[:16])


@cache
def names() -> frozenset[str]:
    """Of all assets."""
    return frozenset([*_FROM_PACKAGES, *(file.name for file in _OWN.iterdir() if file.suffix in _TYPES)])


@router.get("/assets/{digest}/{name}")
def get_asset(digest: str, name: str, request: Request) -> Response:
    if name not in names():
        raise HTTPException(404)
    found = asset(name)
    # After an upgrade, an old page may ask for an old version: it gets the new one, and asks again next time.
    caching = _FOR_EVER if digest == found.digest else "no-cache"
    headers = {"Cache-Control": caching, "ETag": f'"{found.digest}"', "X-Content-Type-Options": "nosniff"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(found.body, headers=headers, media_type=found.media_type)
