"""The calls about runs as a whole: how they come along, and what they can be filtered by."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from shifty.client.answer import Answer
from shifty.client.model import Conclusion
from shifty.client.transport import Transport


class TrendPoint(Answer, kw_only=True, frozen=True):
    """A run that came to a verdict."""

    run_id: str
    project: str = ""
    branch: str | None = None
    commit_sha: str | None = None
    conclusion: Conclusion
    total_tests: int = 0
    failed_tests: int = 0
    flaky_tests: int = 0
    pass_rate: float | None = None
    """Percent of the tests that were not skipped; None: there was none."""
    duration_ms: int | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None


class RunTrend(Answer, kw_only=True, frozen=True):
    """Oldest first."""

    trend: list[TrendPoint] = []


class Facets(Answer, kw_only=True, frozen=True):
    """What runs can be filtered by."""

    projects: list[str] = []
    branches: list[str] = []
    actors: list[str] = []


async def run_trend(transport: Transport, query: Mapping[str, str]) -> bytes:
    """The trend as JSON; ``read_trend`` makes sense of it."""
    return await transport.call("GET", "/analytics/run-trends", query=query)


def read_trend(body: bytes) -> RunTrend:
    return msgspec.json.decode(body, type=RunTrend)


async def facets(transport: Transport) -> bytes:
    """The names as JSON; ``read_facets`` makes sense of it."""
    return await transport.call("GET", "/runs/facets")


def read_facets(body: bytes) -> Facets:
    return msgspec.json.decode(body, type=Facets)
