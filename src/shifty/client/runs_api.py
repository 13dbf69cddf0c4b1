"""The calls that commands make: start, look at and cancel runs."""

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from shifty.client.healing_api import HealingVerdict
from shifty.client.model import FailedTests, Orchestrated, Page, QueueStats, ResultPage, RunDetails
from shifty.client.transport import Transport

if TYPE_CHECKING:
    # It brings pydantic along, which takes longer to import than all of this room.
    from shifty import wire


RerunScope: TypeAlias = Literal["failed", "all"]


class Orchestrate(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True, frozen=True):
    """The body of ``POST /orchestrate``."""

    test_files: Sequence[str] = ()
    worker_count: int = 5
    project: str | None = None
    branch: str | None = None
    commit_sha: str | None = None
    ci_build_id: str | None = None
    metadata: Mapping[str, object] = {}
    tests: "Sequence[wire.PlannedTest] | None" = None
    pending_timeout_ms: int | None = None
    rerun_scope: RerunScope | None = None
    codeowners: str | None = None
    """The text of the repository's CODEOWNERS file."""
    healing_verdict: HealingVerdict | None = None
    """What a run with healed tests comes to; None: as its project has it."""


async def orchestrate(transport: Transport, asked: Orchestrate, *, idempotency_key: str | None = None) -> Orchestrated:
    """Start a run. Without a key it has one of its own, so that the call can be repeated."""
    body = msgspec.json.encode(asked)
    headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
    answer = await transport.call("POST", "/orchestrate", body=body, headers=headers)
    return msgspec.json.decode(answer, type=Orchestrated)


async def cancel(transport: Transport, run_id: str, *, patience_s: float | None = None) -> None:
    await transport.call("DELETE", f"/orchestrate/{run_id}", patience_s=patience_s)


async def list_runs(transport: Transport, query: Mapping[str, str]) -> bytes:
    """The page as JSON; ``read_page`` makes sense of it."""
    return await transport.call("GET", "/runs", query=query)


def read_page(body: bytes) -> Page:
    return msgspec.json.decode(body, type=Page)


async def run_details(transport: Transport, run_id: str, *, results: int = 2000) -> bytes:
    """The run with at most that many of its results as JSON; ``read_details`` makes sense of it."""
    return await transport.call("GET", f"/runs/{run_id}", query={"resultsLimit": str(results)})


def read_details(body: bytes) -> RunDetails:
    return msgspec.json.decode(body, type=RunDetails)


async def quarantined(transport: Transport, run_id: str, *, limit: int = 200) -> ResultPage:
    """Tests that failed or did not run and do not fail the run, each with its rule."""
    query = {"status": "quarantined", "limit": str(limit)}
    return msgspec.json.decode(await transport.call("GET", f"/runs/{run_id}/results", query=query), type=ResultPage)


async def failed_tests(transport: Transport, run_id: str) -> bytes:
    return await transport.call("GET", f"/runs/{run_id}/failed-tests")


async def failed_tests_as(transport: Transport, run_id: str, format_: str) -> bytes:
    """The list in a form that Playwright takes: test-list, last-run, grep or files."""
    return await transport.call("GET", f"/runs/{run_id}/failed-tests", query={"format": format_})


def read_failed(body: bytes) -> FailedTests:
    return msgspec.json.decode(body, type=FailedTests)


async def queue_stats(transport: Transport) -> QueueStats:
    return msgspec.json.decode(await transport.call("GET", "/orchestrate/queue/stats"), type=QueueStats)
