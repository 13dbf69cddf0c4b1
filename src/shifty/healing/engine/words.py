"""Words of user interfaces: what says the same in other words, and what looks alike but does the contrary."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from shifty.healing.engine.generated import is_generated
from shifty.healing.engine.words_numbers import other_number
from shifty.healing.engine.words_opposites import (
    AGAIN,
    DEEDS,
    DIS_PREFIXED,
    NEGATIONS,
    STRONG,
    TOGGLES,
    UN_PREFIXED,
    WEAK,
    split,
)
from shifty.healing.engine.words_synonyms import ABBREVIATIONS, RELATED, SYNONYMS

LONGEST_TEXT = 300
LONGEST_LABEL = 8
"""Tokens; in a longer text an opposite word stands by accident."""

SAME_MEANING = 0.95
SAME_LETTERS = 0.97
FILLERS = split("""
    a an the to of for in on at by with and or your my our this that now here please page button link item it is
    be der die das ein eine zu zum zur von fur mit und oder dein ihr mein le la les un une de du des et ou votre
    mon ma el los las una y o su mi
""")
FILLER_WEIGHT = 0.2
TECHNICAL = split("""
    btn button lnk link input inp txt text field fld fieldset el elem element div span wrapper wrap container
    box icon ico id js qa test testid data cy e2e ui cmp component ctrl control widget form group section block
    area root main inner outer content item list row col column cell ctl ng mat mui css class cls lg md sm xs xl
    is has primary secondary default
""")
"""Of ids and classes: they say what kind of thing it is, or how it looks, not which one."""

_SYMBOLS = {
    "+": "plus", "-": "minus", "−": "minus", "–": "minus", "×": "close", "✕": "close", "✖": "close", "✗": "close",
    "‹": "previous", "<": "previous", "«": "previous", "←": "previous", "›": "next", ">": "next", "»": "next",
    "→": "next", "☰": "menu", "🔍": "search", "⋮": "more", "…": "more", "...": "more", "✓": "ok", "✔": "ok", "▲": "up",
    "▼": "down", "↑": "up", "↓": "down", "🗑": "delete", "✎": "edit", "⚙": "settings",
}  # fmt: skip
_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W\d_]+")
_SEPARATORS = re.compile(r"[\W_]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\dA-Za-z_]+")


class _Reading(NamedTuple):
    tokens: tuple[str, ...]
    concepts: tuple[str, ...]
    said: frozenset[str]


def fold(text: str) -> str:
    """Lower case with single spaces; punctuation and accents stay."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def canonical(text: str) -> str:
    """What a text says, each word or phrase under one name: ``Log in now`` and ``Sign in now`` are equal."""
    return " ".join(_read(text).concepts)


def normal(text: str) -> str:
    """Lower case, without accents and punctuation; a lone symbol becomes its word (``×`` is ``close``)."""
    return " ".join(tokens(text))


@lru_cache(maxsize=32768)
def tokens(text: str) -> tuple[str, ...]:
    """Words and numbers, as written apart from case and accents."""
    text = text[:LONGEST_TEXT].strip()
    if (symbol := _SYMBOLS.get(text.rstrip("\ufe0f"))) is not None:
        return (symbol,)
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not "\u0300" <= c <= "\u036f")
    plain = unicodedata.normalize("NFC", plain).replace("’", "'").replace("&", " and ")
    # "l'objet" is two words; "women's" is "women", and "don't" stays one.
    plain = re.sub(r"\b([a-z])'(?=\w)", r"\1 ", plain)
    plain = re.sub(r"'s\b", "", plain).replace("'", "")
    return tuple(_TOKEN.findall(plain))


@lru_cache(maxsize=8192)
def identifier_words(identifier: str) -> tuple[str, ...]:
    """The words in an id, a test id or a class: ``btn-loginSubmit_3`` says ``login submit``.

    Technical words are left out unless there are no others; numbers and generated parts always.
    """
    parts = [part for part in _SEPARATORS.split(identifier) if part and not is_generated(part)]
    words = [word.lower() for part in parts for word in _HUMP.findall(part)]
    words = [ABBREVIATIONS.get(word) or word for word in words if len(word) > 1]
    telling = tuple(word for word in words if word not in TECHNICAL)
    return telling or tuple(words)


@lru_cache(maxsize=16384)
def synonymous(a: str, b: str) -> float:
    """How far two texts say the same, 0 to 1; 1 only for equal texts, 0 for opposites."""
    one, other = _read(a), _read(b)
    if not one.tokens or not other.tokens:
        return 0.0
    if one.tokens == other.tokens:
        return 1.0
    joined = "".join(one.tokens) == "".join(other.tokens)
    alike = SAME_LETTERS if joined else min(SAME_MEANING, _overlap(one.said, other.said))
    # Asked last: most texts of a page have nothing in common.
    return alike if alike and not opposed(a, b) else 0.0


@lru_cache(maxsize=16384)
def opposed(a: str, b: str) -> bool:
    """One must never be taken for the other: ``Sign in`` and ``Sign up``, ``Page 1`` and ``Page 2``."""
    one, other = _read(a), _read(b)
    if one.concepts == other.concepts or not one.tokens or not other.tokens:
        return False
    left, right = one.said - other.said, other.said - one.said
    if _negated(one, other) or _repeated(left, right, one.said & other.said):
        return True
    if other_number(one.tokens, other.tokens, a, b):
        return True
    if not left or not right:
        return False
    short = max(len(one.concepts), len(other.concepts)) <= LONGEST_LABEL
    if short and any(_excludes(x, y) for x in left for y in right):
        return True
    return _differ_in_one_set(left - FILLERS or left, right - FILLERS or right)


