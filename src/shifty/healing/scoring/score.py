"""Figures of a healer: how often its first answer is right, and whether it knows when it is not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from shifty.healing.engine.element import Element
from shifty.healing.engine.model import Answer, Question
from shifty.healing.scoring.cases import Case

TWIN_WEIGHT = 0.25
"""Of a page from which the element was removed, against one on which it is: removals are rarer than renamings."""
_BINS = 10


class Figures(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """Shares between 0 and 1; None where there is nothing to count."""

    cases: int
    right: float | None
    """Of first answers."""
    broken_cases: int
    broken_right: float | None
    """The same, where the locator broke and the label is as it was."""
    relabelled_cases: int
    relabelled_right: float | None
    """The same, where the locator broke and the label changed as well."""
    all_broken_cases: int
    all_broken_right: float | None
    """The same, wherever the locator broke."""
    precision: float | None
    """Of heals: right ones among all, false ones on removed twins included by their weight."""
    healed: float | None
    """Cases that are healed, and rightly."""
    healed_though_removed: float | None
    calibration_error: float | None
    """Of ``confidence``: ten bins of equal width, weighted."""


@dataclass(frozen=True)
class Outcome:
    right: bool
    confidence: float
    heals: bool
    weight: float


@dataclass(frozen=True)
class Scored:
    case: Case
    here: Outcome
    gone: Outcome | None
    """On the twin; None where nobody asked."""


def score(cases: Iterable[Case], decide: Callable[[Question], Answer]) -> Iterator[Scored]:
    for case in cases:
        answer = decide(_question(case, case.candidates))
        here = Outcome(answer.index in case.right, answer.confidence, answer.band == "heal", 1)
        twin = decide(_question(case, case.twin))
        yield Scored(case, here, Outcome(False, twin.confidence, twin.band == "heal", TWIN_WEIGHT))


def score_ranking(cases: Iterable[Case], best_of: Callable[[Case], int | None]) -> Iterator[Scored]:
    """Of a healer that never abstains and gives no confidence."""
    for case in cases:
        yield Scored(case, Outcome(best_of(case) in case.right, 1, True, 1), None)


def figures(scored: Sequence[Scored]) -> Figures:
    broken = [one for one in scored if one.case.broken]
    kept = [one for one in broken if not one.case.relabelled]
    relabelled = [one for one in broken if one.case.relabelled]
    gone = [one.gone for one in scored if one.gone]
    outcomes = [*(one.here for one in scored), *gone]
    heals = [one for one in outcomes if one.heals]
    return Figures(
        cases=len(scored),
        right=_right(scored),
        broken_cases=len(kept),
        broken_right=_right(kept),
        relabelled_cases=len(relabelled),
        relabelled_right=_right(relabelled),
        all_broken_cases=len(broken),
        all_broken_right=_right(broken),
        precision=_weighted(heals) if gone else None,
        healed=share(one.here.right and one.here.heals for one in scored) if gone else None,
        healed_though_removed=share(one.heals for one in gone),
        calibration_error=calibration_error(outcomes) if gone else None,
    )


def calibration_error(outcomes: Sequence[Outcome]) -> float:
    """How far confidence and share of right answers are apart, on average."""
    bins: list[list[Outcome]] = [[] for _ in range(_BINS)]
    for one in outcomes:
        bins[min(_BINS - 1, int(one.confidence * _BINS))].append(one)
    total = sum(one.weight for one in outcomes) or 1.0
    return sum(
        abs(sum(one.weight * (one.right - one.confidence) for one in members)) / total for members in bins if members
    )


def share(hits: Iterable[bool]) -> float | None:
    found = list(hits)
    return sum(found) / len(found) if found else None


def _right(scored: Sequence[Scored]) -> float | None:
    return share(one.here.right for one in scored)


def _weighted(outcomes: Sequence[Outcome]) -> float | None:
    total = sum(one.weight for one in outcomes)
    return sum(one.weight for one in outcomes if one.right) / total if total else None


def _question(case: Case, candidates: Sequence[Element]) -> Question:
    return Question(selector=case.selector, candidates=candidates, fingerprints=[case.target])
