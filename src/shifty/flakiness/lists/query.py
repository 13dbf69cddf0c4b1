"""The query parameters of this room's lists."""

from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator

from shifty.flakiness.lists.model import Sort, TestFilter
from shifty.flakiness.model import Verdict
from shifty.wire import Body, Words


def blank_is_none(text: object) -> object:
    """What a form sends for a field that is left empty."""
    return None if text == "" else text


OptionalText = Annotated[Words | None, BeforeValidator(blank_is_none)]

Project = Annotated[OptionalText, Query(description="Only this project, by its slug; default: all.")]
Owner = Annotated[OptionalText, Query(description="Only what this owner of CODEOWNERS owns; with or without `@`.")]
File = Annotated[OptionalText, Query(description="Only tests of this spec file.")]
Search = Annotated[OptionalText, Query(description="Only tests with this in a title or in the file's path.")]
OfVerdict = Annotated[Verdict | None, Query(description="Only tests with this verdict.")]
Quarantined = Annotated[bool | None, Query(description="Only tests that quarantine is about now, or only others.")]
Branch = Annotated[OptionalText, Query(description="Only this git branch; default: all together.")]


class FlakyQuery(Body):
    """Which flaky tests are wanted."""

    project: Project = None
    min_rate: Annotated[
        float,
        Query(alias="minRate", ge=0, le=100, description="Only tests with at least this flakiness rate, percent."),
    ] = 10
    owner: Owner = None
    file: File = None
    search: Search = None
    verdict: OfVerdict = None
    quarantined: Quarantined = None

    def filter(self) -> TestFilter:
        return TestFilter(
            project=self.project,
            owner=self.owner,
            file=self.file,
            search=self.search,
            verdict=self.verdict,
            quarantined=self.quarantined,
        )


class RecommendationQuery(Body):
    """Which recommendations are wanted."""

    project: Project = None
    owner: Owner = None
    quarantined: Quarantined = None

    def filter(self) -> TestFilter:
        return TestFilter(project=self.project, owner=self.owner, quarantined=self.quarantined)


class TestsQuery(Body):
    """Which tests are wanted, and in which order."""

    __test__ = False

    project: Project = None
    branch: Annotated[
        OptionalText,
        Query(description="Only tests that the last five runs of this git branch had, as they stand there."),
    ] = None
    project_name: Annotated[
        Words | None, Query(alias="projectName", description="Only this Playwright project (browser).")
    ] = None
    file: File = None
    search: Search = None
    tag: Annotated[OptionalText, Query(description="Only tests with this tag; with or without `@`.")] = None
    owner: Owner = None
    verdict: OfVerdict = None
    quarantined: Quarantined = None
    sort: Annotated[
        Sort,
        Query(
            description="`lost`: the time that flakiness took; `flakiness`: what is sure of the rate; `failures`: "
            "runs in which it failed; `trend`: what fails more often lately than before; `duration`: p50; "
            "`lastFailed`: newest first; `name`: file, line and titles."
        ),
    ] = "lost"

    def filter(self) -> TestFilter:
        return TestFilter(
            project=self.project,
            branch=self.branch,
            project_name=self.project_name,
            file=self.file,
            search=self.search,
            tag=self.tag,
            owner=self.owner,
            verdict=self.verdict,
            quarantined=self.quarantined,
        )