def toggled(a: str, b: str) -> bool:
    """Whether two opposed labels can be those of one control, before and after: ``Follow`` and ``Unfollow``."""
    left, right = _read(a).said - _read(b).said, _read(b).said - _read(a).said
    return len(left) == len(right) == 1 and any(
        frozenset((x, y)) in _TOGGLES or _unmakes(x, y) or _unmakes(y, x) for x in left for y in right
    )


@lru_cache(maxsize=32768)
def _read(text: str) -> _Reading:
    words = tokens(text)
    concepts = tuple(_concepts(words))
    return _Reading(words, concepts, frozenset(concepts))


def _concepts(words: tuple[str, ...]) -> Iterable[str]:
    start = 0
    while start < len(words):
        for length in range(min(_LONGEST_PHRASE, len(words) - start), 0, -1):
            concept = _PHRASES.get(words[start : start + length])
            if concept is not None:
                yield concept
                break
        else:
            length = 1
            yield _stem(words[start])
        start += length


def _stem(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Mostly Dice's coefficient, so that a label with a word more is near, and a paragraph that contains it is not."""
    common = sum(map(_weight, one & other))
    common += _nearly_common(sorted(one - other), sorted(other - one))
    left, right = sum(map(_weight, one)), sum(map(_weight, other))
    return 0.7 * 2 * common / (left + right) + 0.3 * common / min(left, right)


def _nearly_common(left: list[str], right: list[str]) -> float:
    """What is only in the one and only in the other, but related, or another spelling."""
    if len(left) * len(right) > 64:
        return 0.0
    pairs = sorted(((near, x, y) for x in left for y in right if (near := _near(x, y))), reverse=True)
    taken: set[str] = set()
    total = 0.0
    for near, x, y in pairs:
        if x not in taken and y not in taken:
            taken |= {x, y}
            total += near * min(_weight(x), _weight(y))
    return total


def _near(x: str, y: str) -> float:
    if (related := _RELATED.get(frozenset((x, y)))) is not None:
        return related
    if x[0] != y[0] or min(len(x), len(y)) < 5 or abs(len(x) - len(y)) > 2 or x in _NAMES or y in _NAMES:
        return 0.0
    alike = Levenshtein.normalized_similarity(x, y)
    return alike if alike >= 0.8 else 0.0


def _weight(concept: str) -> float:
    return FILLER_WEIGHT if concept in FILLERS or concept[0].isdigit() else 1.0


def _excludes(x: str, y: str) -> bool:
    return frozenset((x, y)) in _STRONG or _unmakes(x, y) or _unmakes(y, x)


def _unmakes(x: str, y: str) -> bool:
    if x.startswith("un") and x[2:] == y:
        return len(y) >= 4 and y not in {"iversal", "ited", "iform", "ique"}
    return (x.startswith("dis") and x[3:] == y and y in DIS_PREFIXED) or (
        x.startswith("de") and x[2:] == y and y in UN_PREFIXED
    )


def _differ_in_one_set(left: frozenset[str], right: frozenset[str]) -> bool:
    if len(left) != 1 or len(right) != 1:
        return False
    pair = left | right
    return pair in _WEAK or (pair <= DEEDS and pair not in _RELATED)


def _negated(one: _Reading, other: _Reading) -> bool:
    """``Allow`` and ``Don't allow``: the same, but for the negation of one of them."""
    said, rest = (frozenset(r.tokens) & NEGATIONS for r in (one, other))
    if bool(said) == bool(rest):
        return False
    without, full = (one, other) if rest else (other, one)
    bare = full.said - NEGATIONS - FILLERS - {"do"}
    return bool(bare) and bare == without.said - FILLERS - {"do"}


def _repeated(left: frozenset[str], right: frozenset[str], both: frozenset[str]) -> bool:
    """``Password`` and ``Confirm password`` are two fields."""
    if not both & {"password", "email"}:
        return False
    again = [bool(side & _AGAIN) for side in (left, right)]
    return again[0] != again[1] and not (left if again[1] else right) - FILLERS - _AGAIN - {"add"}


def _phrases() -> Mapping[tuple[str, ...], str]:
    lines = [line.split(":", 1) for line in SYNONYMS.replace("\n    ", " | ").strip().splitlines()]
    return {tuple(phrase.split()): name for name, phrases in lines for phrase in phrases.split("|")}


def _sets(text: str) -> frozenset[frozenset[str]]:
    lines = [[_concept(word) for word in line.split()] for line in text.replace("\n", " | ").split("|")]
    return frozenset(frozenset(pair) for line in lines for pair in combinations(line, 2) if pair[0] != pair[1])


def _concept(word: str) -> str:
    return word if word in _NAMES else _PHRASES.get((word,), _stem(word))


def _related() -> Mapping[frozenset[str], float]:
    lines = [entry.split() for entry in RELATED.replace("\n", "|").split("|") if entry.strip()]
    return {frozenset((x, y)): float(near) for x, y, near in lines}


_PHRASES = _phrases()
_NAMES = frozenset(_PHRASES.values())
_LONGEST_PHRASE = max(map(len, _PHRASES))
_RELATED = _related()
_TOGGLES = _sets(TOGGLES)
_STRONG = _sets(STRONG) | _TOGGLES
_WEAK = _sets(WEAK)
_AGAIN = frozenset(_concept(word) for word in AGAIN)
