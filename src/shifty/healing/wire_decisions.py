"""Bodies of the calls about what people say of replacements."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from shifty.healing.model import Decision, ListedDecision, Word
from shifty.web.pagination import Page, Pagination
from shifty.web.times import UtcTime
from shifty.wire import Body, Words

LONGEST_REASON = 2000

_ID = Field(description="Names it for `DELETE /healing/decisions/{decisionId}`.", examples=["7-9b2f4c1d7e"])
_WORD = Field(
    description="`accepted`: it is to be written into the source. `refused`: it is not to be used again.",
    examples=["accepted"],
)
_REASON = Field(description="Why, in somebody's own words; may be empty.", examples=["This is the new button."])
_BY = Field(description="Whose key it was, as it was called then.", examples=["Ada's laptop"])
_AT = Field(description="When it was said.", examples=["2024-12-09T10:00:00Z"])


class DecisionTold(Body):
    """What somebody has said about a replacement; it holds for the project."""

    id: str = _ID
    decision: Word = _WORD
    reason: str = _REASON
    decided_by: str = _BY
    decided_at: UtcTime = _AT

    @classmethod
    def of(cls, told: Decision | None) -> Self | None:
        if told is None:
            return None
        return cls(id=told.id, decision=told.word, reason=told.reason, decided_by=told.by, decided_at=told.at)


class NewHealingDecision(Body):
    """A word about what one broken locator was, or would be, replaced by."""

    run_id: Annotated[
        str,
        Field(max_length=100, description="The run of the event.", examples=["550e8400-e29b-41d4-a716-446655440000"]),
    ]
    test_id: Annotated[
        Words, Field(max_length=200, description="The test of the event.", examples=["4f1c2a9be0d37c55"])
    ]
    event_id: Annotated[Words, Field(max_length=200, description="The event's id.", examples=["9b2f4c1d7e"])]
    decision: Word = _WORD
    reason: Annotated[Words, Field(max_length=LONGEST_REASON, description="Why; may be empty.", examples=[""])] = ""


class HealingDecision(Body):
    """What was said about a locator in a file of a project, and what takes its place."""

    id: str = _ID
    project: str = Field(description="The project that it holds for.", examples=["my-app"])
    file: str = Field(description="Where the locator is used.", examples=["tests/login.spec.ts"])
    selector: str = Field(description="The broken locator, as Playwright has it.", examples=["#username"])
    healed_selector: str = Field(
        description="What takes its place, as Playwright has it.", examples=["[data-testid='username-input']"]
    )
    decision: Word = _WORD
    reason: str = _REASON
    decided_by: str = _BY
    decided_at: UtcTime = _AT

    @classmethod
    def of(cls, told: ListedDecision) -> Self:
        return cls(
            id=told.id,
            project=told.project,
            file=told.file,
            selector=told.selector,
            healed_selector=told.healed_selector,
            decision=told.word,
            reason=told.reason,
            decided_by=told.by,
            decided_at=told.at,
        )


class HealingDecisionsAnswer(Body):
    """A page of what was said."""

    decisions: Sequence[HealingDecision] = Field(description="The decisions of this page, newest first.", examples=[[]])
    pagination: Pagination

    @classmethod
    def of_page(cls, decisions: Sequence[ListedDecision], page: Page, total: int) -> Self:
        told = [HealingDecision.of(decision) for decision in decisions]
        return cls(decisions=told, pagination=Pagination.of(page, total))


class RunOfReplacement(Body):
    """Where a replacement was last seen."""

    id: UUID = Field(description="The run's id.", examples=["550e8400-e29b-41d4-a716-446655440000"])
    branch: str | None = Field(description="Its git branch.", examples=["main"])
    created_at: UtcTime = Field(description="When it was made.", examples=["2024-12-09T10:00:00Z"])
