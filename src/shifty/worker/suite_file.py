"""A listed suite as a file: the workers that `shifty run` starts need not list it again."""

from pathlib import Path
from typing import Any

import msgspec

from shifty.worker.playwright.model import Suite


def write_suite(file: Path, suite: Suite) -> None:
    file.write_bytes(msgspec.json.encode(suite, enc_hook=str))


def read_suite(file: Path) -> Suite:
    return msgspec.json.decode(file.read_bytes(), type=Suite, dec_hook=_path)


def _path(kind: type, value: Any) -> object:
    return kind(value)
