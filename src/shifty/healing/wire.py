"""Bodies of the healing calls.

What the hook sends is decoded by msgspec: a snapshot has thousands of elements. What people read is pydantic, as everywhere.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from pydantic import Field

from shifty.healing.engine.element import Element
from shifty.web.times import UtcTime
from shifty.wire import Body, Words

MOST_CANDIDATES = 5000
LONGEST_SELECTOR = 10_000

Mode = Literal["off", "propose", "heal"]
HealingVerdict = Literal["report", "warn", "fail"]

_Selector = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_SELECTOR)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
_Id = Annotated[str, msgspec.Meta(max_length=200)]
_Number = Annotated[int, msgspec.Meta(ge=0, le=2_147_483_647)]


class Wire(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """Base of what the hook sends and gets: camelCase; unknown fields are ignored."""


class CallSite(Wire, frozen=True):
    """Where in the test's own code the locator was used; the file relative to the repository's root."""

    file: _Name
    line: _Number
    column: _Number = 0


class HealRequest(Wire, frozen=True):
    """A locator that found nothing, or too much, and the page as it is now. ``POST /healing/heal``."""

    project: _Name
    test_id: _Id
    run_id: str | None = None
    selector: _Selector
    """As Playwright has it, frames included: the key of its fingerprint."""
    leg: _Selector
    """The part of it that broke: what follows the last frame that was found."""
    action: Annotated[str, msgspec.Meta(max_length=100)]
    """``click``, ``fill``, ``expect:to.be.visible`` …"""
    reason: Literal["not-found", "strict"] = "not-found"
    call_site: CallSite
    url: Annotated[str, msgspec.Meta(max_length=4096)] = ""
    waited_ms: _Number = 0
    mode: Mode = "heal"
    """What the worker and the test allow; the project may allow less."""
    candidates: Annotated[list[Element], msgspec.Meta(max_length=MOST_CANDIDATES)]
    truncated: bool = False
    """There were more elements than candidates."""


class Alternative(Wire, frozen=True):
    candidate: int
    confidence: float


class HealAnswer(Wire, frozen=True):
    """``decision`` ``wait``: it has needed longer before; ask again after ``wait_ms`` with a new snapshot."""

    decision: Literal["heal", "propose", "refuse", "wait"]
    wait_ms: int = 0
    confidence: float = 0.0
    strategy: str = "css-hierarchy-analysis"
    candidate: int | None = None
    """Index into the request's candidates."""
    alternatives: list[Alternative] = []
    explanation: str = ""
    fingerprint: Element | None = None
    """What it was compared with; None: only with what the locator says."""


class Seen(Wire, frozen=True):
    """A use of a locator in a test that has passed, and the element it hit."""

    test_id: _Id
    call_site: CallSite
    selector: _Selector
    element: Element
    url: Annotated[str, msgspec.Meta(max_length=4096)] = ""
    waited_ms: _Number = 0


class SeenRequest(Wire, frozen=True):
    """``POST /healing/fingerprints``."""

    project: _Name
    run_id: str | None = None
    seen: Annotated[list[Seen], msgspec.Meta(max_length=1000)]


class SeenAnswer(Wire, frozen=True):
    stored: int
    drifted: int
    """Of them hit another element than they used to; ``GET /healing/drifts`` tells which."""


class Known(Wire, frozen=True):
    """A fingerprint that the server has, without its element."""

    test_id: str
    file: str
    line: int
    selector: str
    digest: str
    """Of its element: equal digests need not be sent again while the fingerprint is fresh."""
    seen_at: datetime
    longest_wait_ms: int


class KnownAnswer(Wire, frozen=True):
    """``GET /healing/fingerprints?project=&testFile=``: of the tests of a file; ``mode`` is what the project allows."""

    mode: Mode
    fingerprints: list[Known]


class HealingSettings(Body):
    """What a project allows, and what a run with healed tests comes to."""

    mode: Mode = Field(description="`off`: never; `propose`: the test fails as it would, with a suggestion; `heal`.")
    verdict: HealingVerdict = Field(description="`report`, `warn`: the run passes; `fail`: a healed test fails the run.")


class HealingSettingsUpdate(Body):
    """What is left out stays as it is."""

    project: Annotated[Words, Field(min_length=1, max_length=200)]
    mode: Mode | None = None
    verdict: HealingVerdict | None = None


class ElementAnswer(Body):
    """An element, short."""

    tag: str
    role: str = ""
    name: str = ""
    attributes: dict[str, str] = {}
    box: Sequence[float] = ()


class AlternativeAnswer(Body):
    locator: str
    confidence: float


class PlaceAnswer(Body):
    file: str
    line: int
    column: int


class HealingEvent(Body):
    """One broken locator in one attempt of a test, and what became of it. The first ten fields are the contract's."""

    id: str
    run_id: str
    test_file: str
    test_name: str
    original_selector: str
    healed_selector: str | None
    confidence: float
    strategy: str
    success: bool
    execution_time_ms: int
    test_id: str
    title_path: Sequence[str]
    project_name: str
    attempt: int
    decision: Literal["heal", "propose", "refuse"]
    reason: Literal["not-found", "strict"]
    action: str
    original_locator: str
    healed_locator: str | None
    explanation: str
    alternatives: Sequence[AlternativeAnswer]
    call_site: PlaceAnswer | None
    frames: Sequence[PlaceAnswer]
    page_url: str
    before: ElementAnswer | None
    after: ElementAnswer | None
    waited_ms: int
    screenshot_url: str | None
    test_outcome: str | None = Field(description="What became of the test in the end.")


class Drift(Body):
    """A locator that still matched, but another element than it used to. Nothing was changed."""

    id: str
    run_id: str
    test_id: str
    test_file: str
    test_name: str
    selector: str
    call_site: PlaceAnswer
    similarity: float = Field(description="The chance that it is still the same element.")
    was: ElementAnswer
    is_now: ElementAnswer
    explanation: str
    seen_at: UtcTime


