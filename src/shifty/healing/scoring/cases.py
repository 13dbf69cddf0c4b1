"""Elements with their candidates and the truth: from the open fingerprint data and from pairs of pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from shifty.healing.engine.element import Element
from shifty.healing.engine.flat import read_element
from shifty.healing.pages.pairs import PagePairs


@dataclass(frozen=True, kw_only=True)
class Case:
    site: str
    selector: str
    target: Element
    candidates: Sequence[Element]
    right: frozenset[int]
    """Which candidates count as right."""
    removed: frozenset[int]
    """What must go to make the twin in which the element is gone: there any heal is false."""
    broken: bool
    relabelled: bool

    @property
    def twin(self) -> Sequence[Element]:
        return [candidate for index, candidate in enumerate(self.candidates) if index not in self.removed]


class _Pair(msgspec.Struct, frozen=True):
    target: msgspec.Raw
    answer: int
    equivalents: list[int]
    remove_for_negative: list[int]
    label_status: Literal["ok", "corrected", "ambiguous"]
    old_xpath: str


class _Site(msgspec.Struct, frozen=True):
    site: str
    candidates: list[msgspec.Raw]
    pairs: list[_Pair]


def fingerprint_cases(folder: Path) -> Iterator[Case]:
    """One file a site; pairs that people could not agree on are left out."""
    for file in sorted(folder.glob("*.json")):
        site = msgspec.json.decode(file.read_bytes(), type=_Site)
        candidates = [_element(raw) for raw in site.candidates]
        for pair in site.pairs:
            if pair.label_status != "ambiguous":
                yield _case_of(site.site, pair, candidates)


def page_cases(found: PagePairs) -> Iterator[Case]:
    for pair in found.pairs:
        yield Case(
            site=pair.site,
            selector=pair.selectors[0].selector if pair.selectors else "",
            target=pair.target,
            candidates=found.sites[pair.site],
            right=frozenset(pair.answers),
            removed=frozenset(pair.negatives),
            broken=pair.broken,
            relabelled=pair.renamed,
        )


def _element(raw: msgspec.Raw) -> Element:
    return read_element(msgspec.json.decode(raw))


def _case_of(site: str, pair: _Pair, candidates: Sequence[Element]) -> Case:
    target, right = _element(pair.target), frozenset(pair.equivalents) | {pair.answer}
    xpaths = [index for index, other in enumerate(candidates) if other.xpath == target.xpath]
    idxpaths = [index for index, other in enumerate(candidates) if other.idxpath == target.idxpath]
    return Case(
        site=site,
        selector=f"xpath={pair.old_xpath}",
        target=target,
        candidates=candidates,
        right=right,
        removed=frozenset(pair.remove_for_negative) | right,
        # Neither its path nor its path from an id finds it any more.
        broken=not any(found and found[0] in right for found in (xpaths, idxpaths)),
        relabelled=target.text.strip().lower() != candidates[pair.answer].text.strip().lower(),
    )
