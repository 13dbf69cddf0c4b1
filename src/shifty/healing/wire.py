"""Bodies of the healing calls.

What the hook sends is decoded by msgspec: a snapshot has thousands of elements. What people read is pydantic, as
everywhere.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

import msgspec
from pydantic import Field

from shifty.healing.engine.element import Element
from shifty.healing.model import Drifted, Event, KnownUse, Mode, Project
from shifty.healing.wire_decisions import DecisionTold
from shifty.runs.model import HealingVerdict
from shifty.runs.wire_heals import ElementAnswer, HealTold, Place
from shifty.web.pagination import Page, Pagination
from shifty.web.times import UtcTime
from shifty.wire import Body, Words

MOST_CANDIDATES = 5000
LONGEST_SELECTOR = 10_000

_MODE = "`off`: never; `propose`: the test fails as it would, with a suggestion; `heal`: it goes on."
_VERDICT = "What healed tests do to a run: `report` and `warn` nothing, `fail`: they have failed."
_NO_NUL = r"^[^\x00]*$"

_Selector = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_SELECTOR, pattern=_NO_NUL)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=1024, pattern=_NO_NUL)]
_Project = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=_NO_NUL)]
_Id = Annotated[str, msgspec.Meta(max_length=200, pattern=_NO_NUL)]
_Number = Annotated[int, msgspec.Meta(ge=0, le=2_147_483_647)]


class Wire(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """Base of what the hook sends and gets: camelCase; unknown fields are ignored."""


class CallSite(Wire, kw_only=True, frozen=True):
    """Where in the test's own code the locator was used; the file relative to the repository's root."""

    file: _Name
    line: _Number
    column: _Number = 0


class HealRequest(Wire, kw_only=True, frozen=True):
    """A locator that found nothing, or too much, and the page as it is now. ``POST /healing/heal``."""

    project: _Project
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


class Alternative(Wire, kw_only=True, frozen=True):
    candidate: int
    confidence: float


class HealAnswer(Wire, kw_only=True, frozen=True):
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


class Seen(Wire, kw_only=True, frozen=True):
    """A use of a locator in a test that has passed, and the element it hit."""

    test_id: _Id
    call_site: CallSite
    selector: _Selector
    element: Element
    url: Annotated[str, msgspec.Meta(max_length=4096)] = ""
    waited_ms: _Number = 0


class SeenRequest(Wire, kw_only=True, frozen=True):
    """``POST /healing/fingerprints``."""

    project: _Project
    run_id: str | None = None
    seen: Annotated[list[Seen], msgspec.Meta(max_length=1000)]


class SeenAnswer(Wire, kw_only=True, frozen=True):
    stored: int
    drifted: int
    """Of them hit another element than they used to; ``GET /healing/drifts`` tells which."""


class Known(Wire, kw_only=True, frozen=True):
    """A fingerprint that the server has, without its element."""

    test_id: str
    file: str
    line: int
    selector: str
    digest: str
    """Of its element: equal digests need not be sent again while the fingerprint is fresh."""
    seen_at: datetime
    longest_wait_ms: int

    @classmethod
    def of(cls, use: KnownUse) -> Self:
        return cls(**use._asdict())


class KnownAnswer(Wire, kw_only=True, frozen=True):
    """``GET /healing/fingerprints?project=&testId=&testFile=``: of these tests, and of all tests of a file; ``mode`` is
    what the project allows."""

    mode: Mode
    fingerprints: list[Known]


class HealingSettings(Body):
    """What a project allows, and what a run with healed tests comes to."""

    mode: Mode = Field(description="`off`: never; `propose`: the test fails as it would, with a suggestion; `heal`.")
    verdict: HealingVerdict = Field(
        description="`report`, `warn`: the run passes; `fail`: a healed test fails the run."
    )

    @classmethod
    def of(cls, project: Project) -> Self:
        return cls(mode=project.mode, verdict=project.verdict)


class HealingSettingsUpdate(Body):
    """What is left out stays as it is."""

    project: Annotated[Words, Field(min_length=1, max_length=200)]
    mode: Mode | None = Field(default=None, description=_MODE)
    verdict: HealingVerdict | None = Field(default=None, description=_VERDICT)


class HealingEvent(HealTold):
    """One broken locator in one attempt of a test, and what became of it."""

    id: str
    run_id: UUID
    test_id: str
    test_file: str
    test_name: str
    title_path: Sequence[str]
    project_name: str
    attempt: int
    screenshot_url: str | None = Field(description="Where the picture of the marked element is; null without one.")
    test_outcome: str | None = Field(description="How the test ended in the ledger; null while it runs.")
    test_healed: bool = Field(
        description="Whether its last attempt passed with a healed locator, even where that fails the run."
    )
    decided: DecisionTold | None = Field(
        description="What somebody has said about it; null: nobody has.", examples=[None]
    )

    @classmethod
    def of(cls, run_id: UUID, event: Event, screenshot_url: str | None = None) -> Self:
        told: dict[str, object] = msgspec.to_builtins(event.heal)
        return cls.model_validate(
            {
                **told,
                "id": event.id_in(run_id),
                "runId": run_id,
                "testId": event.test_id,
                "testFile": event.file,
                "testName": event.title_path[-1] if event.title_path else "",
                "titlePath": event.title_path,
                "projectName": event.project_name,
                "attempt": event.attempt,
                "screenshotUrl": screenshot_url,
                "testOutcome": event.outcome,
                "testHealed": event.healed,
                "decided": DecisionTold.of(event.decided),
            }
        )


class HealingEventsAnswer(Body):
    """A page of a run's events."""

    events: Sequence[HealingEvent]
    pagination: Pagination

    @classmethod
    def of_page(cls, events: Sequence[HealingEvent], page: Page, total: int) -> Self:
        return cls(events=events, pagination=Pagination.of(page, total))


