"""The page pairs of the benchmark: old and new versions of a page, and which element became which.

Each folder holds `old.html`, `new.html` and `pairs.json`. The truth is the attribute `data-oracle` on both pages; it is
read and removed before anything is collected. `python -m shifty.healing.pages.pairs DIR FILE` writes all as JSON.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from playwright.sync_api import Browser, Page

from shifty.healing.engine.element import Element
from shifty.healing.pages.browser import open_chromium, open_page
from shifty.healing.pages.collect import collect

SAME_BOX = 0.7
"""Overlap (intersection over union) from which two nested elements are one thing to whoever clicks."""

_CLICKED = frozenset({"a", "button", "label", "summary"})

_TAKE_THE_TRUTH = """() => {
  const paths = {};
  const pathOf = el => !el || el.nodeType !== 1 ? '' : pathOf(el.parentElement)
    + `/${el.localName}[${[...el.parentNode.children].filter(o => o.localName === el.localName).indexOf(el) + 1}]`;
  for (const el of [...document.querySelectorAll('[data-oracle]')]) {
    for (const number of el.getAttribute('data-oracle').split(/[\\s,]+/)) paths[number] = pathOf(el);
  }
  for (const el of [...document.querySelectorAll('[data-oracle]')]) el.removeAttribute('data-oracle');
  return paths;
}"""


class Broken(msgspec.Struct, rename="camel", frozen=True):
    """A selector that hit the element on the old page and does not on the new."""

    kind: str
    selector: str
    on_new: str
    """``none``, or ``wrong`` where it silently hits another one."""


class Pair(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    site: str
    renamed: bool
    broken: bool
    reasons: list[str]
    """The kinds of selectors that broke."""
    selectors: list[Broken]
    target: Element
    """As it was on the old page."""
    answers: list[int]
    """Which candidates of the site count as right; the element itself first."""
    negatives: list[int]
    """What must go to make the twin from which the element was removed: the answers and what lies inside them."""


class PagePairs(msgspec.Struct, rename="camel", frozen=True):
    sites: dict[str, list[Element]]
    """The candidates of each site: all elements of its new page."""
    pairs: list[Pair]


class _Selector(msgspec.Struct, frozen=True):
    selector: str
    on_old_chromium: str = ""
    on_new_chromium: str = ""


class _Recorded(msgspec.Struct, frozen=True):
    oracle: int
    selectors: dict[str, _Selector]
    renamed: bool = False
    usable: bool = False


class _File(msgspec.Struct, frozen=True):
    pairs: list[_Recorded]


def read_pairs(folder: Path, browser: Browser) -> PagePairs:
    """All pairs below ``folder`` that both pages show."""
    sites: dict[str, list[Element]] = {}
    pairs: list[Pair] = []
    for file in sorted(folder.glob("*/pairs.json")):
        site = file.parent.name
        old, old_truth = _elements(browser, file.parent / "old.html")
        sites[site], new_truth = _elements(browser, file.parent / "new.html")
        was = {element.xpath: element for element in old}
        is_at = {element.xpath: index for index, element in enumerate(sites[site])}
        for recorded in msgspec.json.decode(file.read_bytes(), type=_File).pairs:
            target = was.get(old_truth.get(str(recorded.oracle), ""))
            answer = is_at.get(new_truth.get(str(recorded.oracle), ""))
            if recorded.usable and target is not None and answer is not None:
                pairs.append(_pair(site, recorded, target, sites[site], answer))
    return PagePairs(sites, pairs)


def _elements(browser: Browser, file: Path) -> tuple[list[Element], dict[str, str]]:
    page = open_page(browser, str(file))
    try:
        truth = msgspec.convert(page.evaluate(_TAKE_THE_TRUTH), dict[str, str])
        return _settled(page), truth
    finally:
        page.close()


def _settled(page: Page) -> list[Element]:
    return collect(page).elements


def _pair(site: str, recorded: _Recorded, target: Element, candidates: Sequence[Element], answer: int) -> Pair:
    broken = [
        Broken(kind, found.selector, found.on_new_chromium)
        for kind, found in recorded.selectors.items()
        if found.on_old_chromium == "ok" and found.on_new_chromium != "ok"
    ]
    answers = equivalents(candidates, answer)
    return Pair(
        site=site,
        renamed=recorded.renamed,
        broken=bool(broken),
        reasons=[found.kind for found in broken],
        selectors=broken,
        target=target,
        answers=answers,
        negatives=sorted(set(answers) | set(_within(candidates, answers))),
    )


def equivalents(candidates: Sequence[Element], answer: int) -> list[int]:
    """The answer, then what does the same: parent or child with its text and box, or a link with its words and aim."""
    right = candidates[answer]
    return [answer, *(i for i, other in enumerate(candidates) if i != answer and _same(right, other))]


def _same(right: Element, other: Element) -> bool:
    if _nested(right, other):
        # A click on the word in a link is a click on the link.
        inside = right.tag in _CLICKED and other.xpath.startswith(right.xpath)
        return _words(right) == _words(other) and (inside or _overlap(right, other) >= SAME_BOX)
    return bool(right.href and _words(right)) and (right.tag, right.href, _words(right)) == (
        other.tag,
        other.href,
        _words(other),
    )


def _within(candidates: Sequence[Element], answers: Sequence[int]) -> Iterator[int]:
    roots = [candidates[answer].xpath + "/" for answer in answers]
    return (i for i, other in enumerate(candidates) if any(other.xpath.startswith(root) for root in roots))


def _nested(one: Element, other: Element) -> bool:
    return one.xpath.startswith(other.xpath + "/") or other.xpath.startswith(one.xpath + "/")


def _words(element: Element) -> str:
    return (element.text or element.accessible_name).lower()


def _overlap(one: Element, other: Element) -> float:
    width = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    height = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    common = max(0.0, width) * max(0.0, height)
    union = one.w * one.h + other.w * other.h - common
    return common / union if union > 0 else float((one.x, one.y) == (other.x, other.y))


if __name__ == "__main__":
    with open_chromium() as _browser:
        found = read_pairs(Path(sys.argv[1]), _browser)
    Path(sys.argv[2]).parent.mkdir(parents=True, exist_ok=True)
    Path(sys.argv[2]).write_bytes(msgspec.json.encode(found))
