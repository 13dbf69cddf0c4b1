"""From a request and what history knows to shards and work items: pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shifty.dispatch.model import NewItem
from shifty.history.store import KnownFile
from shifty.orchestration.request import RunRequest
from shifty.planning.balance import plan
from shifty.planning.estimate import unknown_file, unknown_test
from shifty.planning.explain import useful_workers
from shifty.planning.model import Item
from shifty.planning.split import Piece, SpecFile, SpecTest, split
from shifty.results.outcome import identity, normal_path
from shifty.wire import PlannedTest

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

    def unknown_file_s(self) -> float:
        return unknown_file([known.ms / 1000 for known in self.files.values()])


def plan_run(request: RunRequest, history: History) -> RunPlan:
    """Shards of nearly equal predicted time. Deterministic: the same request and history give the same plan."""
    pieces = _pieces(request, history)
    order = {str(number).zfill(7): piece for number, piece in enumerate(pieces)}
    to_spread = [Item(key, piece.seconds, piece.unknown) for key, piece in order.items()]
    planned = plan(to_spread, request.workers)
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
    return RunPlan(tuple(shards), tuple(items), shard_of, useful_workers(to_spread, request.workers))


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
    return Piece(file, None, (), known.ms / 1000 if known else history.unknown_file_s(), known is None)


def _spec_files(file: str, tests: Sequence[PlannedTest], history: History) -> list[SpecFile]:
    """One a Playwright project: the same file in two browsers is two pieces of work."""
    by_project: dict[str, list[PlannedTest]] = defaultdict(list)
    for test in tests:
        by_project[test.project_name].append(test)
    file_s = history.unknown_file_s()
    return [
        SpecFile(file, project, _spec_tests(of_project, history, file_s)) for project, of_project in by_project.items()
    ]


def _spec_tests(tests: Sequence[PlannedTest], history: History, file_s: float) -> tuple[SpecTest, ...]:
    ids = [identity(test) for test in tests]
    known = {test_id: history.tests[test_id] / 1000 for test_id in ids if test_id in history.tests}
    stand_in = unknown_test(known.values(), file_s, len(tests))
    # Playwright selects a test by its titles, so its repetitions can't be told apart and stay together.
    repeated = any(test.repeat for test in tests)
    return tuple(
        SpecTest(
            test_id=test_id,
            seconds=known.get(test_id, stand_in),
            unknown=test_id not in known,
            serial=test.serial,
            parallel=test.parallel and not repeated,
        )
        for test_id, test in zip(ids, tests, strict=True)
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
