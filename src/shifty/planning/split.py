"""Cuts spec files that would set the floor into pieces, where their tests allow it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LARGE = 0.5
"""A file is cut when it holds more than this share of what one worker would get."""

LEAST_OVERHEADS = 10.0
"""A piece must be worth its cost: `beforeAll` hooks and worker fixtures run again in every piece."""


@dataclass(frozen=True, slots=True)
class SpecTest:
    """A test as the planner sees it.

    ``parallel`` means that Playwright would itself run it apart from its file (`fullyParallel`, mode `parallel`). Tests
    with the same ``serial`` key must stay together and in order; None means no such group.
    """

    test_id: str
    seconds: float
    unknown: bool
    serial: str | None
    parallel: bool


@dataclass(frozen=True, slots=True)
class SpecFile:
    """A spec file in one Playwright project; ``project_name`` None means in all of them."""

    file: str
    project_name: str | None
    tests: tuple[SpecTest, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A work item to be: a whole file, or some of its tests, in the order of the file."""

    file: str
    project_name: str | None
    test_ids: tuple[str, ...]
    seconds: float
    unknown: bool


def split(files: Sequence[SpecFile], workers: int, piece_overhead_s: float) -> list[Piece]:
    """The work items of ``files``; every test is in exactly one, and one that is `unknown` makes its piece so."""
    total = math.fsum(test.seconds for file in files for test in file.tests)
    limit = max(LARGE * total / max(1, workers), LEAST_OVERHEADS * piece_overhead_s)
    return [_piece(file, tests) for file in files for tests in _cut(file, limit)]


def _cut(file: SpecFile, limit: float) -> list[list[SpecTest]]:
    seconds = math.fsum(test.seconds for test in file.tests)
    # A limit of 0 is a suite without durations, or of so small ones that their share is rounded away.
    if limit <= 0 or seconds <= limit or not all(test.parallel for test in file.tests):
        return [list(file.tests)]
    groups = _inseparable(file.tests)
    weights = [math.fsum(test.seconds for test in group) for group in groups]
    capacity = _least_capacity(weights, math.ceil(seconds / limit))
    return [[test for group in groups[start:end] for test in group] for start, end in _runs(weights, capacity)]


def _least_capacity(weights: Sequence[float], parts: int) -> float:
    """How heavy the heaviest of at most ``parts`` runs of neighbours must be, nearly."""
    least, most = max(weights), math.fsum(weights)
    for _ in range(12):
        middle = (least + most) / 2
        if len(_runs(weights, middle)) <= parts:
            most = middle
        else:
            least = middle
    return most if len(_runs(weights, least)) > parts else least


def _runs(weights: Sequence[float], capacity: float) -> list[tuple[int, int]]:
    """The fewest runs of neighbours that hold at most ``capacity`` each, as start and end."""
    starts = [0]
    filled = 0.0
    for number, weight in enumerate(weights):
        if filled + weight > capacity and number > starts[-1]:
            starts.append(number)
            filled = 0.0
        filled += weight
    return list(pairwise([*starts, len(weights)]))


def _inseparable(tests: Sequence[SpecTest]) -> list[list[SpecTest]]:
    """The tests in file order, those of one serial group gathered where its first one stands."""
    groups: dict[str, list[SpecTest]] = {}
    for number, test in enumerate(tests):
        key = f"serial {test.serial}" if test.serial is not None else f"alone {number}"
        groups.setdefault(key, []).append(test)
    return list(groups.values())


def _piece(file: SpecFile, tests: Sequence[SpecTest]) -> Piece:
    return Piece(
        file.file,
        file.project_name,
        tuple(test.test_id for test in tests),
        math.fsum(test.seconds for test in tests),
        any(test.unknown for test in tests),
    )
