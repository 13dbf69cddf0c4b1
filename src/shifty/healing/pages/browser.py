"""Chromium, as the machine has it, with the network shut unless a page needs it."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, Route, sync_playwright

from shifty.healing.pages.errors import NoChromium, PageDidNotLoad

SYSTEM_CHROMIUM = Path("/usr/bin/chromium")
_QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--no-first-run")
_LOCAL = ("file:", "data:", "about:", "blob:")
_LOAD_MS = 30_000


@contextmanager
def open_chromium(executable: Path | None = None) -> Generator[Browser]:
    """A system's own Chromium when there is one, else the one that Playwright has fetched.

    Raises:
        NoChromium: there is none, or it does not start.
    """
    chosen = executable or (SYSTEM_CHROMIUM if SYSTEM_CHROMIUM.exists() else None)
    # Root has no sandbox; `geteuid` is missing on Windows, where nobody is root.
    is_root = getattr(os, "geteuid", lambda: 1)() == 0
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=chosen, args=[*_QUIET, "--disable-gpu", *(["--no-sandbox"] if is_root else [])]
            )
        except Error as error:
            raise NoChromium(_first_line(error)) from error
        try:
            yield browser
        finally:
            browser.close()


def open_page(browser: Browser, address: str, *, network: bool = False) -> Page:
    """``address``: a path or a URL. What a page on disk would fetch is refused, unless ``network``.

    Raises:
        PageDidNotLoad: there is no such file, or nobody answers.
    """
    url, is_local = url_of(address)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    if is_local and not network:
        page.route("**/*", _only_local)
    try:
        page.goto(url, wait_until="load", timeout=_LOAD_MS)
    except Error as error:
        page.close()
        raise PageDidNotLoad(address, _first_line(error)) from error
    return page


def url_of(address: str) -> tuple[str, bool]:
    """As a URL, and whether it stands on this disk.

    Raises:
        PageDidNotLoad: it looks like a path and there is no such file.
    """
    if address.startswith(("http://", "https://")):
        return address, False
    if address.startswith(_LOCAL):
        return address, True
    path = Path(address).resolve()
    if not path.is_file():
        raise PageDidNotLoad(address, "there is no such file")
    return path.as_uri(), True


def _only_local(route: Route) -> None:
    if route.request.url.startswith(_LOCAL):
        route.continue_()
    else:
        route.abort()


def _first_line(error: Error) -> str:
    return error.message.strip().splitlines()[0].rstrip(".") if error.message.strip() else "it does not say why"
