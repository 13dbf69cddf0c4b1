"""A timeline as text."""

from shifty.cli.timeline import bar_of
from shifty.client.timeline_api import Batch, Gap, Lane, Mark


def mark(kind: str, start_ms: int, end_ms: int) -> Mark:
    return Mark(kind=kind, start_ms=start_ms, end_ms=end_ms)


def test_a_bar_shows_start_up_tests_and_idle_time() -> None:
    batch = Batch(seq=1, state="finished", start_ms=0, end_ms=60, marks=[mark("passed", 20, 60)])
    lane = Lane(worker="a", batches=[batch], gaps=[Gap(kind="end", start_ms=60, end_ms=100)])

    assert bar_of(lane, 100, 10) == "──████····"


def test_the_worst_of_a_place_is_what_is_seen() -> None:
    marks = [mark("failed", 51, 52), mark("passed", 0, 100)]
    lane = Lane(worker="a", batches=[Batch(seq=1, state="finished", start_ms=0, end_ms=100, marks=marks)])

    assert bar_of(lane, 100, 10) == "█████✘████"


def test_a_lost_batch_is_told_from_one_that_ended() -> None:
    lane = Lane(worker="a", batches=[Batch(seq=1, state="lost", start_ms=0, end_ms=40)])

    assert bar_of(lane, 100, 10) == "xxxx      "


def test_a_run_of_no_length_is_a_bar_all_the_same() -> None:
    lane = Lane(worker="a", batches=[Batch(seq=1, state="finished", start_ms=0, end_ms=0)])

    assert len(bar_of(lane, 0, 10)) == 10
