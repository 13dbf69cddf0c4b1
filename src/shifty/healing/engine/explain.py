"""An answer in plain sentences, for the person who reviews it."""

from collections.abc import Iterator, Sequence

from shifty.healing.engine.element import Element
from shifty.healing.engine.model import Band, Question, Ranked
from shifty.healing.engine.strategy import address, labels
from shifty.healing.engine.words import opposed, synonymous

UNLIKE = 0.3
"""Confidence below which nothing on the page resembles what is sought."""

CLOSE = 0.1
"""Two candidates this near to each other can't be told apart."""

_LONGEST_QUOTE = 40
_MOST_CHANGES = 3
_MOST_AGREEMENTS = 4
_IDENTIFIERS = ("test_id", "id", "name", "type")
_CALLED = {"test_id": "test id", "id": "id", "name": "name", "type": "type"}


def explain(question: Question, was: Element, ranking: Sequence[Ranked], band: Band) -> str:
    """Two to four sentences. ``ranking``: best first, indexes into the question's candidates.

    ``was`` is the fingerprint, or what the locator says of its element if it has none.
    """
    if not ranking:
        return "The page has no element that this action could mean."
    best = question.candidates[ranking[0].index]
    runner_up = question.candidates[ranking[1].index] if len(ranking) > 1 else None
    sentences = [_verdict(best, ranking, band), *_compared(was, best)]
    if runner_up is not None and band != "refuse":
        sentences.append(_behind(was, best, runner_up, ranking[1].confidence))
    if not question.fingerprints:
        sentences.append("It has not been seen to work before, so only the locator itself speaks for it.")
    return " ".join(sentences[:4])


def called(element: Element) -> str:
    """An element in a few words: ``button "Sign in"``, ``input `email```."""
    kind = element.role or element.tag or "element"
    if element.role in {"", "generic", "none", "presentation", "textbox"} and element.tag:
        kind = element.tag
    for text in labels(element):
        return f"{kind} {quoted(text)}"
    for name in (element.test_id, element.id, element.name):
        if name:
            return f"{kind} `{_cut(name)}`"
    return f"{kind} in `{element.ancestors[0]}`" if element.ancestors else kind


def quoted(text: str) -> str:
    """At most forty characters of a text, in quotes."""
    return f'"{_cut(text)}"'


def changes(was: Element, now: Element) -> Iterator[str]:
    """What is known of both and differs, the most telling first."""
    for field in _IDENTIFIERS:
        old, new = _field(was, field), _field(now, field)
        if old and new and old != new:
            yield f"{_CALLED[field]} `{_cut(old)}` is now `{_cut(new)}`"
        elif old and not new:
            yield f"{_CALLED[field]} `{_cut(old)}` is gone"
    if (label := _other_label(was, now)) is not None:
        yield f"{quoted(label[0])} now reads {quoted(label[1])}"
    if was.href and now.href and address(was.href) != address(now.href):
        yield f"it leads to `{_cut(address(now.href))}` instead of `{_cut(address(was.href))}`"
    if was.tag and now.tag and was.tag != now.tag:
        yield f"`{was.tag}` has become `{now.tag}`"


def _verdict(best: Element, ranking: Sequence[Ranked], band: Band) -> str:
    if band == "refuse":
        if ranking[0].confidence < UNLIKE:
            return f"Nothing on the page resembles it: probably removed. The closest is {called(best)}."
        return f"Not sure enough of {called(best)} (confidence {ranking[0].confidence:.2f})."
    if band == "propose" and len(ranking) > 1 and ranking[0].confidence - ranking[1].confidence < CLOSE:
        return f"It may be {called(best)}, but another element fits nearly as well."
    return f"It is {called(best)}." if band == "heal" else f"It may be {called(best)}; please check."


def _compared(was: Element, now: Element) -> Iterator[str]:
    agreed = list(_agreements(was, now))[:_MOST_AGREEMENTS]
    if agreed:
        yield f"The same: {_listed(agreed)}."
    changed = list(changes(was, now))[:_MOST_CHANGES]
    if changed:
        yield f"Changed: {_listed(changed)}."


def _agreements(was: Element, now: Element) -> Iterator[str]:
    for field in _IDENTIFIERS[:3]:
        if (value := _field(was, field)) and value == _field(now, field):
            yield f"{_CALLED[field]} `{_cut(value)}`"
    for label in labels(was):
        if label in labels(now):
            yield f"text {quoted(label)}"
            break
    if was.href and now.href and address(was.href) == address(now.href):
        yield f"link to `{_cut(address(now.href))}`"
    if now.tag in {was.tag} - {""}:
        yield f"tag `{now.tag}`"
    elif was.role and was.role == now.role:
        yield f"role {now.role}"
    if shared := [name for name in was.classes if name in now.classes]:
        yield f"class `{_cut(shared[0])}`"
    if was.ancestors and was.ancestors[0] in now.ancestors:
        yield f"place in `{_cut(was.ancestors[0])}`"


def _behind(was: Element, best: Element, runner_up: Element, confidence: float) -> str:
    why = next(_drawbacks(was, best, runner_up), "it agrees in less")
    return f"Next best is {called(runner_up)} ({confidence:.2f}): {why}."


def _drawbacks(was: Element, best: Element, runner_up: Element) -> Iterator[str]:
    old, own, other = labels(was), labels(best), labels(runner_up)
    if old and other and any(opposed(old[0], text) for text in other):
        yield f"{quoted(other[0])} says the contrary of {quoted(old[0])}"
    for field in _IDENTIFIERS[:3]:
        value = _field(was, field)
        if value and _field(best, field) == value != _field(runner_up, field):
            yield f"it has another {_CALLED[field]}"
    if old and _likeness(old, own) > _likeness(old, other) + 0.2:
        yield "its text is less like it" if other else "it has no text"
    if was.tag and best.tag == was.tag != runner_up.tag:
        yield f"it is no `{was.tag}`"
    if was.ancestors and was.ancestors[0] in best.ancestors and was.ancestors[0] not in runner_up.ancestors:
        yield "it stands elsewhere on the page"


def _likeness(old: Sequence[str], new: Sequence[str]) -> float:
    return max((synonymous(x, y) for x in old for y in new), default=0.0)


def _other_label(was: Element, now: Element) -> tuple[str, str] | None:
    old, new = labels(was), labels(now)
    return (old[0], new[0]) if old and new and not set(old) & set(new) else None


def _field(element: Element, field: str) -> str:
    value: object = getattr(element, field)
    return value if isinstance(value, str) else ""


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]


def _cut(text: str) -> str:
    text = " ".join(text.split()).replace("`", "'")
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1].rstrip() + "…"
