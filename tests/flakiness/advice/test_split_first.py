"""What to split, so that a suite can use more workers."""

import pytest

from shifty.flakiness.advice.crew import advise_crew
from shifty.flakiness.advice.model import Split, Suite
from shifty.planning.split import SpecFile
from tests.flakiness.advice.suites import even, file


def advised(*files: SpecFile) -> Split | None:
    return advise_crew(Suite(files, overhead_s=1.5)).split


def test_the_file_that_holds_up_a_run_is_named_with_what_its_split_saves() -> None:
    split = advised(*even(40), file("long", [4.0] * 75))

    assert split is not None
    assert [(piece.file, piece.holdup) for piece in split.pieces] == [("tests/long.spec.ts", "file")]
    assert split.wall_s == pytest.approx(301.5)
    assert split.workers > 3
    assert split.apart_s < 110
    assert split.saved_s == split.wall_s - split.apart_s


def test_of_two_that_take_equally_long_both_are_split() -> None:
    split = advised(*even(20), file("long", [4.0] * 50), file("longer", [4.1] * 50))

    assert split is not None
    assert [piece.file for piece in split.pieces] == ["tests/longer.spec.ts", "tests/long.spec.ts"]


def test_of_four_that_take_equally_long_none_helps_and_none_is_named() -> None:
    assert advised(*(file(f"long-{number}", [4.0] * 50) for number in range(4))) is None


def test_serial_tests_are_told_to_be_serial() -> None:
    split = advised(*even(20), file("wizard", [20.0] * 10, serial="wizard", parallel=True))

    assert split is not None
    assert [piece.holdup for piece in split.pieces] == ["serial"]
    assert split.saved_s > 60


def test_one_long_test_can_not_be_split() -> None:
    split = advised(*even(20), file("endless", [300.0]))

    assert split is not None
    assert [piece.holdup for piece in split.pieces] == ["test"]
    assert split.saved_s == 0


def test_a_long_test_in_a_file_that_may_be_split_is_named_once_the_file_is() -> None:
    whole = advised(*even(20), file("mixed", [200.0, *[4.0] * 20]))
    parallel = advised(*even(20), file("mixed", [280.0, *[4.0] * 20], parallel=True))

    assert whole is not None
    assert whole.pieces[0].holdup == "file"
    assert parallel is not None
    assert [(piece.holdup, piece.tests) for piece in parallel.pieces] == [("test", 1)]


@pytest.mark.parametrize(
    "files",
    [even(60), [file("parallel", [4.0] * 75, parallel=True), *even(10)], even(2, seconds=4)],
    ids=["nothing stands out", "it is cut already", "too short to matter"],
)
def test_where_workers_decide_nothing_is_to_be_split(files: list[SpecFile]) -> None:
    assert advised(*files) is None
