"""A process that owns an embedded PostgreSQL, for tests that kill one of the two."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from shifty.database.cluster import locate_cluster
from shifty.database.embedded import EmbeddedPostgres
from shifty.database.migrate import migrate
from shifty.errors import UsageError

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Owner:
    process: subprocess.Popen[str]
    dsn: str
    postmaster: int


@contextmanager
def owner_of(data_dir: Path) -> Generator[Owner]:
    """Start it, wait until its database is migrated, and end it (or what is left of it) afterwards."""
    process = start_owner(data_dir)
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, f"the owner ended before its database was ready: {process.communicate()[1]}"
        ready: dict[str, str] = json.loads(line)
        yield Owner(process, ready["dsn"], int(ready["postmaster"]))
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def start_owner(data_dir: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.owner", str(data_dir)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def processes_in(data_dir: Path) -> list[int]:
    """Every server process of the cluster of ``data_dir``, and an initdb at work beside it."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes()
            cwd = (entry / "cwd").readlink()
            initdb = os.fsencode(data_dir) in command and b"tests.support.owner" not in command
            if initdb or cwd == locate_cluster(data_dir):
                found.append(int(entry.name))
    return found


def none_left(data_dir: Path, within_s: float = 60) -> bool:
    end = time.monotonic() + within_s
    while processes_in(data_dir):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def main(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir)
    try:
        postgres.start()
    except UsageError as error:
        sys.exit(str(error))
    asyncio.run(migrate(postgres.dsn))
    signal.signal(signal.SIGTERM, _leave)
    print(json.dumps({"dsn": postgres.dsn, "postmaster": postgres.pid}), flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