class Drift(Body):
    """A locator that still matched, but another element than it used to. Nothing was changed."""

    id: UUID
    run_id: UUID
    test_id: str
    test_file: str
    test_name: str
    selector: str
    call_site: Place = Field(description="Where the test used the locator.")
    similarity: float = Field(description="The chance that it is still the same element.")
    was: ElementAnswer = Field(description="The element that it used to hit.")
    is_now: ElementAnswer = Field(description="The element that it hits now.")
    explanation: str = Field(description="In words, for whoever looks into it.")
    seen_at: UtcTime

    @classmethod
    def of(cls, drift: Drifted) -> Self:
        return cls(
            id=drift.id,
            run_id=drift.run_id,
            test_id=drift.test_id,
            test_file=drift.test_file,
            test_name=drift.title_path[-1] if drift.title_path else "",
            selector=drift.selector,
            call_site=Place(file=drift.file, line=drift.line),
            similarity=drift.similarity,
            was=_short(drift.was),
            is_now=_short(drift.is_now),
            explanation=drift.explanation,
            seen_at=drift.seen_at,
        )


class DriftsAnswer(Body):
    """A page of a run's drifts."""

    drifts: Sequence[Drift]
    pagination: Pagination

    @classmethod
    def of_page(cls, drifts: Sequence[Drifted], page: Page, total: int) -> Self:
        return cls(drifts=[Drift.of(drift) for drift in drifts], pagination=Pagination.of(page, total))


def _short(element: Element) -> ElementAnswer:
    named = {"id": element.id, "name": element.name, "type": element.type, "href": element.href}
    classes = {"class": " ".join(element.classes)}
    known = {**named, **classes, **element.data, **element.attributes}
    return ElementAnswer(
        tag=element.tag,
        role=element.role,
        name=element.accessible_name or element.text,
        attributes={name: value for name, value in known.items() if value},
        box=(element.x, element.y, element.w, element.h),
    )
