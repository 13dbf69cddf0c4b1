"""A suite as pieces of work: pure."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import attrgetter, neg

from shifty.flakiness.advice.model import Holdup, Piece
from shifty.orchestration.plan_run import PIECE_OVERHEAD_S
from shifty.orchestration.request import MOST_WORKERS
from shifty.planning import split
from shifty.planning.split import LARGE, SpecFile, SpecTest

FEW = 300
"""Pieces up to which a suite is laid out as it is."""

GRAINS = 25
"""Pieces smaller than this part of an even share are laid out as equal grains: that moves a forecast by less than
four percent, and 20,000 tests over 20 crews are replayed in some 0.2 s, not 8."""


@dataclass(frozen=True)
class Layout:
    """A suite, prepared for many plans of it."""

    files: Sequence[SpecFile]
    divisible: Sequence[SpecFile]
    """Those that some plan cuts."""
    whole: Sequence[tuple[float, SpecFile]]
    """The others with their seconds, longest first."""
    seconds: Sequence[float]
    """Of ``whole``."""
    sums: Sequence[float]
    """Of ``seconds`` up to each position."""

    @classmethod
    def of(cls, files: Sequence[SpecFile]) -> "Layout":
        timed = [(math.fsum(test.seconds for test in file.tests), file) for file in files]
        # As `split` has it for the most workers; with fewer workers the limit is higher.
        limit = LARGE * math.fsum(took for took, _ in timed) / MOST_WORKERS
        whole = [(took, file) for took, file in timed if took <= limit or not _is_divisible(file)]
        whole.sort(key=lambda pair: (-pair[0], pair[1].file, pair[1].project_name or ""))
        divisible = [file for took, file in timed if took > limit and _is_divisible(file)]
        seconds = [took for took, _ in whole]
        return cls(files, divisible, whole, seconds, [0.0, *accumulate(seconds)])

    def laid_out(self, workers: int) -> list[float]:
        """Seconds of what ``workers`` would be given: large pieces as they are, small ones as grains."""
        cut = [piece.seconds for piece in self._cut(workers)]
        total = math.fsum(cut) + self.sums[-1]
        grain = total / workers / GRAINS
        large = len(self.seconds)
        if large > FEW and grain > 0:
            large = bisect_left(self.seconds, -grain / 2, key=neg)
        small = self.sums[-1] - self.sums[large]
        grains = max(1, math.ceil(small / grain)) if large < len(self.seconds) else 0
        return [*cut, *self.seconds[:large], *(small / grains for _ in range(grains))]

    def longest(self, many: int) -> list[Piece]:
        """The longest pieces when it is cut for the most workers."""
        cut = [_piece(piece, file) for piece in self._cut(MOST_WORKERS) for file in (self._file_of(piece),)]
        whole = [
            Piece(file.file, file.project_name or "", len(file.tests), took, _holdup(file, file.tests))
            for took, file in self.whole[:many]
        ]
        return sorted([*cut, *whole], key=lambda piece: (-piece.seconds, piece.file, piece.project_name))[:many]

    def torn(self, pieces: Sequence[Piece]) -> "Layout":
        """The same suite, could each test of the files of ``pieces`` run alone."""
        chosen = {(piece.file, piece.project_name) for piece in pieces}
        return Layout.of(
            [_apart(file) if (file.file, file.project_name or "") in chosen else file for file in self.files]
        )

    def _cut(self, workers: int) -> list[split.Piece]:
        if not self.divisible:
            return []
        # One file for all that stay whole: their seconds are a part of what a share is.
        rest = SpecFile("", None, (SpecTest("", self.sums[-1], unknown=False, serial=None, parallel=False),))
        return split.split([*self.divisible, rest], workers, PIECE_OVERHEAD_S)[:-1]

    def _file_of(self, piece: split.Piece) -> SpecFile:
        name = (piece.file, piece.project_name)
        return next(file for file in self.divisible if (file.file, file.project_name) == name)


def _is_divisible(file: SpecFile) -> bool:
    return len(file.tests) > 1 and all(map(attrgetter("parallel"), file.tests))


def _piece(piece: split.Piece, file: SpecFile) -> Piece:
    inside = frozenset(piece.test_ids)
    tests = [test for test in file.tests if test.test_id in inside]
    return Piece(piece.file, piece.project_name or "", len(tests), piece.seconds, _holdup(file, tests))


def _holdup(file: SpecFile, tests: Sequence[SpecTest]) -> Holdup:
    if len(tests) == 1:
        return "test"
    serial = {test.serial for test in tests}
    return "serial" if len(serial) == 1 and None not in serial else "file"


def _apart(file: SpecFile) -> SpecFile:
    return replace(file, tests=tuple(replace(test, serial=None, parallel=True) for test in file.tests))
