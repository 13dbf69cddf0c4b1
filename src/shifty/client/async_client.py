"""The client for asynchronous code, and the core of the one that blocks: every endpoint has its method here, once."""

import asyncio
import mimetypes
import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

import msgspec

from shifty.client import runs_api, worker_api
from shifty.client.account import Ticket, Usage, address_of
from shifty.client.answer import read
from shifty.client.artifacts_api import Artifact, ArtifactType, ToSend, list_artifacts
from shifty.client.attempts import LinkedArtifact
from shifty.client.download import download
from shifty.client.healing_api import HealingVerdict
from shifty.client.healing_calls import HealingCalls
from shifty.client.model import (
    Acknowledged,
    FailedTests,
    Orchestrated,
    Page,
    QueueStats,
    Result,
    ResultPage,
    Run,
    RunDetails,
    RunInFull,
    Snapshot,
)
from shifty.client.progress import current, ended, snapshots
from shifty.client.runs_api import Orchestrate, RerunScope
from shifty.client.sender import upload_file
from shifty.client.transport import Transport

if TYPE_CHECKING:
    from shifty import wire
    from shifty.client.viewer import Update

StatusFilter: TypeAlias = Literal["all", "pending", "running", "completed", "passed", "failed", "flaky", "cancelled"]
ResultFilter: TypeAlias = Literal["all", "passed", "failed", "skipped", "notRun", "flaky", "healed", "quarantined"]
SelectionFormat: TypeAlias = Literal["test-list", "last-run", "grep", "files"]

_RUNS_A_PAGE = 200
_RESULTS_A_PAGE = 500


