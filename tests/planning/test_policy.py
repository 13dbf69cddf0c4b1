"""The dispatch rule: always safe, first large, then smaller, lost work before all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.planning.policy import Board, Waiting, next_batch


def waiting(
    *seconds: float, shard: int = 0, first_id: int = 1, unknown: bool = False, requeued: bool = False
) -> tuple[Waiting, ...]:
    return tuple(Waiting(first_id + number, shard, second, unknown, requeued) for number, second in enumerate(seconds))


def board(*items: Waiting, running: dict[int, float] | None = None, workers: int = 2, overhead_s: float = 0.0) -> Board:
    return Board(items, running or {}, workers, overhead_s)


SECONDS = st.one_of(st.floats(0, 1000), st.just(0.0))
BOARDS = st.builds(
    Board,
    waiting=st.lists(
        st.tuples(st.integers(0, 5), SECONDS, st.booleans(), st.booleans()),
        max_size=30,
    ).map(lambda rows: tuple(Waiting(number, *row) for number, row in enumerate(rows))),
    running=st.dictionaries(st.integers(0, 5), SECONDS, max_size=5),
    workers=st.integers(0, 30),
    overhead_s=st.floats(0, 20),
)
SHARDS = st.one_of(st.none(), st.integers(-1, 9))


@given(BOARDS, SHARDS, st.booleans())
def test_whoever_asks_gets_something_as_long_as_anything_waits(board: Board, shard: int | None, first: bool) -> None:
    ids = next_batch(board, shard, first)

    assert bool(ids) == bool(board.waiting)
    assert set(ids) <= {item.id for item in board.waiting}
    assert len(set(ids)) == len(ids)
    assert next_batch(board, shard, first) == ids


@given(BOARDS, SHARDS)
def test_asking_again_and_again_empties_the_board(board: Board, shard: int | None) -> None:
    left = board.waiting
    first = True
    for _ in range(len(board.waiting)):
        ids = set(next_batch(Board(left, board.running, board.workers, board.overhead_s), shard, first))
        left = tuple(item for item in left if item.id not in ids)
        first = False

    assert not left


@given(BOARDS, SHARDS, st.booleans())
def test_lost_work_comes_before_any_other(board: Board, shard: int | None, first: bool) -> None:
    lost = {item.id for item in board.waiting if item.requeued}

    ids = set(next_batch(board, shard, first))

    assert not lost or ids <= lost


def test_the_first_batch_is_the_larger_part_of_ones_own_shard() -> None:
    mine = waiting(*[10] * 10)
    theirs = waiting(*[10] * 10, shard=1, first_id=11)

    ids = next_batch(board(*mine, *theirs), shard=0, first=True)

    assert ids == (1, 2, 3, 4, 5)


def test_later_batches_shrink_with_what_is_left() -> None:
    left = waiting(*[1] * 64)
    sizes: list[int] = []
    while left:
        ids = next_batch(board(*left), shard=0, first=False)
        sizes.append(len(ids))
        left = left[len(ids) :]

    assert sizes[0] == 16
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1


def test_a_batch_is_worth_its_overhead() -> None:
    left = waiting(*[1] * 64)

    ids = next_batch(board(*left, workers=64, overhead_s=2), shard=0, first=False)

    assert len(ids) == 12


def test_no_crumb_is_left_behind() -> None:
    left = waiting(*[1] * 15)

    ids = next_batch(board(*left, workers=8, overhead_s=2), shard=0, first=False)

    assert len(ids) == 15


def test_a_short_shard_is_not_cut_into_many_batches() -> None:
    mine = waiting(*[1] * 40)

    ids = next_batch(board(*mine, overhead_s=2), shard=0, first=True)

    assert len(ids) == 28


@pytest.mark.parametrize("shard", [0, None], ids=["own shard is empty", "late joiner"])
def test_who_has_no_shard_left_takes_every_second_item_of_the_last_to_finish(shard: int | None) -> None:
    short = waiting(30, 20, shard=1)
    long = waiting(8, 7, 6, 5, shard=2, first_id=11)

    ids = next_batch(board(*short, *long, running={2: 100}, overhead_s=9), shard, first=False)

    assert ids == (11, 13)


def test_the_longest_of_what_was_lost_is_dispatched_first() -> None:
    lost = waiting(1, 9, 5, shard=3, first_id=7, requeued=True)

    ids = next_batch(board(*waiting(50), *lost, workers=9), shard=0, first=True)

    assert ids[0] == 8


def test_what_is_unknown_is_in_the_first_batch() -> None:
    mine = (*waiting(1, 1, unknown=True), *waiting(30, 20, 10, first_id=3))

    ids = next_batch(board(*mine), shard=0, first=True)

    assert ids[:2] == (1, 2)
