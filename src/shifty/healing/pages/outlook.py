"""What becomes of selectors when a page is replaced by another version: asked before a redesign."""

import time
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
from playwright.sync_api import Browser, Error, Page

from shifty.healing.engine.element import Element
from shifty.healing.engine.model import Answer, Question
from shifty.healing.pages.browser import open_page
from shifty.healing.pages.collect import Snapshot, collect
from shifty.healing.pages.notation import playwright_selector
from shifty.healing.pages.selectors import write_selector

Status = Literal["works", "moved", "missing", "ambiguous", "unknown"]


class Alternative(msgspec.Struct, rename="camel", frozen=True):
    confidence: float
    selector: str


class Outlook(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """Of one selector."""

    selector: str
    """As it was given."""
    healed: str | None
    """A selector of the best element on the new page, whatever the decision; None where there is nothing to choose."""
    confidence: float
    decision: Literal["heal", "propose", "refuse"]
    """Whether Shifty would use ``healed`` in a test, propose it, or let the test fail."""
    strategy: str
    ms: int
    """What this heal costs: collecting the new page, ranking, and writing the selector."""
    status: Status
    """Of the selector as it stands, on the new page: it ``works``, hits another one (``moved``), none, or several."""
    reason: str = ""
    """Why it was not asked what it heals to."""
    explanation: str = ""


class Asked(msgspec.Struct, frozen=True):
    selector: str
    place: str = ""
    """For people: ``line 3``."""


def look_ahead(
    browser: Browser,
    old: str,
    new: str,
    asked: Sequence[Asked],
    decide: Callable[[Question], Answer],
    *,
    network: bool = False,
    test_id: str = "data-testid",
) -> list[Outlook]:
    """In the order of ``asked``.

    Raises:
        PageDidNotLoad: one of the two pages.
    """
    before = open_page(browser, old, network=network)
    was = [_fingerprint(before, one, test_id) for one in asked]
    before.close()
    after = open_page(browser, new, network=network)
    began = time.perf_counter()
    page = NewPage(after, collect(after, test_id_attribute=test_id), time.perf_counter() - began, test_id)
    found = [
        page.refused(one, element) if isinstance(element, str) else page.heal(one, element, decide)
        for one, element in zip(asked, was, strict=True)
    ]
    after.close()
    return found


def _fingerprint(page: Page, asked: Asked, test_id: str) -> Element | str:
    """Or why there is none."""
    try:
        hit = collect(page, playwright_selector(asked.selector, test_id), describe="matches", test_id_attribute=test_id)
    except Error as error:
        return f"{asked.place or 'it'} is no selector: {_first_line(error)}"
    if hit.count != 1 or not hit.elements:
        return f"on the old page it hits {hit.count or 'no'} elements; only one that hits exactly one can be followed"
    return hit.elements[0]


class NewPage:
    """The new version, collected once for all selectors."""

    def __init__(self, page: Page, snapshot: Snapshot, took_s: float, test_id: str) -> None:
        self._page, self._snapshot, self._took_s, self._test_id = page, snapshot, took_s, test_id

    def heal(self, asked: Asked, was: Element, decide: Callable[[Question], Answer]) -> Outlook:
        selector, candidates = playwright_selector(asked.selector, self._test_id), self._snapshot.elements
        hits = self._hits(selector)
        began = time.perf_counter()
        answer = decide(
            Question(
                selector=selector,
                candidates=candidates,
                fingerprints=[was],
                reason="strict" if len(hits) > 1 else "not-found",
            )
        )
        chosen = None if answer.index is None else candidates[answer.index]
        healed = chosen and write_selector(self._page, chosen, candidates, test_id=self._test_id)
        return Outlook(
            selector=asked.selector,
            healed=healed,
            confidence=answer.confidence,
            decision=answer.band,
            strategy=answer.strategy,
            ms=round((self._took_s + time.perf_counter() - began) * 1000),
            status=_status(hits, chosen),
            explanation=answer.explanation,
        )

    def refused(self, asked: Asked, why: str) -> Outlook:
        return Outlook(
            selector=asked.selector,
            healed=None,
            confidence=0,
            decision="refuse",
            strategy="css-hierarchy-analysis",
            ms=0,
            status="unknown",
            reason=why,
        )

    def _hits(self, selector: str) -> list[str]:
        """Paths of what the old selector hits now."""
        try:
            hit = collect(self._page, selector, describe="matches", test_id_attribute=self._test_id)
        except Error:
            return []
        return [element.xpath for element in hit.elements]


def _status(hits: Sequence[str], chosen: Element | None) -> Status:
    if len(hits) > 1:
        return "ambiguous"
    if not hits:
        return "missing"
    return "works" if chosen is not None and hits[0] == chosen.xpath else "moved"


def _first_line(error: Error) -> str:
    lines = [line.strip() for line in error.message.splitlines() if line.strip()]
    return lines[0] if lines else "Playwright does not say why"
