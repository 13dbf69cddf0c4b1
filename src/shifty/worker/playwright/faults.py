"""Errors of Playwright as the wire carries them."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from shifty import wire
from shifty.worker.playwright import events as ev

_MISSING_BROWSER = re.compile(r"Executable doesn't exist at (\S+)")
_BROWSER_NAMES = ("chromium", "firefox", "webkit", "ffmpeg")


def relative(root: Path, file: str) -> str:
    """``file`` as others name it: POSIX, from the root of the repository."""
    return Path(os.path.relpath(file, root)).as_posix()


def location(root: Path, place: ev.Place | None) -> wire.Location | None:
    if place is None:
        return None
    return wire.Location(file=relative(root, place.file), line=place.line, column=place.column)


def error_of(root: Path, fault: ev.Fault) -> wire.TestError:
    return wire.TestError(
        message=fault.message,
        stack=fault.stack,
        snippet=fault.snippet,
        location=location(root, fault.location),
    )


def run_error(root: Path, fault: ev.Fault, file: str | None = None, lease: str | None = None) -> wire.RunError:
    """An error that belongs to no test. Without ``file`` it is put down to the file where it is."""
    at = file or (fault.location.file if fault.location else None)
    return wire.RunError(error=error_of(root, fault), test_file=relative(root, at) if at else None, lease=lease)


def file_of(fault: ev.Fault, files: Iterable[str]) -> str | None:
    """The one of ``files`` that an error comes from: where it is, or else who loaded the place where it is."""
    known = frozenset(files)
    if fault.location and fault.location.file in known:
        return fault.location.file
    for line in (fault.stack or "").splitlines():
        for file in known:
            if f"{file}:" in line:
                return file
    return None


def missing_browser(message: str) -> str | None:
    """The remedy, if ``message`` is Playwright's complaint about a browser that is not installed."""
    found = _MISSING_BROWSER.search(message)
    if not found:
        return None
    name = next((name for name in _BROWSER_NAMES if name in found[1]), None)
    wanted = f"npx playwright install {name}" if name else "npx playwright install"
    return f"Playwright's browser is not installed on this machine ({found[1]}): run `{wanted}` in the project."
