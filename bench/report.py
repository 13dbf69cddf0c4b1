"""Writes what a benchmark has measured, and finds the real data that some of them need."""

import json
import os
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def write(name: str, figures: Mapping[str, object]) -> Path:
    """Write ``figures`` to `build/bench/NAME.json`, with the machine and the time, and say so on stdout.

    By custom ``figures`` has `ours`, `peer`, `ratio`, `bar` and `holds`; a benchmark with several bars lists such
    objects under `bars`.
    """
    path = ROOT / "build" / "bench" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cpus": os.cpu_count()}
    content = {"name": name, "measuredAt": datetime.now(UTC).isoformat(timespec="seconds"), **machine, **figures}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{name}: written to {path.relative_to(ROOT)}")
    return path


def shared_data() -> Path | None:
    """The folder of real data, `../shared/data` or `SHIFTY_SHARED_DATA`; None where it is absent."""
    folder = Path(os.environ.get("SHIFTY_SHARED_DATA") or ROOT.parent / "shared" / "data")
    return folder if folder.is_dir() else None


def skip(name: str, reason: str) -> None:
    """Say on stdout that a benchmark has not run, and record it, so that nobody takes silence for success."""
    print(f"{name}: skipped, {reason}", file=sys.stdout)
    write(name, {"skipped": reason})
