"""Bodies of the calls about changes that are offered."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from shifty.pull_requests.model import (
    MOST_BYTES,
    MOST_FILES,
    Evidence,
    ListedPr,
    Offer,
    OfferedFile,
    PrStatus,
)
from shifty.web.pagination import Page, Pagination
from shifty.web.times import UtcTime
from shifty.wire import WHOLE, Body, Words

_MOST_HEALS = 1000


class RepairedHeal(Body):
    """A heal of the run. What is said of it is read from the run itself."""

    original_selector: Annotated[
        Words, Field(min_length=1, max_length=10_000, description="The broken locator, as the event has it.")
    ]


class ChangedFile(Body):
    """A file as it is to become: one commit."""

    path: Annotated[Words, Field(max_length=1024, description="Relative to the root of the repository.")]
    content: Annotated[Words, Field(max_length=MOST_BYTES, description="Its whole new text.")]
    before_digest: Annotated[
        str,
        Field(
            pattern="^[0-9a-f]{64}$",
            description="SHA-256 of the text that was changed, as it is in `baseSha`.",
            examples=["0" * 64],
        ),
    ]
    message: Annotated[Words, Field(max_length=20_000, description="Of the commit.")]
    heals: Annotated[
        Sequence[RepairedHeal], Field(min_length=1, max_length=_MOST_HEALS, description="What it repairs.")
    ]

    def noun(self) -> OfferedFile:
        selectors = tuple(dict.fromkeys(heal.original_selector for heal in self.heals))
        return OfferedFile(self.path, self.content, self.before_digest, self.message, selectors)


class HealingPrRequest(Body):
    """A rewritten and verified change of a checkout."""

    run_id: Annotated[str, Field(max_length=100, description="The run whose heals it writes down.")]
    base_sha: Annotated[
        str,
        Field(
            pattern="^(?:[0-9a-f]{40}|[0-9a-f]{64})$",
            description="The commit of the checkout.",
            examples=["5f0c1d" + 34 * "0"],
        ),
    ]
    base_branch: Annotated[
        Words | None,
        Field(
            max_length=250,
            description="What it is to be merged into; else the server's setting, the run's branch, or the default.",
        ),
    ] = None
    files: Annotated[Sequence[ChangedFile], Field(min_length=1, max_length=MOST_FILES, description="In this order.")]
    verified_runs: Annotated[
        int, Field(ge=0, le=1000, description="How often the healed tests have passed with the change, unaided."), WHOLE
    ]

    def noun(self, run_id: UUID) -> Offer:
        files = tuple(file.noun() for file in self.files)
        return Offer(run_id, self.base_sha, self.base_branch, files, self.verified_runs)


class HealInPr(Body):
    """A locator that a change repairs."""

    path: str = Field(description="The file that is changed.", examples=["tests/login.spec.ts"])
    original: str = Field(description="The broken locator.", examples=["locator('#username')"])
    healed: str = Field(description="What the change makes of it.", examples=["getByTestId('username-input')"])
    confidence: float = Field(description="The least of its heals.", examples=[0.95])
    accepted_by: str | None = Field(description="Who has accepted it; null: nobody had to.", examples=[None])
    tests: Sequence[str] = Field(description="The tests that needed it.", examples=[["tests/login.spec.ts › logs in"]])

    @classmethod
    def of(cls, told: Evidence) -> Self:
        return cls(
            path=told.path,
            original=told.original,
            healed=told.healed,
            confidence=told.confidence,
            accepted_by=told.accepted_by,
            tests=told.tests,
        )


class HealingPrAnswer(Body):
    """The change that is offered for a run. The first ten fields are the contract's."""

    id: UUID = Field(description="Of this entry.")
    run_id: UUID
    repository: str = Field(description="`owner/repo`, or the address of a plain git remote.", examples=["owner/repo"])
    branch_name: str = Field(description="The branch that has the change.", examples=["shifty/heal-selectors-550e8400"])
    pr_number: int | None = Field(description="Null: there is no pull request.", examples=[123])
    pr_url: str | None = Field(
        description="Null: there is no pull request.", examples=["https://github.com/owner/repo/pull/123"]
    )
    pr_status: PrStatus = Field(
        description="`open`, `merged`, `closed`; `branch`: a remote without pull requests; `pending`: the server still"
        " tries; `failed`: `error` says why.",
        examples=["open"],
    )
    healing_count: int = Field(description="Locators that it repairs.", examples=[5])
    avg_confidence: float = Field(description="The mean of their confidence.", examples=[0.87])
    created_at: UtcTime
    base_branch: str = Field(description="What it is to be merged into.", examples=["main"])
    base_sha: str = Field(description="The commit that was changed.")
    verified_runs: int = Field(description="How often the healed tests have passed with it, unaided.", examples=[3])
    error: str | None = Field(description="What the last try has met; null: nothing.")
    updated_at: UtcTime = Field(description="When it last changed, or was last looked at.")
    project: str = Field(description="The run's project.", examples=["my-app"])
    heals: Sequence[HealInPr] = Field(description="The locators that it repairs.", examples=[[]])

    @classmethod
    def of(cls, row: ListedPr) -> Self:
        return cls(
            id=row.id,
            run_id=row.run_id,
            repository=row.repository,
            branch_name=row.branch_name,
            pr_number=row.pr_number,
            pr_url=row.pr_url,
            pr_status=row.pr_status,
            healing_count=row.healing_count,
            avg_confidence=round(row.avg_confidence, 4),
            created_at=row.created_at,
            base_branch=row.base_branch,
            base_sha=row.base_sha,
            verified_runs=row.verified_runs,
            error=row.error,
            updated_at=row.updated_at,
            project=row.project,
            heals=[HealInPr.of(each) for each in row.heals],
        )


class HealingPrsAnswer(Body):
    """A page of changes that are offered."""

    prs: Sequence[HealingPrAnswer] = Field(description="The changes of this page, newest first.")
    pagination: Pagination

    @classmethod
    def of_page(cls, prs: Sequence[ListedPr], page: Page, total: int) -> Self:
        return cls(prs=[HealingPrAnswer.of(row) for row in prs], pagination=Pagination.of(page, total))


class WebhookAnswer(Body):
    """What a webhook has changed."""

    changed: int = Field(description="How many entries.")
