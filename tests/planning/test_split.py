"""Splitting a file: only where Playwright itself would, only where it pays, and nothing is lost."""

from math import fsum

from hypothesis import given
from hypothesis import strategies as st

from shifty.planning.split import SpecFile, SpecTest, split


def spec(name: str, *seconds: float, parallel: bool = True, serial: str | None = None) -> SpecFile:
    tests = tuple(
        SpecTest(f"{name}#{number}", second, unknown=False, serial=serial, parallel=parallel)
        for number, second in enumerate(seconds)
    )
    return SpecFile(name, "chromium", tests)


SPECS = st.lists(
    st.lists(
        st.tuples(
            st.floats(0, 60),
            st.booleans(),
            st.sampled_from([None, None, "a", "b"]),
            st.sampled_from([True] * 9 + [False]),
        ),
        min_size=1,
        max_size=12,
    ),
    min_size=1,
    max_size=6,
).map(
    lambda files: [
        SpecFile(
            f"{number}.spec.ts",
            None,
            tuple(SpecTest(f"{number}#{at}", *test) for at, test in enumerate(tests)),
        )
        for number, tests in enumerate(files)
    ]
)


def test_a_file_that_would_set_the_floor_is_cut_into_pieces() -> None:
    long = spec("long.spec.ts", *[30] * 8)
    short = spec("short.spec.ts", 60)

    pieces = split([long, short], 3, piece_overhead_s=1)

    assert [(piece.file, piece.seconds) for piece in pieces] == [
        *[("long.spec.ts", 60)] * 4,
        ("short.spec.ts", 60),
    ]


def test_a_file_whose_tests_need_their_order_stays_whole() -> None:
    pieces = split([spec("long.spec.ts", *[30] * 8, parallel=False), spec("short.spec.ts", 60)], 3, 1)

    assert [len(piece.test_ids) for piece in pieces] == [8, 1]


def test_a_file_with_one_test_that_is_not_parallel_stays_whole() -> None:
    tests = (*spec("a", *[30] * 5).tests, *spec("b", 30, parallel=False).tests)

    assert len(split([SpecFile("long.spec.ts", None, tests)], 3, 1)) == 1


def test_a_serial_group_stays_together_and_in_order() -> None:
    tests = (*spec("s", 40, 40, 40, serial="login").tests, *spec("p", 40, 40, 40).tests)

    pieces = split([SpecFile("long.spec.ts", None, tests)], 4, 1)

    assert pieces[0].test_ids == ("s#0", "s#1", "s#2")
    assert len(pieces) > 1


def test_a_file_is_not_cut_into_pieces_that_cost_more_than_they_bring() -> None:
    assert len(split([spec("a.spec.ts", *[2] * 4)], 4, piece_overhead_s=2)) == 1


def test_a_piece_with_an_unknown_test_is_unknown() -> None:
    tests = (*spec("a", 40, 40).tests, SpecTest("new", 40, unknown=True, serial=None, parallel=True))

    pieces = split([SpecFile("long.spec.ts", None, tests)], 6, 1)

    assert [piece.unknown for piece in pieces if "new" in piece.test_ids] == [True]
    assert not all(piece.unknown for piece in pieces)


def test_a_suite_of_durations_too_small_to_divide_stays_whole() -> None:
    assert len(split([spec("a.spec.ts", 5e-324)], 2, piece_overhead_s=0)) == 1


@given(SPECS, st.integers(1, 12), st.floats(0, 3))
def test_every_test_is_in_exactly_one_piece_of_its_file(specs: list[SpecFile], workers: int, overhead_s: float) -> None:
    pieces = split(specs, workers, overhead_s)

    for file in specs:
        of_file = [piece for piece in pieces if piece.file == file.file]
        assert sorted(id_ for piece in of_file for id_ in piece.test_ids) == sorted(test.test_id for test in file.tests)
        assert all(piece.test_ids for piece in of_file)
        for group in {test.serial for test in file.tests} - {None}:
            members = {test.test_id for test in file.tests if test.serial == group}
            assert len([piece for piece in of_file if members & set(piece.test_ids)]) == 1


@given(SPECS, st.integers(1, 12))
def test_no_piece_is_heavier_than_its_share_by_more_than_its_heaviest_group(
    specs: list[SpecFile], workers: int
) -> None:
    total = fsum(test.seconds for file in specs for test in file.tests)

    pieces = split(specs, workers, piece_overhead_s=0)

    for file in specs:
        if not all(test.parallel for test in file.tests):
            continue
        groups: dict[str, float] = {}
        for test in file.tests:
            key = test.serial or test.test_id
            groups[key] = groups.get(key, 0.0) + test.seconds
        limit = 0.5 * total / workers
        of_file = [piece.seconds for piece in pieces if piece.file == file.file]
        assert max(of_file) <= (limit + max(groups.values())) * 1.002
