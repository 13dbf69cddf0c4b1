"""Playwright's trace viewer, served from the Python package of Playwright that is installed beside Shifty.

It runs under our own origin and shows what a page under test has made. Its snapshots run no script of theirs (the
viewer drops scripts and handlers, and lets only its own one run); what is below narrows that further: no other host is
asked for anything, and a worker of ours stands before the viewer's (``static/trace_worker.js``).
"""

import base64
import hashlib
import importlib.util
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

HOME: Final = "/trace/index.html"
_WORKER: Final = "sw.bundle.js"
_GUARD: Final = Path(__file__).parent / "static" / "trace_worker.js"
_TYPES: Final[Mapping[str, str]] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".webmanifest": "application/manifest+json",
}
_NAMED_BY_CONTENT: Final = re.compile(r".+[.-][\w-]{8}\.(?:js|css|ttf)|sw\.[0-9a-f]{16}\.js")
_INLINE_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_POLICY: Final = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self'; "
    "frame-src 'self' data: blob:; manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class ViewerFile:
    body: bytes
    media_type: str
    digest: str
    policy: str


@dataclass(frozen=True)
class Viewer:
    version: str
    """Of Playwright. It reads traces of this version and of older ones."""
    files: Mapping[str, ViewerFile]


@router.get("/trace/{name:path}")
def get_trace_viewer(name: str, request: Request) -> Response:
    found = viewer()
    file = found.files.get(name) if found else None
    if file is None:
        raise HTTPException(404)
    caching = "public, max-age=31536000, immutable" if _NAMED_BY_CONTENT.fullmatch(name) else "no-cache"
    headers = {
        "Cache-Control": caching,
        "Content-Security-Policy": file.policy,
        "ETag": f'"{file.digest}"',
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(file.body, headers=headers, media_type=file.media_type)


def viewer() -> Viewer | None:
    """None: this installation of Playwright comes without one."""
    found = importlib.util.find_spec("playwright")
    folders = found.submodule_search_locations if found else None
    return viewer_in(Path(folders[0])) if folders else None


@cache
def viewer_in(package: Path) -> Viewer | None:
    """The viewer of the Python package of Playwright in this folder."""
    driver = package / "driver" / "package"
    home = driver / "lib" / "vite" / "traceViewer"
    if not (home / "index.html").is_file() or not (home / _WORKER).is_file():
        return None
    files = {
        file.relative_to(home).as_posix(): _file(file.read_bytes(), file.suffix)
        for file in home.rglob("*")
        # The other application of that folder runs tests.
        if file.suffix in _TYPES and file.is_file() and not file.name.startswith("uiMode")
    }
    theirs = files.pop(_WORKER)
    files[f"sw.{theirs.digest}.js"] = theirs
    files[_WORKER] = _file(_GUARD.read_bytes().replace(b"VERSION", theirs.digest.encode()), ".js")
    return Viewer(_version(driver / "package.json"), files)


def _file(body: bytes, ending: str) -> ViewerFile:
    scripts = _INLINE_SCRIPT.findall(body.decode()) if ending == ".html" else []
    hashes = "".join(f" 'sha256-{_base64(script)}'" for script in scripts)
    return ViewerFile(body, _TYPES[ending], hashlib.sha256(body).hexdigest()[:16], _POLICY.format(hashes=hashes))


def _base64(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _version(manifest: Path) -> str:
    try:
        return str(json.loads(manifest.read_text())["version"])
    except (OSError, ValueError, KeyError):
        return "unknown"
