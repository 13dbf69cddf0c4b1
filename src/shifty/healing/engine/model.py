"""Nouns of a decision: what is asked about a broken locator, and what is answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from shifty.healing.engine.element import Element

Strategy: TypeAlias = Literal[
    "data-testid-recovery", "text-content-matching", "css-hierarchy-analysis", "ai-powered-analysis"
]
"""The family of evidence that carried an answer; the contract's names."""

Band: TypeAlias = Literal["heal", "propose", "refuse"]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A locator that found nothing, or more than one element."""

    selector: str
    """As Playwright has it, without frames: ``#username``, ``internal:role=button[name="Save"i]``."""
    candidates: Sequence[Element]
    fingerprints: Sequence[Element] = ()
    """The element as it was when the locator last worked, newest version first. Empty: never seen."""
    action: str = ""
    """``click``, ``fill``, ``expect:to.be.visible`` …; narrows candidates, and expectations need more."""
    reason: Literal["not-found", "strict"] = "not-found"


@dataclass(frozen=True)
class Ranked:
    """A candidate with its chance of being the one; chances of all candidates need not sum to 1."""

    index: int
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The best candidate, whatever the band; None only where there are no candidates."""

    band: Band
    index: int | None
    confidence: float
    """Calibrated: of answers at confidence c, a share c is right on the benchmark."""
    strategy: Strategy
    ranking: Sequence[int] = field(default_factory=tuple[int, ...])
    """All candidates, best first."""
    alternatives: Sequence[Ranked] = field(default_factory=tuple[Ranked, ...])
    """The next best, at most four."""
    explanation: str = ""
    """For the person who reviews it: what speaks for it, what against, what the runner-up was."""
