"""The recorded timings of real suites that the planning benchmarks use, where they are."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import fsum
from pathlib import Path
from typing import TypedDict, cast

from bench.report import shared_data

LEAST_FILES = 10
"""Fewer files are no suite that anybody spreads over machines."""


class _Recorded(TypedDict):
    source: str
    granularity: str
    durations: dict[str, float]


@dataclass(frozen=True)
class Timings:
    """One recorded version: seconds by test or by file, in the order of the record."""

    name: str
    durations: Mapping[str, float]


def current() -> list[Timings]:
    """Every set as it is, and those by test once more by file."""
    folder = shared_data()
    if folder is None:
        return []
    return [timings for path in sorted((folder / "timings").glob("*.json")) for timings in _levels(path, path.stem)]


def histories() -> dict[str, list[Timings]]:
    """Successive versions of a suite, oldest first, at each level."""
    found: dict[str, list[Timings]] = {}
    folder = shared_data()
    if folder is None:
        return found
    for path in sorted((folder / "timings" / "versions").glob("*/*.json")):
        for timings in _levels(path, path.parent.name):
            found.setdefault(timings.name, []).append(timings)
    return found


def pairs() -> Iterator[tuple[str, Mapping[str, float], Mapping[str, float]]]:
    """Name, older and newer durations of each update that changed anything."""
    for name, versions in histories().items():
        for older, newer in pairwise(versions):
            if older.durations != newer.durations:
                yield name, older.durations, newer.durations


def _levels(path: Path, name: str) -> Iterator[Timings]:
    recorded = cast("_Recorded", json.loads(path.read_text(encoding="utf-8")))
    durations = recorded["durations"]
    yield Timings(name, durations)
    if recorded["granularity"] == "test":
        files: dict[str, list[float]] = {}
        for test, seconds in durations.items():
            files.setdefault(test.split("::")[0], []).append(seconds)
        if len(files) >= LEAST_FILES:
            yield Timings(f"{name} by file", {file: fsum(tests) for file, tests in files.items()})
