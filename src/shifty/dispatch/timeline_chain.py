"""What decided when a run ended, and how well its workers were used: pure.

The chain is followed back from the batch that ended last: before a batch stands the one that its worker had before it,
or, where it is what a lost lease had left, that lease if it ended later.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shifty.dispatch.timeline_model import Batch, Lane, Piece, PlannedShard, Step, Totals
from shifty.dispatch.timeline_words import name_of, span
from shifty.planning.bound import lower_bound

_NOTABLE = 0.05
"""Part of the run's length from which on something is worth a sentence."""


@dataclass(frozen=True)
class Link:
    lane: Lane
    batch: Batch


def totals_of(lanes: Sequence[Lane], shards: Sequence[PlannedShard], wall_ms: int) -> Totals:
    batches = [batch for lane in lanes for batch in lane.batches]
    predicted = max((shard.predicted_ms for shard in shards), default=0)
    sources, states = [batch.source for batch in batches], [batch.state for batch in batches]
    return Totals(
        wall_ms=wall_ms,
        predicted_ms=predicted or None,
        bound_ms=_bound(batches, len(lanes)),
        worked_ms=sum(batch.wall_ms for batch in batches),
        testing_ms=sum(batch.busy_ms for batch in batches),
        idle_ms=sum(lane.idle_ms for lane in lanes),
        workers=len(lanes),
        batches=sum(state != "reported" for state in states),
        steals=sources.count("stolen"),
        rescues=sources.count("rescued"),
        lost=states.count("lost"),
        returned=states.count("returned"),
    )


def chain_of(lanes: Sequence[Lane]) -> list[Link]:
    """First one first; empty when nothing has been leased."""
    links = [Link(lane, batch) for lane in lanes for batch in lane.batches]
    if not links:
        return []
    chain = [max(links, key=lambda link: (link.batch.end_ms, link.batch.seq))]
    while before := _before(chain[-1], links):
        chain.append(before)
    return chain[::-1]


def _before(link: Link, links: Sequence[Link]) -> Link | None:
    batch = link.batch
    own = [other for other in links if other.lane is link.lane and other.batch.seq < batch.seq]
    left = [other for other in links if other.batch.state in ("lost", "returned") and other.batch.seq < batch.seq]
    earlier = [*own, *(left if batch.source == "rescued" else ())]
    earlier = [other for other in earlier if other.batch.end_ms <= batch.start_ms]
    return max(earlier, key=lambda other: (other.batch.end_ms, other.batch.seq), default=None)


def steps_of(chain: Sequence[Link]) -> list[Step]:
    return [
        Step(link.lane.name, link.batch.seq, link.batch.start_ms, link.batch.end_ms, _step_words(link))
        for link in chain
    ]


def sentences_of(lanes: Sequence[Lane], chain: Sequence[Link], totals: Totals, *, is_over: bool) -> list[str]:
    """For people, the most telling first; empty when nothing has run."""
    if not chain:
        return []
    last = chain[-1]
    lead = "The run took" if is_over else "The run has gone on for"
    said = [f"{lead} {span(totals.wall_ms)}{_against(totals.predicted_ms, is_guess=_is_guess(lanes))}."]
    said += _of_the_last(last, lanes, totals.wall_ms, is_over=is_over)
    said += _of_the_slowest(chain, totals.wall_ms)
    said += [_of_lost(link) for link in chain if link.batch.state == "lost"][:1]
    if is_over and totals.bound_ms and totals.workers > 0:
        workers = "1 worker" if totals.workers == 1 else f"{totals.workers} workers"
        said.append(f"With {workers} it could not have been shorter than {span(totals.bound_ms)}.")
    return said


def _of_the_last(last: Link, lanes: Sequence[Lane], wall_ms: int, *, is_over: bool) -> list[str]:
    others = [lane.end_ms for lane in lanes if lane is not last.lane and lane.batches]
    ahead = last.batch.end_ms - max(others, default=last.batch.end_ms)
    said: list[str] = []
    if is_over and others and ahead <= _NOTABLE * wall_ms:
        said.append(f"The work was spread well: the last two workers ended within {span(ahead)} of each other.")
    elif is_over and others:
        said.append(f"{last.lane.name} was the last, {span(ahead)} after everybody else.")
    return said


def _of_the_slowest(chain: Sequence[Link], wall_ms: int) -> list[str]:
    """What took the most beyond its prediction, else what took longest."""
    pieces = [(link.lane.name, piece) for link in chain for piece in link.batch.pieces]
    name, piece = max(pieces, key=lambda each: (_late(each[1]), each[1].wall_ms), default=("", None))
    if piece is None or piece.wall_ms <= _NOTABLE * wall_ms:
        return []
    return [f"On the way there, {name_of(piece)} held {name} up longest: it took {_took(piece)}."]


def _late(piece: Piece) -> int:
    """How much longer than predicted; a guess is no prediction."""
    return 0 if piece.unknown else max(0, piece.wall_ms - piece.predicted_ms)


def _of_lost(link: Link) -> str:
    return (
        f"{link.lane.name} was lost after {span(link.batch.wall_ms)} of its batch {link.batch.seq}; "
        "what it had not reported ran again, and everybody waited for that."
    )


def _step_words(link: Link) -> str:
    batch = link.batch
    longest = max(batch.pieces, key=lambda piece: piece.wall_ms, default=None)
    held = f"; longest: {name_of(longest)}, {_took(longest)}" if longest and longest.wall_ms else ""
    return f"batch {batch.seq} took {span(batch.wall_ms)}{_against(batch.predicted_ms)}{held}"


def _took(piece: Piece) -> str:
    guess = "no earlier run knew it" if piece.unknown else f"predicted {span(piece.predicted_ms)}"
    return f"{span(piece.wall_ms)} ({guess})"


def _against(predicted_ms: int | None, *, is_guess: bool = False) -> str:
    guess = ", a guess: no earlier run knew its tests" if is_guess else ""
    return f" (predicted {span(predicted_ms)}{guess})" if predicted_ms else ""


def _is_guess(lanes: Sequence[Lane]) -> bool:
    pieces = [piece for lane in lanes for batch in lane.batches for piece in batch.pieces]
    return bool(pieces) and all(piece.unknown for piece in pieces)


def _bound(batches: Sequence[Batch], workers: int) -> int | None:
    pieces = [piece.wall_ms for batch in batches for piece in batch.pieces if piece.wall_ms]
    if not pieces or not workers:
        return None
    # What ran side by side on one worker counts once.
    together = math.fsum(pieces)
    busy = sum(batch.busy_ms for batch in batches if batch.pieces)
    longest_first = sorted(pieces, reverse=True)
    if together > busy:
        return round(max(longest_first[0], busy / workers))
    return round(lower_bound(longest_first, workers))
