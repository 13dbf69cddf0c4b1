"""From a timeline to rectangles: nothing overlaps in a lane, nothing sticks out, and there are never too many."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from shifty.dashboard.run_timeline_layout import MOST_MARKS, TRACK, WIDTH, Box, Drawing, draw
from shifty.dispatch.timeline_chain import chain_of, steps_of, totals_of
from shifty.dispatch.timeline_lanes import lanes_of
from shifty.dispatch.timeline_model import Kind, Mark, PlannedShard, Timeline
from shifty.dispatch.timeline_store import Facts, LeaseRow, WorkerRow

KINDS: tuple[Kind, ...] = ("passed", "failed", "flaky", "healed", "skipped", "notRun", "running")
_ROUNDING = 0.11


def mark(start_ms: int, length_ms: int, kind: Kind = "passed") -> Mark:
    return Mark(kind, start_ms, start_ms + length_ms, 1, length_ms, "id", "a.spec.ts", "", "works")


def timeline(workers: list[list[tuple[int, int, list[Mark]]]], wall_ms: int, *, is_over: bool = True) -> Timeline:
    """``workers``: of each, its batches: pause before it, length, marks counted from its start."""
    leases, rows = list[LeaseRow](), list[WorkerRow]()
    marks: dict[int, list[Mark]] = {}
    for number, batches in enumerate(workers):
        worker, at = UUID(int=number), 0
        rows.append(WorkerRow(worker, f"w{number}", number, 1000, None, 0, 0, None))
        for pause, length, of_batch in batches:
            at += pause
            seq = len(leases) + 1
            leases.append(LeaseRow(seq, worker, "finished", 500, at, at + length))
            marks[seq] = [mark(at + each.start_ms, each.test_ms, each.kind) for each in of_batch]
            at += length
    shards = [PlannedShard(0, "completed", 1, 1000, None, 0, wall_ms)]
    lanes = lanes_of(Facts(leases, rows, shards, marks, {}, {}, []), wall_ms)
    totals = totals_of(lanes, shards, wall_ms)
    began = datetime.now(UTC)
    steps = steps_of(chain_of(lanes))
    return Timeline(uuid4(), began, is_over, "orchestrated", "duration-aware", totals, lanes, shards, [], steps, [])


MARKS = st.lists(st.builds(mark, st.integers(-50, 40_000), st.integers(0, 30_000), st.sampled_from(KINDS)), max_size=40)
BATCHES = st.lists(st.tuples(st.integers(0, 9_000), st.integers(0, 40_000), MARKS), max_size=6)
TIMELINES = st.builds(timeline, st.lists(BATCHES, max_size=5), st.integers(0, 150_000), is_over=st.booleans())


@settings(max_examples=60, deadline=None)
@given(TIMELINES)
def test_nothing_overlaps_in_a_lane(shown: Timeline) -> None:
    for lane in draw(shown).lanes:
        assert apart([*lane.batches, *lane.gaps])
        for row in {box.y for box in lane.marks}:
            assert apart([box for box in lane.marks if box.y == row])


@settings(max_examples=60, deadline=None)
@given(TIMELINES)
def test_nothing_sticks_out(shown: Timeline) -> None:
    drawing = draw(shown)

    bottom = 0.0
    for lane in drawing.lanes:
        assert lane.y >= bottom
        bottom = lane.y + lane.height
        for box in (*lane.batches, *lane.gaps, *lane.marks, *lane.starts, *lane.overruns):
            assert 0 <= box.x <= box.right <= WIDTH + _ROUNDING
            assert lane.y <= box.y <= box.y + box.height <= bottom + _ROUNDING
    assert bottom <= drawing.height


@settings(max_examples=40, deadline=None)
@given(TIMELINES)
def test_every_batch_is_drawn_and_no_failure_is_hidden(shown: Timeline) -> None:
    for lane, drawn in zip(shown.lanes, draw(shown).lanes, strict=True):
        kinds = {mark.kind for batch in lane.batches for mark in batch.marks}

        assert len(drawn.batches) == len(lane.batches)
        assert ("failed" in kinds) == any("failed" in box.look for box in drawn.marks)


def test_small_marks_become_one_until_there_are_few_enough() -> None:
    lanes = [[(0, 100_000, [mark(n * 100, 90) for n in range(1000)])] for _ in range(30)]

    marks = all_marks(draw(timeline(lanes, 100_000)))

    assert len(marks) <= MOST_MARKS
    assert {box.y for box in marks} == {box.y for box in marks if "tests: " in box.title}
    assert len({box.y for box in marks}) == len(lanes)


def test_tests_that_run_at_once_lie_below_each_other() -> None:
    marks = [mark(0, 5000), mark(10, 5000), mark(5200, 4000)]

    first, second, third = all_marks(draw(timeline([[(0, 10_000, marks)]], 10_000)))

    assert (second.y, third.y) == (first.y, first.y + TRACK)
    assert third.x < second.x


def test_a_test_of_its_own_can_be_opened_and_several_can_not() -> None:
    lanes = [[(0, 100_000, [mark(0, 50_000), mark(60_000, 1), mark(60_001, 1)])]]

    assert [box.test_id for box in all_marks(draw(timeline(lanes, 100_000)))] == ["id", None]


def test_while_a_run_goes_on_there_is_room_for_what_is_predicted() -> None:
    drawing = draw(timeline([[(0, 500, [])]], 500, is_over=False))

    assert drawing.now_x is not None
    assert drawing.now_x == WIDTH / 2
    assert draw(timeline([[(0, 500, [])]], 500)).now_x is None


def test_long_names_are_cut_in_titles_and_small_boxes_hold_no_text() -> None:
    lanes: list[list[tuple[int, int, list[Mark]]]] = [[(0, 1000, []), (0, 1, []), (0, 99_000, [])]]
    shown = timeline(lanes, 100_000)
    long = Mark("failed", 0, 900, 1, 900, "id", "f" * 2000, "", "t" * 10_000)
    first, *others = shown.lanes[0].batches
    held = replace(shown.lanes[0], batches=[replace(first, marks=[long]), *others])
    shown = replace(shown, lanes=[held])

    (lane,) = draw(shown).lanes

    assert len(lane.marks[0].title) < 300
    assert [box.text for box in lane.batches] == ["", "", "3"]


def all_marks(drawing: Drawing) -> list[Box]:
    return [box for lane in drawing.lanes for box in lane.marks]


def apart(boxes: list[Box]) -> bool:
    in_order = sorted(boxes, key=lambda box: (box.x, box.right))
    return all(left.right <= right.x + _ROUNDING for left, right in pairwise(in_order))
