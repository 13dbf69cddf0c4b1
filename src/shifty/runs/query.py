"""The query parameters of this room's lists."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError

from shifty.ids import parse_run_id
from shifty.runs.model import ResultFilter, ResultStatus, RunFilter, StatusFilter
from shifty.wire import Body, Words

SelectionFormat: TypeAlias = Literal["json", "test-list", "last-run", "grep", "files"]


def _blank_is_none(text: object) -> object:
    return None if text == "" else text


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_day = TypeAdapter(date)


def _no_number(text: object) -> object:
    """A number would be taken for seconds since 1970, which nobody means here."""
    if isinstance(text, str) and _NUMBER.fullmatch(text):
        raise ValueError("must be a date or a time in ISO-8601")
    return text


_NUMBER = re.compile(r"\s*[+-]?[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?\s*|\s*[+-]?(?:inf|infinity|nan)\s*", re.IGNORECASE)


def _end_of_day(text: object) -> object:
    """A date alone means all of that day."""
    if isinstance(text, str) and len(text) == len("2024-12-09"):
        try:
            return datetime.combine(_day.validate_strings(text), time.min, UTC) + timedelta(days=1)
        except (ValidationError, OverflowError):
            return text
    return text


Text = Words
OptionalText = Annotated[Text | None, BeforeValidator(_blank_is_none)]
From = Annotated[datetime, BeforeValidator(_no_number), AfterValidator(_aware)]
Until = Annotated[datetime, BeforeValidator(_end_of_day), BeforeValidator(_no_number), AfterValidator(_aware)]


_NO_RUN = UUID(int=0)
"""Stands for an id that is none: no run is a rerun of it."""


class RunQuery(Body):
    """Which runs are wanted."""

    tenant: Annotated[str | None, Query(description="The caller's own tenant, by id or name; any other: 403.")] = None
    project: Annotated[OptionalText, Query(description="Only this project, by its slug.")] = None
    branch: Annotated[OptionalText, Query(description="Only this git branch.")] = None
    status: Annotated[
        StatusFilter,
        Query(
            description="`passed`: completed without failures, apart from quarantined ones. `failed`: could not be "
            "completed, or a test has failed that is not quarantined. `flaky`: passed, with flaky tests."
        ),
    ] = "all"
    ci_build_id: Annotated[OptionalText, Query(alias="ciBuildId", description="Only runs of this CI build.")] = None
    commit_sha: Annotated[OptionalText, Query(alias="commitSha", description="Only runs of this commit.")] = None
    actor: Annotated[OptionalText, Query(description="Only runs that this person started.")] = None
    search: Annotated[
        OptionalText,
        Query(
            description="Only runs with this in the branch, the commit, the title of the commit "
            "(`metadata.commit_message`), the CI build or the actor, or at the beginning of their id."
        ),
    ] = None
    rerun_of: Annotated[OptionalText, Query(alias="rerunOf", description="Only reruns of this run.")] = None
    created_from: Annotated[
        From | None, Query(alias="from", description="Created at or after this time (ISO-8601; without a zone: UTC).")
    ] = None
    created_until: Annotated[
        Until | None, Query(alias="to", description="Created before this time; a date alone means all of that day.")
    ] = None

    def filter(self) -> RunFilter:
        return RunFilter(
            project=self.project,
            branch=self.branch,
            status=self.status,
            ci_build_id=self.ci_build_id,
            commit_sha=self.commit_sha,
            actor=self.actor,
            search=self.search,
            rerun_of=None if self.rerun_of is None else parse_run_id(self.rerun_of) or _NO_RUN,
            created_from=self.created_from,
            created_until=self.created_until,
        )


class ResultQuery(Body):
    """Which results of a run are wanted."""

    status: Annotated[
        ResultStatus,
        Query(
            description="Only results that ended so; `flaky` are those that passed and are flaky, `healed` those that "
            "went on with a healed locator, `quarantined` those that failed or were not run, and are excused."
        ),
    ] = "all"
    file: Annotated[OptionalText, Query(description="Only tests of this spec file.")] = None
    search: Annotated[OptionalText, Query(description="Only tests with this in a title or in the file's path.")] = None

    def filter(self) -> ResultFilter:
        return ResultFilter(status=self.status, file=self.file, search=self.search)
