"""What to expect of work that has no history.

The order matters more than the size: the dispatch rule takes unknown items first, and then a poor guess costs little.
"""

from collections.abc import Collection
from statistics import median

GUESS_S = 10.0
"""What a spec file is taken to need when nothing at all is known, as in the very first run of a project."""


def unknown_file(known: Collection[float]) -> float:
    """Seconds to expect of a spec file without history: the median of the files that have one, else a guess."""
    return median(known) if known else GUESS_S


def unknown_test(known: Collection[float], file_s: float, tests: int) -> float:
    """Seconds to expect of a test without history: the mean of its file's known tests, else its part of ``file_s``."""
    return sum(known) / len(known) if known else file_s / max(1, tests)