class AsyncClient(HealingCalls):
    """A connection to one server for one tenant. Without arguments it is the one that SHIFTY_API_URL,
    SHIFTY_API_KEY and SHIFTY_TENANT_ID name.

    A call that meets a server which is away, full or tired of us is repeated for ``patience_s``; all calls are such
    that to repeat them does nothing twice. Then, or when the server says no, it raises a ``CallFailed``.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        tenant: str | None = None,
        *,
        patience_s: float = 30.0,
    ) -> None:
        self.transport = Transport(address_of(url, key, tenant), patience_s=patience_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self.transport.aclose()

    async def orchestrate(
        self,
        test_files: Sequence[str],
        *,
        worker_count: int = 5,
        project: str | None = None,
        branch: str | None = None,
        commit_sha: str | None = None,
        metadata: Mapping[str, object] | None = None,
        tests: "Sequence[wire.PlannedTest] | None" = None,
        ci_build_id: str | None = None,
        pending_timeout: timedelta | None = None,
        healing_verdict: HealingVerdict | None = None,
        codeowners: str | None = None,
        idempotency_key: str | None = None,
    ) -> Orchestrated:
        """Plan and start a run of ``test_files``, paths relative to the repository.

        ``tests`` is for who has listed the suite: counts are exact then. Calls with one ``ci_build_id`` or
        ``idempotency_key`` share one run. ``codeowners`` is the text of the repository's CODEOWNERS file.
        """
        asked = Orchestrate(
            test_files=list(test_files),
            worker_count=worker_count,
            project=project,
            branch=branch,
            commit_sha=commit_sha,
            metadata=metadata or {},
            tests=tests,
            ci_build_id=ci_build_id,
            pending_timeout_ms=None if pending_timeout is None else pending_timeout // timedelta(milliseconds=1),
            healing_verdict=healing_verdict,
            codeowners=codeowners,
        )
        return await runs_api.orchestrate(self.transport, asked, idempotency_key=idempotency_key)

    async def rerun(
        self,
        run_id: str,
        *,
        scope: RerunScope = "failed",
        test_files: Sequence[str] = (),
        worker_count: int = 5,
        project: str | None = None,
        metadata: Mapping[str, object] | None = None,
        idempotency_key: str | None = None,
    ) -> Orchestrated:
        """Start a run of what failed or never ran in another, or of ``all`` its tests; ``test_files`` narrows that.

        With nothing to run again it has no tests, is over at once, and has a warning NOTHING_TO_RERUN.
        """
        asked = Orchestrate(
            test_files=list(test_files),
            worker_count=worker_count,
            project=project,
            metadata={**(metadata or {}), "rerun_of": run_id},
            rerun_scope=scope,
        )
        return await runs_api.orchestrate(self.transport, asked, idempotency_key=idempotency_key)

    async def cancel(self, run_id: str) -> None:
        """Drop what waits; tests that run now finish and count. A run that is cancelled already stays so.

        Raises:
            AlreadyFinished: it is over.
        """
        await runs_api.cancel(self.transport, run_id)

    async def artifacts(self, run_id: str, artifact_type: ArtifactType | None = None) -> list[Artifact]:
        """What was kept of the run, oldest first; ``artifact_type`` is the only type that is wanted."""
        return await list_artifacts(self.transport, run_id, artifact_type)

    async def upload_artifact(
        self,
        run_id: str,
        file: Path,
        artifact_type: ArtifactType,
        *,
        name: str | None = None,
        content_type: str | None = None,
        test_id: str | None = None,
        attempt: int | None = None,
    ) -> Artifact:
        """Send a file, straight to the store where that can be reached. By default ``name`` is the file's own."""
        name = name or file.name
        what = ToSend(
            artifact_type=artifact_type,
            filename=name,
            content_type=content_type or mimetypes.guess_type(name)[0] or "application/octet-stream",
            size_bytes=(await asyncio.to_thread(file.stat)).st_size,
            upload_id=str(uuid.uuid4()),
            test_id=test_id,
            attempt=attempt,
        )
        return await upload_file(self.transport, run_id, file, what)

    async def download_artifact(self, artifact: Artifact | LinkedArtifact, file: Path) -> None:
        """Fetch an artifact into ``file``, which appears once it is whole."""
        await download(self.transport, artifact, file, patience_s=self.transport.patience_s)

    async def queue_stats(self) -> QueueStats:
        return await runs_api.queue_stats(self.transport)

    async def usage(self) -> Usage:
        """The tenant's plan, and what of it is used."""
        return read(await self.transport.call("GET", "/usage"), Usage)

    async def ticket(self, run_id: str) -> Ticket:
        """Lets a browser open one stream about this run, once."""
        return read(await self.transport.call("POST", f"/runs/{run_id}/tickets", body=b"{}"), Ticket)

    async def runs(
        self,
        *,
        status: StatusFilter = "all",
        project: str | None = None,
        branch: str | None = None,
        commit_sha: str | None = None,
        ci_build_id: str | None = None,
        actor: str | None = None,
        search: str | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        limit: int | None = None,
    ) -> AsyncGenerator[Run]:
        """Runs, the newest first; ``limit`` is how many at most, None is all. Pages are fetched as they are needed."""
        wanted = {
            "status": status,
            "project": project,
            "branch": branch,
            "commitSha": commit_sha,
            "ciBuildId": ci_build_id,
            "actor": actor,
            "search": search,
            "from": created_from and created_from.isoformat(),
            "to": created_to and created_to.isoformat(),
        }
        query = {name: value for name, value in wanted.items() if value}
        offset = 0
        while limit is None or offset < limit:
            size = _RUNS_A_PAGE if limit is None else min(_RUNS_A_PAGE, limit - offset)
            part = {**query, "limit": str(size), "offset": str(offset)}
            page = read(await runs_api.list_runs(self.transport, part), Page)
            for run in page.runs:
                yield run
            offset += size
            if not page.pagination.has_more:
                return

    async def run(self, run_id: str) -> RunInFull:
        """One run with its shards, workers and the errors that belong to no test."""
        return read(await runs_api.run_details(self.transport, run_id, results=1), RunDetails).run

    async def results(
        self, run_id: str, *, status: ResultFilter = "all", file: str | None = None
    ) -> AsyncGenerator[Result]:
        """Tests that have reported, in the order of the suite, with their attempts; all, or those that ended so."""
        offset = 0
        while True:
            query = {"status": status, "limit": str(_RESULTS_A_PAGE), "offset": str(offset)}
            query |= {"file": file} if file else {}
            page = read(await self.transport.call("GET", f"/runs/{run_id}/results", query=query), ResultPage)
            for result in page.results:
                yield result
            offset += _RESULTS_A_PAGE
            if not page.pagination.has_more:
                return

    async def failed_tests(self, run_id: str) -> FailedTests:
        """Final failures, and beside them the tests that never ran. With neither there is nothing to run again."""
        return read(await runs_api.failed_tests(self.transport, run_id), FailedTests)

    async def failed_tests_as(self, run_id: str, form: SelectionFormat) -> str:
        """The same in a form that Playwright takes."""
        return (await runs_api.failed_tests_as(self.transport, run_id, form)).decode()

    async def snapshot(self, run_id: str) -> Snapshot:
        """How the run stands now."""
        return await current(self.transport, run_id)

    async def progress(
        self, run_id: str, *, every_ms: int = 2000, patience_s: float | None = None
    ) -> AsyncGenerator[Snapshot]:
        """How the run stands, again and again until its end, over server-sent events.

        A connection that breaks is opened again from where it was; ``patience_s`` is for how long nobody may answer.
        """
        patience_s = self._patience(patience_s)
        async with aclosing(snapshots(self.transport, run_id, every_ms=every_ms, patience_s=patience_s)) as found:
            async for snapshot in found:
                yield snapshot

    async def wait(self, run_id: str, *, timeout: timedelta | None = None, patience_s: float | None = None) -> Snapshot:
        """The run's last snapshot, with its verdict, once it is over.

        Raises:
            TimeoutError: it was not over after ``timeout``.
        """
        return await ended(self.transport, run_id, timeout=timeout, patience_s=self._patience(patience_s))

    async def watch(self, run_id: str, *, patience_s: float | None = None) -> "AsyncGenerator[Update]":
        """Every test of the run as it starts and reports, over a WebSocket, up to the run's end."""
        # websockets takes as long to import as the rest of this room, and few need it.
        from shifty.client.viewer import watch

        async with aclosing(watch(self.transport.address, run_id, patience_s=self._patience(patience_s))) as updates:
            async for update in updates:
                yield update

    async def report(self, run_id: str, messages: "Sequence[wire.AnyMessage | Mapping[str, object]]") -> Acknowledged:
        """Tell what tests did, in order; once this returns the server has stored it. What is sent twice counts once."""
        encoded = [msgspec.json.encode(message) for message in messages]
        return await worker_api.post_events(self.transport, run_id, encoded, patience_s=self.transport.patience_s)

    def _patience(self, asked_s: float | None) -> float:
        return self.transport.patience_s if asked_s is None else asked_s
