"""Bodies of the list of replacements over all runs."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from shifty.healing.model import Replacement
from shifty.healing.wire import HealingEvent
from shifty.healing.wire_decisions import RunOfReplacement
from shifty.web.pagination import Page, Pagination
from shifty.wire import Body


class HealingReplacement(Body):
    """A locator in a file of a project, and what it was, or would be, replaced by."""

    project: str = Field(description="Its project.", examples=["my-app"])
    run: RunOfReplacement = Field(description="The newest run that it was seen in.")
    times: int = Field(description="How often it was seen in the runs that were looked at.", examples=[12])
    tests: int = Field(description="In how many tests.", examples=[3])
    runs: int = Field(description="In how many runs.", examples=[4])
    event: HealingEvent = Field(description="As it was last seen; `screenshotUrl` is in `GET /healing/events`.")

    @classmethod
    def of(cls, told: Replacement) -> Self:
        return cls(
            project=told.project,
            run=RunOfReplacement(id=told.run_id, branch=told.branch, created_at=told.seen_at),
            times=told.times,
            tests=told.tests,
            runs=told.runs,
            event=HealingEvent.of(told.run_id, told.newest),
        )


class HealingReplacementsAnswer(Body):
    """A page of replacements."""

    replacements: Sequence[HealingReplacement] = Field(description="Of this page, newest first.", examples=[[]])
    pagination: Pagination

    @classmethod
    def of_page(cls, replacements: Sequence[Replacement], page: Page, total: int) -> Self:
        told = [HealingReplacement.of(each) for each in replacements]
        return cls(replacements=told, pagination=Pagination.of(page, total))
