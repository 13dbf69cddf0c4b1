"""From a broken locator to an answer: heal, propose or refuse. When in doubt it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass

from shifty.healing.engine.calibrate import confidence
from shifty.healing.engine.coefficients import Bands, coefficients
from shifty.healing.engine.element import Element
from shifty.healing.engine.fitting import fitting
from shifty.healing.engine.look import Look, look
from shifty.healing.engine.model import Answer, Band, Question, Ranked, Strategy
from shifty.healing.engine.page import Page
from shifty.healing.engine.rank import Ranking, rank
from shifty.healing.engine.words import opposed

_ALTERNATIVES = 4
_TIE = 0.7
"""Log odds: a rival as near as that (2 to 1) may as well be the one."""
_UNSURE = 0.49
"""The most that is claimed for what is ruled out: never proposed."""


@dataclass(frozen=True)
class Judged:
    """The candidates of one question, best first, and how sure we are of the first."""

    ranking: Ranking
    confidence: float


def judge(was: Element, candidates: Sequence[Element]) -> Judged:
    """Compare, put in order, calibrate; the rules of ``decide`` come on top. There must be a candidate."""
    trained = coefficients()
    ranking = rank(look(was), Page(candidates), trained.ranker)
    return Judged(ranking, confidence(ranking, trained.calibrator))


def decide(question: Question) -> Answer:
    """The best candidate, how sure we are, and what may be done about it."""
    was, seen = _wanted(question)
    fits = fitting(question.candidates, question.action)
    if not fits:
        everything = tuple(range(len(question.candidates)))
        return Answer(
            band="refuse",
            index=everything[0] if everything else None,
            confidence=0.0,
            strategy="css-hierarchy-analysis",
            ranking=everything,
        )
    judged = judge(was, [question.candidates[index] for index in fits])
    ranking = judged.ranking
    sure = _capped(judged)
    order = [fits[index] for index in ranking.order]
    return Answer(
        band=_band(question, seen, sure, ranking),
        index=order[0],
        confidence=sure,
        strategy=_strategy(ranking),
        ranking=(*order, *sorted(set(range(len(question.candidates))) - set(fits))),
        alternatives=_alternatives(ranking, fits, sure),
    )


def _wanted(question: Question) -> tuple[Element, bool]:
    """What to look for, and whether anybody has seen it: its newest fingerprint that says anything."""
    for fingerprint in question.fingerprints:
        if not _blank(fingerprint):
            return fingerprint, True
    from shifty.healing.engine.locator import read

    return read(question.selector), False


def _blank(element: Element) -> bool:
    """An asynchronous save can leave a fingerprint with nothing in it but a tag."""
    told = (element.id, element.name, element.text, element.accessible_name, element.label, element.placeholder)
    return not any((*told, element.href, element.test_id, element.classes, element.xpath, element.attributes))


def _capped(judged: Judged) -> float:
    """Confidence after the veto: 'Sign up' is as near to 'Sign in' as can be, and never it."""
    ranking = judged.ranking
    best = ranking.page.looks[ranking.best]
    if _contrary(ranking.was, best):
        return min(judged.confidence, _UNSURE)
    return judged.confidence


def _contrary(was: Look, now: Look) -> bool:
    return bool(was.label and now.label) and was.label != now.label and opposed(was.label, now.label)


def _band(question: Question, seen: bool, sure: float, ranking: Ranking) -> Band:
    bands = coefficients().bands
    if sure < bands.propose:
        return "refuse"
    if sure < _bar(question, seen, bands) or ranking.margin < _TIE:
        return "propose"
    needs_fingerprint = question.reason == "strict" or question.action.startswith("expect")
    return "propose" if needs_fingerprint and not seen else "heal"


def _bar(question: Question, seen: bool, bands: Bands) -> float:
    if not seen:
        return bands.unseen
    return bands.expect if question.action.startswith("expect") else bands.heal


def _alternatives(ranking: Ranking, fits: Sequence[int], sure: float) -> tuple[Ranked, ...]:
    """The next best that would do something else; they share what the best has left."""
    rest = [index for index in ranking.order if index not in ranking.same][:_ALTERNATIVES]
    whole = sum(float(ranking.shares[index]) for index in rest) or 1.0
    return tuple(Ranked(fits[index], round((1 - sure) * float(ranking.shares[index]) / whole, 4)) for index in rest)


def _strategy(ranking: Ranking) -> Strategy:
    best, columns = ranking.best, ranking.columns
    if columns["test_id_equal"][best]:
        return "data-testid-recovery"
    if columns["label_any"][best] or columns["label_set"][best] >= 0.6:
        return "text-content-matching"
    return "css-hierarchy-analysis"
