"""What ``shifty doctor`` looks at. Each check answers with a line, and, where something is missing, with the fix."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from shifty.config import Settings
from shifty.database.binaries import find_binaries, version_of
from shifty.database.cluster import locate_cluster
from shifty.database.migrate import OLDEST_POSTGRES, newer_migrations, pending_migrations
from shifty.database.pool import connect
from shifty.errors import Unavailable, UsageError
from shifty.worker.playwright.locate import locate

OLDEST_NODE = 18
LEAST_FREE_BYTES = 500_000_000
_SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    found: str
    fix: str | None = None


def python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", True, f"{version} ({sys.executable})")


def node() -> Check:
    version = _output("node", "--version")
    match = re.match(r"v(\d+)\.", version or "")
    if version is None or match is None:
        return Check("Node", False, "not on the PATH", f"install Node.js {OLDEST_NODE} or newer")
    if int(match[1]) < OLDEST_NODE:
        return Check("Node", False, f"{version} is too old", f"install Node.js {OLDEST_NODE} or newer")
    return Check("Node", True, f"{version.removeprefix('v')} ({shutil.which('node')})")


def git() -> Check:
    version = _output("git", "--version")
    if version is None:
        return Check("git", False, "not on the PATH", "install git; branch and commit of a run come from it")
    return Check("git", True, version.removeprefix("git version "))


def playwright(project_dir: Path) -> list[Check]:
    """Playwright of the project in ``project_dir``, and the browser that this version wants."""
    try:
        found = locate(project_dir)
    except UsageError as error:
        what, _, fix = str(error).partition(": ")
        return [Check("Playwright", False, what, fix.rstrip("."))]
    return [Check("Playwright", True, f"{found.version} ({found.config or found.project_dir})"), browser(found.cli)]


def browser(cli: Path) -> Check:
    """Chromium of Playwright's own cache, else one of the system."""
    wanted = _chromium_revision(cli)
    cache = _browser_cache(cli)
    own = sorted([*cache.glob(f"chromium-{wanted}"), *cache.glob(f"chromium_headless_shell-{wanted}")])
    if own:
        return Check("Browser", True, f"Chromium in {own[0]}")
    for name in _SYSTEM_BROWSERS:
        if path := shutil.which(name):
            return Check("Browser", True, f"{path} (Playwright uses it if the configuration names it)")
    return Check("Browser", False, f"no Chromium in {cache} or on the PATH", "run `npx playwright install chromium`")


async def database(settings: Settings) -> Check:
    return await _external(settings.database_url) if settings.database_url else _embedded(settings.data_dir)


def data_folder(data_dir: Path) -> Check:
    """Writable, and with room. A folder that does not exist yet is not made."""
    existing = next(folder for folder in (data_dir.absolute(), *data_dir.absolute().parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free
    except OSError as error:
        fix = "choose another with --data-dir or SHIFTY_DATA_DIR"
        return Check("Data folder", False, f"{data_dir}: can't write in {existing} ({error.strerror})", fix)
    if free < LEAST_FREE_BYTES:
        return Check("Data folder", False, f"{data_dir}: {free // 1_000_000} MB free", "free at least 500 MB")
    return Check("Data folder", True, f"{data_dir} ({free / 1e9:.0f} GB free)")


def port(settings: Settings) -> Check:
    """Free, or taken by the server of this very data folder."""
    place = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if url := _server_of(settings.data_dir):
                return Check("Port", True, f"{place} (this data folder's server answers at {url})")
            fix = "stop what listens there, or choose another with --port or SHIFTY_PORT"
            return Check("Port", False, f"{place}: {error.strerror}", fix)
    return Check("Port", True, f"{place} is free")


def server(settings: Settings) -> list[Check]:
    """The configured server; nothing to look at where none is."""
    if not settings.api_url:
        return []
    try:
        answer = httpx.get(f"{settings.api_url.rstrip('/')}/healthz", timeout=5)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        fix = "check SHIFTY_API_URL, and that the server runs"
        return [Check("Server", False, f"{settings.api_url} does not answer ({str(error).splitlines()[0]})", fix)]
    if not settings.api_key:
        fix = "set SHIFTY_API_KEY (`shifty keys create` on the server's machine makes one)"
        return [Check("Server", False, f"{settings.api_url} answers, but there is no API key", fix)]
    return [Check("Server", True, settings.api_url)]


async def _external(url: str) -> Check:
    try:
        async with await connect(url) as connection:
            return await _state_of(connection)
    except (Unavailable, UsageError) as error:
        what, _, fix = str(error).partition("): ")
        return Check("Database", False, f"{what})", f"{fix.rstrip('.')} (SHIFTY_DATABASE_URL)")


async def _state_of(connection: AsyncConnection[TupleRow]) -> Check:
    major = connection.info.server_version // 10_000
    name = f"PostgreSQL {major} at {connection.info.host}, database {connection.info.dbname}"
    if major < OLDEST_POSTGRES:
        return Check("Database", False, name, f"upgrade it to PostgreSQL {OLDEST_POSTGRES} or newer")
    if newer := await newer_migrations(connection):
        return Check("Database", False, f"{name}: newer than this Shifty ({newer[-1]})", "pip install -U shifty")
    pending = await pending_migrations(connection)
    note = f" ({len(pending)} migrations will be applied at the next start)" if pending else ""
    return Check("Database", True, f"{name}{note}")


def _embedded(data_dir: Path) -> Check:
    try:
        binaries = find_binaries()
        version = version_of(binaries)
        cluster = locate_cluster(data_dir)
    except UsageError as error:
        what, _, fix = str(error).partition(": ")
        return Check("Database", False, what, fix.rstrip("."))
    found = f"PostgreSQL {version} ({binaries})"
    with contextlib.suppress(OSError):
        written_by = (cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
        if written_by != version.split(".")[0]:
            fix = f"set SHIFTY_PG_BIN to version {written_by}'s programs (docs/operations.md, Upgrades)"
            return Check("Database", False, f"{found}, but the data was written by version {written_by}", fix)
    return Check("Database", True, found)


def _server_of(data_dir: Path) -> str | None:
    try:
        state = json.loads((data_dir / "server.json").read_text(encoding="utf-8"))
        httpx.get(f"{state['url']}/healthz", timeout=2).raise_for_status()
        return str(state["url"])
    except (OSError, ValueError, KeyError, TypeError, httpx.HTTPError, httpx.InvalidURL):
        return None


def _chromium_revision(cli: Path) -> str:
    """Which build this Playwright downloads; ``*`` where its list can't be read."""
    for folder in cli.parents:
        listing = folder / "playwright-core" / "browsers.json"
        if listing.is_file():
            with contextlib.suppress(OSError, ValueError, KeyError, StopIteration):
                known = json.loads(listing.read_text(encoding="utf-8"))["browsers"]
                return next(str(entry["revision"]) for entry in known if entry["name"] == "chromium")
    return "*"


def _browser_cache(cli: Path) -> Path:
    configured = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if configured == "0":
        return next(
            (home / ".local-browsers" for up in cli.parents if (home := up / "playwright-core").is_dir()), cli.parent
        )
    if configured:
        return Path(configured)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"


def _output(*command: str) -> str | None:
    try:
        outcome = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return outcome.stdout.strip() if outcome.returncode == 0 else None
