"""What decided when a run ended: rules on made-up lanes."""

from collections.abc import Sequence
from uuid import uuid4

from shifty.dispatch.timeline_chain import chain_of, sentences_of, totals_of
from shifty.dispatch.timeline_model import Batch, BatchState, Gap, Lane, Mark, Piece, PlannedShard, Source


def piece(file: str, wall_ms: int, predicted_ms: int = 1000, *, unknown: bool = False) -> Piece:
    return Piece(file, "", 0, 1, predicted_ms, unknown, False, 1, wall_ms, wall_ms)


def batch(
    seq: int,
    start_ms: int,
    end_ms: int,
    *pieces: Piece,
    state: BatchState = "finished",
    source: Source = "own",
) -> Batch:
    marks = [Mark("passed", start_ms, end_ms, 1, end_ms - start_ms, str(seq), "a.spec.ts", "", "works")]
    return Batch(seq, state, start_ms, end_ms, 1000, source, 0, pieces, marks)


def lane(name: str, *batches: Batch, gaps: Sequence[Gap] = ()) -> Lane:
    return Lane(uuid4(), name, 0, 1000, None, 0, None, batches, gaps)


def said(*lanes: Lane, wall_ms: int, predicted_ms: int = 5000) -> str:
    shards = [PlannedShard(0, "completed", 1, predicted_ms, None, 0, wall_ms)]
    totals = totals_of(lanes, shards, wall_ms)
    return " ".join(sentences_of(lanes, chain_of(lanes), totals, is_over=True))


def test_the_chain_is_that_of_the_worker_that_ended_last() -> None:
    lanes = [lane("a", batch(1, 0, 50), batch(3, 50, 90)), lane("b", batch(2, 0, 40), batch(4, 45, 100))]

    assert [(link.lane.name, link.batch.seq) for link in chain_of(lanes)] == [("b", 2), ("b", 4)]


def test_the_chain_leads_through_a_lost_lease_whose_tests_ran_last() -> None:
    lanes = [
        lane("a", batch(1, 0, 60, state="lost")),
        lane("b", batch(2, 0, 30), batch(3, 61, 100, source="rescued")),
    ]

    assert [link.batch.seq for link in chain_of(lanes)] == [1, 3]


def test_what_a_run_waited_for_is_said_in_words() -> None:
    slow = piece("tests/checkout.spec.ts", 100_000, 40_000)
    text = said(
        lane("a", batch(1, 0, 60_000, piece("tests/home.spec.ts", 60_000, 60_000))),
        lane("b", batch(2, 0, 250_000, slow, piece("tests/other.spec.ts", 150_000, 150_000))),
        wall_ms=250_000,
        predicted_ms=180_000,
    )

    assert "The run took 4 min 10 s (predicted 3 min 00 s)." in text
    assert "b was the last, 3 min 10 s after everybody else." in text
    assert "tests/checkout.spec.ts held b up longest: it took 1 min 40 s (predicted 40.0 s)" in text
    assert "With 2 workers it could not have been shorter than 2 min 40 s." in text


def test_work_that_was_spread_well_is_said_to_be() -> None:
    text = said(lane("a", batch(1, 0, 99)), lane("b", batch(2, 0, 100)), wall_ms=100)

    assert "The work was spread well" in text


def test_a_guess_is_called_one() -> None:
    text = said(lane("a", batch(1, 0, 9000, piece("a.spec.ts", 9000, unknown=True))), wall_ms=9000)

    assert "a guess: no earlier run knew its tests" in text
    assert "(no earlier run knew it)" in text


def test_a_lost_lease_on_the_way_is_named() -> None:
    text = said(
        lane("a", batch(1, 0, 60_000, state="lost")),
        lane("b", batch(2, 61_000, 100_000, source="rescued")),
        wall_ms=100_000,
    )

    assert "a was lost after 1 min 00 s of its batch 1" in text


def test_idle_and_overhead_lower_the_utilization() -> None:
    late = Batch(1, "finished", 0, 100, 0, "own", 0, (), [Mark("passed", 40, 100, 1, 60, "1", "a", "", "t")])
    totals = totals_of([lane("a", late, gaps=[Gap("end", 100, 120)])], [], 120)

    assert (totals.worked_ms, totals.testing_ms, totals.idle_ms) == (100, 60, 20)
    assert totals.utilization == 50.0


def test_tests_that_ran_at_once_count_once() -> None:
    marks = [Mark("passed", 0, 60, 1, 60, str(n), "a", "", "t") for n in range(3)]

    assert Batch(1, "finished", 0, 100, 0, "own", 0, (), marks).busy_ms == 60
