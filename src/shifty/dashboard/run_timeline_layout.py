"""From a timeline to rectangles: pure. Units are those of the drawing; nothing overlaps within a lane."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from shifty.dashboard.words import count, cut, duration
from shifty.dispatch.timeline_model import Batch, Gap, Kind, Lane, Mark, Timeline

WIDTH: Final = 1160.0
AXIS: Final = 24.0
NAME: Final = 20.0
LABEL: Final = 15.0
TRACK: Final = 14.0
FOOT: Final = 6.0
SPACE: Final = 12.0
MOST_MARKS: Final = 2000
MOST_TRACKS: Final = 8
"""Tests of a batch that run at once; more share the last one."""
_LEAST: Final = 2.0
_CHARACTER: Final = 6.2
_WORST_FIRST: Final[tuple[Kind, ...]] = ("failed", "notRun", "flaky", "healed", "running", "skipped", "passed")
_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800)
_MOST_TICKS: Final = 9
_TICK_ROOM: Final = 40


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    look: str
    """Words for CSS."""
    title: str
    text: str = ""
    """What stands in it, as far as there is room."""
    test_id: str | None = None
    """Of a box that is one test."""

    @property
    def right(self) -> float:
        return self.x + self.width


@dataclass(frozen=True)
class LaneDrawing:
    name: str
    note: str
    y: float
    height: float
    batches: Sequence[Box]
    starts: Sequence[Box]
    """From the lease to its first test: the test runner starts."""
    overruns: Sequence[Box]
    """What a batch took beyond its prediction."""
    marks: Sequence[Box]
    gaps: Sequence[Box]
    predicted_x: float | None
    """Where its shard was predicted to end; None: nothing was, or it is out of sight."""


@dataclass(frozen=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    lanes: Sequence[LaneDrawing]
    ticks: Sequence[Tick]
    now_x: float | None
    """None: the run is over."""


@dataclass(frozen=True)
class _Scale:
    span_ms: int

    def x(self, ms: float) -> float:
        return round(min(WIDTH, max(0.0, ms * WIDTH / max(1, self.span_ms))), 1)


def draw(timeline: Timeline) -> Drawing:
    """At most ``MOST_MARKS`` marks: the smaller ones become one with their neighbours until they fit."""
    scale = _Scale(_span(timeline))
    critical = frozenset(step.seq for step in timeline.chain)
    least = _LEAST
    while True:
        lanes, y = list[LaneDrawing](), AXIS
        for lane in timeline.lanes:
            lanes.append(_lane(lane, y, scale, critical, least))
            y += lanes[-1].height + SPACE
        if sum(len(lane.marks) for lane in lanes) <= MOST_MARKS or least > WIDTH:
            break
        least *= 2
    now = None if timeline.is_over else scale.x(timeline.totals.wall_ms)
    return Drawing(WIDTH, round(y, 1), lanes, _ticks(scale), now)


def _span(timeline: Timeline) -> int:
    """While it goes on, there is room for what is still to come, as far as that is predicted."""
    wall = timeline.totals.wall_ms
    if timeline.is_over:
        return wall
    return max(round(wall * 1.03), min(timeline.totals.predicted_ms or 0, 3 * wall))


def _ticks(scale: _Scale) -> list[Tick]:
    step = next((step for step in _STEPS_S if scale.span_ms / 1000 / step <= _MOST_TICKS), _STEPS_S[-1])
    moments = range(0, scale.span_ms + 1, step * 1000)
    ticks = [Tick(scale.x(ms), _tick_words(ms // 1000)) for ms in moments[: 4 * _MOST_TICKS]]
    return [tick for tick in ticks if tick.x <= WIDTH - _TICK_ROOM]


def _tick_words(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _lane(lane: Lane, y: float, scale: _Scale, critical: frozenset[int], least: float) -> LaneDrawing:
    top = y + NAME
    tracks = [_tracks(batch, scale, least) for batch in lane.batches]
    rows = max([1, *map(len, tracks)])
    height = LABEL + rows * TRACK + FOOT
    predicted = lane.batches[0].start_ms + lane.predicted_ms if lane.batches and lane.predicted_ms else None
    marks = [box for of_batch in tracks for row, track in enumerate(of_batch) for box in track.boxes(top, row)]
    return LaneDrawing(
        name=lane.name,
        note=_note(lane),
        y=round(y, 1),
        height=NAME + height,
        batches=[_batch_box(batch, top, height, scale, critical) for batch in lane.batches],
        starts=[box for batch in lane.batches for box in _start_box(batch, top, rows, scale)],
        overruns=[box for batch in lane.batches for box in _overrun_box(batch, top + height, scale)],
        marks=marks,
        gaps=[_gap_box(gap, top, height, scale) for gap in lane.gaps],
        predicted_x=scale.x(predicted) if predicted is not None and predicted <= scale.span_ms else None,
    )


def _note(lane: Lane) -> str:
    began = "" if lane.shard_index is None else f" · began with shard {lane.shard_index + 1}"
    late = " · came late, to help" if lane.worker_id and lane.shard_index is None else ""
    idle = f" · idle {duration(lane.idle_ms)}" if lane.idle_ms >= 1000 else ""
    return f"{count(lane.tests, 'test')}{began}{late}{idle}"


def _batch_box(batch: Batch, top: float, height: float, scale: _Scale, critical: frozenset[int]) -> Box:
    x, right = scale.x(batch.start_ms), scale.x(batch.end_ms)
    look = f"{batch.state} {batch.source}{' critical' if batch.seq and batch.seq in critical else ''}"
    text = _fit(batch_words(batch), right - x)
    return Box(x, top, round(right - x, 1), height, look, batch_title(batch), text)


def batch_words(batch: Batch) -> str:
    """``5``, ``6 ⇠ shard 2``, ``7 rescued``, ``8 lost`` …"""
    if not batch.seq:
        return "reported"
    source = {"stolen": f" ⇠ shard {(batch.shard_index or 0) + 1}", "rescued": " rescued"}.get(batch.source, "")
    state = {"lost": " lost", "returned": " returned", "active": " running"}.get(batch.state, "")
    return f"{batch.seq}{source}{state}"


def batch_title(batch: Batch) -> str:
    predicted = f", predicted {duration(batch.predicted_ms)}" if batch.predicted_ms else ""
    name = f"Batch {batch_words(batch)}" if batch.seq else "Reported without a lease"
    return f"{name}: {count(batch.tests, 'test')} in {duration(batch.wall_ms)}{predicted}"


def _start_box(batch: Batch, top: float, rows: int, scale: _Scale) -> Iterable[Box]:
    first = min((mark.start_ms for mark in batch.marks), default=batch.end_ms)
    x, right = scale.x(batch.start_ms), scale.x(first)
    if batch.seq and right - x >= 1:
        title = f"The test runner starts: {duration(first - batch.start_ms)}"
        yield Box(x, top + LABEL, round(right - x, 1), rows * TRACK, "start", title)


def _overrun_box(batch: Batch, bottom: float, scale: _Scale) -> Iterable[Box]:
    """The prediction is of the tests alone, so it is laid where the first of them began."""
    first = min((mark.start_ms for mark in batch.marks), default=batch.start_ms)
    x, right = scale.x(first + batch.predicted_ms), scale.x(batch.end_ms)
    if batch.predicted_ms and right - x >= 1:
        title = f"{duration(batch.end_ms - first - batch.predicted_ms)} longer than predicted"
        yield Box(x, round(bottom - 4, 1), round(right - x, 1), 4, "over", title)


def _gap_box(gap: Gap, top: float, height: float, scale: _Scale) -> Box:
    x, right = scale.x(gap.start_ms), scale.x(gap.end_ms)
    why = {
        "start": "waited for its first batch",
        "between": "waited for its next batch",
        "end": "had nothing left to do",
    }
    words = f"idle {duration(gap.length_ms)}"
    title = f"{duration(gap.length_ms)}: {why[gap.kind]}"
    return Box(x, top, round(right - x, 1), height, "gap", title, _fit(words, right - x))


@dataclass
class _Track:
    """Marks side by side; the last one takes in what has no room of its own."""

    marks: list[tuple[float, float, list[Mark]]] = field(default_factory=list[tuple[float, float, list[Mark]]])
    end: float = 0.0
    """Of the last mark as it is drawn: one of next to no length is drawn longer."""
    reached: float = 0.0
    """Of the last mark as it was."""

    def boxes(self, top: float, row: int) -> Iterable[Box]:
        y = top + LABEL + row * TRACK
        for x, right, marks in self.marks:
            yield Box(
                x=x,
                y=y,
                width=round(right - x, 1),
                height=TRACK - 2,
                look=_worst(marks),
                title=_mark_title(marks),
                test_id=marks[0].test_id if len(marks) == 1 and marks[0].tests == 1 else None,
            )

    def takes(self, x: float) -> bool:
        """Whether what begins at ``x`` did so when all before it had ended."""
        return x >= self.reached - 1

    def put(self, mark: Mark, x: float, right: float, edge: float, least: float) -> None:
        """``edge`` is where the batch ends, ``least`` how narrow a mark may be."""
        self.reached = max(self.reached, right)
        begin = round(max(self.end, min(x, edge - least)), 1)
        end = round(min(edge, max(right, begin + least)), 1)
        is_in_the_way = x < self.end - 0.5 and right - x < least
        if self.marks and (is_in_the_way or end - begin < least):
            first, before, marks = self.marks[-1]
            end = max(before, min(end, right))
            self.marks[-1] = (first, end, [*marks, mark])
        else:
            self.marks.append((begin, end, [mark]))
        self.end = max(self.end, end)


def _tracks(batch: Batch, scale: _Scale, least: float) -> list[_Track]:
    begin, edge = scale.x(batch.start_ms), scale.x(batch.end_ms)
    tracks = [_Track(end=begin)]
    for mark in sorted(batch.marks, key=lambda mark: (mark.start_ms, mark.end_ms)):
        x, right = scale.x(mark.start_ms), scale.x(mark.end_ms)
        track = next((track for track in tracks if track.takes(x)), None)
        if track is None and len(tracks) < MOST_TRACKS:
            track = _Track(end=begin)
            tracks.append(track)
        (track or tracks[-1]).put(mark, x, right, edge, least)
    return tracks


def _worst(marks: Sequence[Mark]) -> Kind:
    kinds = {mark.kind for mark in marks}
    return next(kind for kind in _WORST_FIRST if kind in kinds)


def _mark_title(marks: Sequence[Mark]) -> str:
    if len(marks) == 1 and marks[0].tests == 1:
        mark = marks[0]
        return f"{mark.kind}: {cut(mark.title, 120)} · {cut(mark.file, 80)} · {duration(mark.test_ms)}"
    counted: Counter[str] = Counter()
    for mark in marks:
        counted[mark.kind] += mark.tests
    kinds = ", ".join(f"{number} {kind}" for kind, number in counted.most_common())
    return f"{count(counted.total(), 'test')}: {kinds} · {duration(sum(mark.test_ms for mark in marks))}"


def _fit(text: str, width: float) -> str:
    """As much as there is room for; nothing when that would be next to nothing."""
    room = int((width - 8) / _CHARACTER)
    return text if len(text) <= room else cut(text, room) if room >= 4 else ""
