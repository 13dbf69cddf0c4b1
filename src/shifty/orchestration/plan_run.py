"""From a request and what history knows to shards and work items: pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from shifty.dispatch.model import NewItem
from shifty.history.store import KnownFile
from shifty.orchestration.request import RunRequest
from shifty.planning.balance import plan
from shifty.planning.model import Item
from shifty.planning.split import Piece, SpecFile, SpecTest, split
from shifty.results.outcome import identity, normal_path
from shifty.wire import PlannedTest

UNKNOWN_FILE_MS = 10_000
PIECE_OVERHEAD_S = 1.5


@dataclass(frozen=True)
class PlannedShard:
    index: int
    test_count: int
    estimated_ms: int


@dataclass(frozen=True)
class RunPlan:
    shards: tuple[PlannedShard, ...]
    items: tuple[NewItem, ...]
    shard_of: Mapping[str, int]
    """Test id → shard, for the tests that were listed."""
    useful_workers: int
    """Beyond this many, more workers buy nothing."""


@dataclass(frozen=True)
class History:
    """What earlier runs of the project tell."""

    files: Mapping[str, KnownFile]
    tests: Mapping[str, int]

    def unknown_file_ms(self) -> float:
        """An unknown file weighs the median of the known ones."""
        return median(known.ms for known in self.files.values()) if self.files else UNKNOWN_FILE_MS


def plan_run(request: RunRequest, history: History) -> RunPlan:
    """Shards of nearly equal predicted time. Deterministic: the same request and history give the same plan."""
    pieces = _pieces(request, history)
    order = {str(number).zfill(7): piece for number, piece in enumerate(pieces)}
    planned = plan([Item(key, piece.seconds, piece.unknown) for key, piece in order.items()], request.workers)
    items: list[NewItem] = []
    shards: list[PlannedShard] = []
    shard_of: dict[str, int] = {}
    for shard in planned.shards:
        count = 0
        for ordinal, item in enumerate(shard.items):
            piece = order[item.id]
            new = _new_item(piece, shard.index, ordinal, history)
            items.append(new)
            count += new.expected_tests
            shard_of.update(dict.fromkeys(piece.test_ids, shard.index))
        shards.append(PlannedShard(shard.index, count, round(shard.seconds * 1000)))
    return RunPlan(tuple(shards), tuple(items), shard_of, _useful(pieces))


def _pieces(request: RunRequest, history: History) -> list[Piece]:
    by_file: dict[str, list[PlannedTest]] = defaultdict(list)
    for test in request.tests:
        if test.stage == "main":
            by_file[normal_path(test.test_file)].append(test)
    listed = [spec for file in request.files if file in by_file for spec in _spec_files(file, by_file[file], history)]
    pieces = split(listed, request.workers, PIECE_OVERHEAD_S)
    staged = {normal_path(test.test_file) for test in request.tests}
    whole = [_whole_file(file, history) for file in request.files if file not in staged]
    return [*pieces, *whole]


def _whole_file(file: str, history: History) -> Piece:
    known = history.files.get(file)
    ms = known.ms if known else history.unknown_file_ms()
    return Piece(file, None, (), ms / 1000, known is None)


def _spec_files(file: str, tests: Sequence[PlannedTest], history: History) -> list[SpecFile]:
    """One a Playwright project: the same file in two browsers is two pieces of work."""
    by_project: dict[str, list[PlannedTest]] = defaultdict(list)
    for test in tests:
        by_project[test.project_name].append(test)
    unknown_ms = history.unknown_file_ms()
    return [
        SpecFile(file, project, _spec_tests(of_project, history, unknown_ms))
        for project, of_project in by_project.items()
    ]


def _spec_tests(tests: Sequence[PlannedTest], history: History, unknown_file_ms: float) -> tuple[SpecTest, ...]:
    known = [history.tests[identity(test)] for test in tests if identity(test) in history.tests]
    # Playwright selects a test by its titles, so its repetitions can't be told apart and stay together.
    repeated = any(test.repeat for test in tests)
    # A new test of a known file is taken for an average one of that file.
    stand_in = sum(known) / len(known) if known else unknown_file_ms / len(tests)
    return tuple(
        SpecTest(
            test_id=identity(test),
            seconds=history.tests.get(identity(test), stand_in) / 1000,
            unknown=identity(test) not in history.tests,
            serial=test.serial,
            parallel=test.parallel and not repeated,
        )
        for test in tests
    )


def _new_item(piece: Piece, shard: int, ordinal: int, history: History) -> NewItem:
    known = history.files.get(piece.file)
    return NewItem(
        shard_index=shard,
        file=piece.file,
        project_name=piece.project_name,
        test_ids=tuple(piece.test_ids) or None,
        expected_tests=len(piece.test_ids) or (known.tests if known else 1),
        predicted_ms=round(piece.seconds * 1000),
        unknown=piece.unknown,
        ordinal=ordinal,
    )


def _useful(pieces: Sequence[Piece]) -> int:
    longest = max((piece.seconds for piece in pieces), default=0.0)
    if longest <= 0:
        return max(1, len(pieces))
    return max(1, min(len(pieces), -int(-sum(piece.seconds for piece in pieces) // longest)))
