"""From a broken locator to an answer: heal, propose or refuse. When in doubt it is refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shifty.healing.engine.calibrate import confidence
from shifty.healing.engine.coefficients import coefficients
from shifty.healing.engine.element import Element
from shifty.healing.engine.explain import explain
from shifty.healing.engine.fitting import fitting
from shifty.healing.engine.locator import read
from shifty.healing.engine.look import look
from shifty.healing.engine.model import Answer, Band, Question, Ranked
from shifty.healing.engine.page import Page
from shifty.healing.engine.rank import Ranking, rank
from shifty.healing.engine.shortlist import shortlist
from shifty.healing.engine.strategy import strategy_of

_ALTERNATIVES = 4
_RIVALS = 3
"""Alternatives that the strategy looks at: what tells the answer from them has carried it."""
_TIE = 0.7
"""Log odds: a rival as near as that (2 to 1) may as well be the one. No answer is surer than its share then."""
_SAME_MEANING = 0.7
_AS_WELL = 0.1
_NUMBER = re.compile(r"\d+")
_TELLING = ("tag_equal", "id_ratio", "any_identifier", "place_equal", "classes", "near_kept", "heading_equal")
_BY_PLACE = 0.85
"""The most that is claimed where only the place speaks for it: proposed, never healed."""
_RESEMBLES = 0.75
_RULED_OUT = 0.4
"""The most that is claimed for what says the contrary, or where nothing is known: it is never even proposed."""
_CONDITION = re.compile(
    r"internal:has-not|:not\(|\[(aria-(?!label)|data-state|(checked|pressed|expanded|selected|disabled|open|hidden|value)\b)"
    r"|:(checked|disabled|enabled|empty|focus|visible|open|invalid|valid)\b|\bvisible="
)
"""In a locator: what must not be there, or the state that the element must be in."""


@dataclass(frozen=True)
class Judged:
    """The candidates of one question, and how sure we are of the first."""

    ranking: Ranking
    """Of those that were looked at closely: its indices are into ``near``."""
    near: Sequence[int]
    far: Sequence[int]
    confidence: float

    @property
    def order(self) -> list[int]:
        """All candidates, best first."""
        return [*(self.near[index] for index in self.ranking.order), *self.far]

    @property
    def alternatives(self) -> list[Ranked]:
        """The next best that would do something else; they share what the best has left."""
        ranking = self.ranking
        rest = [index for index in ranking.order if index not in ranking.same]
        whole = sum(float(ranking.shares[index]) for index in rest) or 1.0
        left = (1 - self.confidence) / whole
        return [Ranked(self.near[i], round(left * float(ranking.shares[i]), 4)) for i in rest[:_ALTERNATIVES]]


def judge(was: Element, candidates: Sequence[Element]) -> Judged:
    """Compare, put in order, calibrate. There must be a candidate."""
    trained = coefficients()
    near, far = shortlist(was, candidates)
    ranking = rank(look(was), Page([candidates[index] for index in near]), trained.ranker)
    sure = confidence(ranking, trained.calibrator)
    if ranking.margin < _TIE:
        sure = min(sure, float(ranking.shares[sorted(ranking.same)].sum()))
    if _all_else(ranking) or _has_double(ranking):
        sure = min(sure, _BY_PLACE)
    if ranking.columns["opposed"][ranking.best] or _blank(was):
        sure = min(sure, _RULED_OUT)
    return Judged(ranking, near, far, sure)


def _all_else(ranking: Ranking) -> bool:
    """It is called otherwise, and no identifier and no link has stayed: what is removed leaves its place to others."""
    best = {name: column[ranking.best] for name, column in ranking.columns.items()}
    kept = best["any_identifier"] or best["place_equal"] or best["means_pooled"] >= _SAME_MEANING
    return bool(best["label_both"]) and not kept


def _has_double(ranking: Ranking) -> bool:
    """A rival agrees as well in all but its place; and places move, so that they alone must not choose."""
    best, looks = ranking.best, ranking.page.looks
    return any(
        looks[index].label == looks[best].label
        and all(abs(ranking.columns[name][index] - ranking.columns[name][best]) <= _AS_WELL for name in _TELLING)
        for index in range(ranking.page.size)
        if index not in ranking.same
    )


def decide(question: Question) -> Answer:
    """The best candidate, how sure we are, and what may be done about it."""
    was, seen = _wanted(question)
    fits = fitting(question.candidates, question.action)
    if not fits:
        return _nothing(question, was)
    judged = judge(was, [question.candidates[index] for index in fits])
    if not seen:
        judged = _unseen(judged)
    order = [fits[index] for index in judged.order]
    band = _band(question, seen, judged, order[0])
    if band == "heal" and _is_risky(question, was, question.candidates[order[0]]):
        band = "propose"
    others = tuple(Ranked(fits[other.index], other.confidence) for other in judged.alternatives)
    rivals = [question.candidates[other.index] for other in others[:_RIVALS]]
    return Answer(
        band=band,
        index=order[0],
        confidence=judged.confidence,
        strategy=strategy_of(was, question.candidates[order[0]], rivals),
        ranking=(*order, *sorted(set(range(len(question.candidates))) - set(fits))),
        alternatives=others,
        explanation=explain(question, was, (Ranked(order[0], judged.confidence), *others), band),
    )


def _wanted(question: Question) -> tuple[Element, bool]:
    """What to look for, and whether anybody has seen it: its newest fingerprint that says anything."""
    for fingerprint in question.fingerprints:
        if not _blank(fingerprint):
            return fingerprint, True
    return read(question.selector), False


def _unseen(judged: Judged) -> Judged:
    """A locator alone says little, and what resembles it most is often another: only what it says exactly counts."""
    best, known = judged.ranking.best, judged.ranking.columns
    if known["any_identifier"][best] or known["unique_equal"][best]:
        return judged
    return replace(judged, confidence=judged.confidence * _RESEMBLES)


def _blank(element: Element) -> bool:
    """A page that was just being drawn can leave a fingerprint with nothing in it but a tag."""
    told = (element.id, element.name, element.text, element.accessible_name, element.label, element.placeholder)
    more = (element.title, element.alt, element.value, element.href, element.test_id, element.xpath)
    return not any((*told, *more, element.classes, element.attributes, element.data))


def _nothing(question: Question, was: Element) -> Answer:
    """No candidate could be meant by the action."""
    everything = tuple(range(len(question.candidates)))
    return Answer(
        band="refuse",
        index=everything[0] if everything else None,
        confidence=0.0,
        strategy="css-hierarchy-analysis",
        ranking=everything,
        explanation=explain(question, was, (), "refuse"),
    )


def _band(question: Question, seen: bool, judged: Judged, chosen: int) -> Band:
    bands = coefficients().bands
    expects = question.action.startswith("expect")
    bar = bands.unseen if not seen else bands.expect if expects else bands.heal
    if judged.confidence < bands.propose:
        return "refuse"
    if judged.confidence < bar or judged.ranking.margin < _TIE:
        return "propose"
    if expects and _asks_for_more(question.selector, question.candidates[chosen]):
        return "propose"
    return "propose" if not seen and (expects or question.reason == "strict") else "heal"


def _is_risky(question: Question, was: Element, chosen: Element) -> bool:
    """Another invoice than the one that the locator names by its number; a secret typed where it can be read."""
    numbers = _NUMBER.findall(" ".join(_words_of(read(question.selector))))
    said = set(_NUMBER.findall(" ".join(_words_of(chosen))))
    return not said.issuperset(numbers) or (was.type == "password" and chosen.type != "password")


def _asks_for_more(selector: str, chosen: Element) -> bool:
    """An expectation that finds its element by words, a class or a state expects these: what says "Order failed" does
    not meet ``getByText('Order paid')``, nor ``.job.failed`` ``.job.done``, however surely it is the same element."""
    asked, said = read(selector), " | ".join(_words_of(chosen))
    other_words = any(words not in said for words in _words_of(asked))
    return other_words or not set(asked.classes) <= set(chosen.classes) or bool(_CONDITION.search(selector))


def _words_of(element: Element) -> list[str]:
    words = (element.text, element.accessible_name, element.label, element.placeholder, element.title, element.alt)
    return [" ".join(each.casefold().split()) for each in (*words, element.value) if each]
