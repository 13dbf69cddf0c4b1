"""The whole benchmark: both sets of data, the engine and its peer, and the time that a heal takes."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from playwright.sync_api import Browser

from shifty.healing.engine.decide import decide
from shifty.healing.pages.pairs import read_pairs
from shifty.healing.scoring.cases import Case, fingerprint_cases, page_cases
from shifty.healing.scoring.score import Figures, figures, score, score_ranking
from shifty.healing.scoring.similo import best_of
from shifty.healing.scoring.timing import Times, time_heals

FINGERPRINTS = "similo48"
PAGES = "pagepairs"
_ELEMENTS = 1500


class SetReport(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    name: str
    sites: int
    shifty: Figures
    similo: Figures


class Report(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    fingerprints: SetReport | None
    """None where the data is not there."""
    pages: SetReport | None
    time: Times | None
    """None where no heal was timed."""


def measure(folder: Path, browser: Browser, *, rounds: int) -> Report:
    """``rounds``: how many heals are timed."""
    fingerprints = list(fingerprint_cases(folder / FINGERPRINTS))
    pages = list(page_cases(read_pairs(folder / PAGES, browser)))
    return Report(
        fingerprints=_report("fingerprints", fingerprints) if fingerprints else None,
        pages=_report("page pairs", pages) if pages else None,
        time=time_heals(browser, decide, elements=_ELEMENTS, rounds=rounds) if rounds else None,
    )


def _report(name: str, cases: Sequence[Case]) -> SetReport:
    return SetReport(
        name=name,
        sites=len({case.site for case in cases}),
        shifty=figures(list(score(cases, decide))),
        similo=figures(list(score_ranking(cases, lambda case: best_of(case.target, case.candidates)))),
    )
