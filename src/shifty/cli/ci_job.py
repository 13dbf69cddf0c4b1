"""One job of a CI build: finds the run of its build, works for it to its end; or, without a server, runs its share."""

import asyncio
import hashlib
import json
import os
import socket
import tempfile
import time
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from shifty import wire
from shifty.cli.checkout import look_at
from shifty.cli.ci_alike import require_alike
from shifty.cli.ci_attempts import Decision, Join, Late, RerunMode, Start, decide, read_chain, worker_name
from shifty.cli.ci_failed import FailedList
from shifty.cli.ci_offline import OfflineJob, OfflineResult, OfflineRun
from shifty.cli.ci_provider import CiBuild
from shifty.cli.ci_session import CiSession
from shifty.cli.ci_share import Shard, share_of
from shifty.cli.display import view_for
from shifty.cli.exits import Incomplete
from shifty.cli.findings import Findings, findings_of
from shifty.cli.local_workers import LocalWorkers, WorkerCommand
from shifty.cli.output import count, duration
from shifty.cli.run_options import Asked
from shifty.cli.run_suite import SUITE_FILE, Listed, list_asked, report_errors, say_warnings, worker_command
from shifty.client import runs_api
from shifty.client.errors import ServerAway, Stopped
from shifty.client.model import OPEN, Orchestrated, Snapshot
from shifty.client.progress import current
from shifty.client.runs_api import Orchestrate
from shifty.client.transport import Transport
from shifty.config import Settings
from shifty.worker.suite_file import write_suite

_MOST_WORKERS = 20
_NOT_FINISHED_S = 30.0
_LOOK_S = 0.5


@dataclass(frozen=True)
class CiAsked:
    """What ``shifty ci`` was asked for, beyond what ``shifty run`` is."""

    asked: Asked
    build: CiBuild
    mode: RerunMode
    patience_s: float
    durations: Mapping[str, float]
    rerun_of: str | None = None
    """A run of somewhere else, of which only what failed is to be run."""
    only: FailedList | None = None
    """Nothing but these tests."""

    @property
    def has_share(self) -> bool:
        """Whether it is sure which share is this job's: a provider counts jobs that ask for other tests, too."""
        is_whole = not any((*self._choice, self.only)) and not self.build.is_matrix
        return self.build.part is not None and (self.build.is_share_given or self.build.job_total == 1 or is_whole)

    @property
    def _choice(self) -> list[str]:
        return [*self.asked.choice.files, *self.asked.choice.arguments, str(self.asked.config or "")]

    @property
    def name(self) -> str:
        """What the jobs share. Jobs of one build that ask for different tests have different runs."""
        assert self.build.build_id
        choice = self._choice
        narrowed = [self.rerun_of or "", self.only.text.decode() if self.only else ""]
        different = [*narrowed, *choice] if any((*choice, *narrowed)) else []
        if not different or self.asked.origin.ci_build_id:
            return self.build.build_id
        return f"{self.build.build_id}/{hashlib.sha256(json.dumps(different).encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Ended:
    """The verdict that the job exits by."""

    last: Snapshot
    found: Findings
    started_here: bool
    note: str = ""


class CiJob:
    def __init__(self, asked: CiAsked, settings: Settings, transport: Transport, out: Console) -> None:
        self._asked = asked
        self._settings = settings
        self._transport = transport
        self._out = out
        self._earlier: list[str] = []
        """The runs of the build, newest first, as this job has found them."""

    async def work(self) -> Ended | OfflineResult:
        """Work for the build's run, or alone.

        Raises:
            Incomplete, Interrupted, UsageError, Stopped: see CiSession and OfflineJob.
        """
        wanted = self._asked.asked
        listing = asyncio.create_task(list_asked(wanted))
        try:
            chain = asyncio.create_task(self._decide())
            try:
                decision = await chain
            except ServerAway as away:
                return await self._offline(Listed(await listing, look_at(wanted.folder)), away)
            listed = Listed.of(await listing, wanted.folder, self._out)
            if isinstance(decision, Late):
                return await self._late(decision, listed)
            try:
                return await self._online(decision, listed)
            except ServerAway as away:
                return await self._offline(listed, away)
        finally:
            listing.cancel()
            await asyncio.wait([listing])

    @property
    def _project(self) -> str:
        wanted = self._asked.asked
        return wanted.origin.project or self._settings.project or look_at(wanted.folder).project

    async def _decide(self) -> Decision:
        chain = await read_chain(self._transport, self._asked.name, self._project, patience_s=self._asked.patience_s)
        self._earlier = [link.run_id for link in reversed(chain)]
        return decide(self._asked.name, chain, self._asked.build, self._asked.mode)

    async def _require_alike(self, run_id: str, listed: Listed) -> None:
        """What is run again of another build is what failed of it, whatever else the suite has by now."""
        if self._asked.rerun_of is None:
            runs = dict.fromkeys([run_id, *self._earlier])
            patience_s = self._asked.patience_s
            await require_alike(self._transport, runs, self._tests(listed), patience_s=patience_s)

    async def _late(self, late: Late, listed: Listed) -> Ended:
        await self._require_alike(late.run_id, listed)
        last = await current(self._transport, late.run_id)
        why = "Nothing of it failed, so there is nothing to run again" if late.nothing_failed else "This job came late"
        note = f"Run {late.run_id} of this build has ended. {why}: it exits by that verdict."
        self._out.print(note, markup=False)
        return Ended(last, await findings_of(self._transport, last), False, note)

    async def _online(self, decision: Start | Join, listed: Listed) -> Ended | OfflineResult:
        if isinstance(decision, Join):
            await self._require_alike(decision.run_id, listed)
            self._out.print(f"Joining run {decision.run_id} of this build.", markup=False)
            return await self._take_part(decision.run_id, listed, started_here=False)
        begun = await self._start(decision, listed)
        if begun.status not in OPEN:
            if begun.is_new_run:
                self._say(begun, decision)
            return await self._late(Late(begun.run_id, nothing_failed=begun.is_new_run), listed)
        await self._require_alike(begun.run_id, listed)
        self._say(begun, decision)
        return await self._take_part(begun.run_id, listed, started_here=begun.is_new_run)

    def _say(self, begun: Orchestrated, how: Start) -> None:
        longest = max((shard.estimated_duration for shard in begun.shards), default=0)
        verb = "Started" if begun.is_new_run else "Joined"
        what = "what failed or never ran of run " + how.rerun_of if how.rerun_of else "the whole suite"
        again = f" again, after run {how.after}" if how.after and not how.rerun_of else ""
        self._out.print(
            f"{verb} run {begun.run_id}: {what}{again}, {count(begun.total_tests, 'test')}, longest shard about "
            f"{duration(longest)}",
            markup=False,
        )
        say_warnings(self._out, begun)

    async def _start(self, how: Start, listed: Listed) -> Orchestrated:
        """The run of that name, whichever job starts it. What can't be repeated test by test is run whole."""
        until = time.monotonic() + _NOT_FINISHED_S
        rerun_of = how.rerun_of or self._asked.rerun_of
        while True:
            body = self._body(how, rerun_of, listed)
            try:
                return await runs_api.orchestrate(self._transport, body, idempotency_key=str(uuid.uuid4()))
            except Stopped as refused:
                if refused.code == "RERUN_NOT_POSSIBLE" and how.rerun_of:
                    self._out.print(f"{refused} So the whole suite runs.", markup=False)
                    rerun_of = None
                elif refused.code == "RUN_NOT_FINISHED" and time.monotonic() < until:
                    await asyncio.sleep(_LOOK_S)
                else:
                    raise

    def _body(self, how: Start, rerun_of: str | None, listed: Listed) -> Orchestrate:
        wanted, build = self._asked.asked, self._asked.build
        tests = self._tests(listed)
        jobs = build.job_total or _MOST_WORKERS // 4
        about = {
            "ci": build.provider,
            "ci_attempt": build.attempt,
            "ci_url": build.run_url,
            "pr_number": build.pr,
            "fork": build.is_fork or None,
            "actor": build.actor,
            "after": how.after,
            "rerun_of": rerun_of,
        }
        return Orchestrate(
            test_files=[] if rerun_of else listed.files_of(tests),
            worker_count=max(1, min(_MOST_WORKERS, jobs * wanted.workers)),
            project=self._project,
            branch=wanted.origin.branch or build.branch or listed.checkout.branch,
            commit_sha=wanted.origin.commit or build.commit or listed.checkout.commit,
            ci_build_id=how.name,
            metadata={**listed.metadata, **{name: value for name, value in about.items() if value is not None}},
            tests=tests,
            codeowners=listed.codeowners,
            healing_verdict=self._settings.healing_verdict,
        )

    def _tests(self, listed: Listed) -> list[wire.PlannedTest]:
        only = self._asked.only
        if only is None:
            return listed.tests
        tests = only.narrow(listed.tests)
        if not tests:
            raise Incomplete("The suite no longer has any of the tests of --failed-tests: start a whole run.")
        return tests

    async def _take_part(self, run_id: str, listed: Listed, *, started_here: bool) -> Ended:
        with ExitStack() as stack:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shifty-ci-")))
            write_suite(scratch / SUITE_FILE, listed.suite)
            await report_errors(self._transport, run_id, listed.suite)
            crew = LocalWorkers(self._command(run_id, scratch), self._asked.asked.workers)
            view = stack.enter_context(view_for(self._out))
            await crew.start()
            spool_root = self._settings.data_dir / "spool"
            last = await CiSession(self._transport, run_id, crew, view, spool_root).run_to_the_end()
        return Ended(last, await findings_of(self._transport, last), started_here)

    def _command(self, run_id: str, scratch: Path) -> WorkerCommand:
        command = worker_command(self._transport.address, run_id, self._asked.asked, self._settings, scratch)
        return replace(command, name=worker_name(self._asked.build, f"{socket.gethostname()}-{os.getpid()}"))

    async def _offline(self, listed: Listed, away: ServerAway) -> OfflineResult:
        build, wanted = self._asked.build, self._asked.asked
        if build.job_index is None or build.job_total is None or not self._asked.has_share:
            raise Incomplete(
                f"{away} Without it this job can only run a fixed share of the suite, and nothing says which: give "
                "--shard 2/4 (or SHIFTY_SHARD_INDEX and SHIFTY_TOTAL_SHARDS) in each job, or try again later."
            )
        shard = Shard(build.job_index, build.job_total)
        share = share_of(listed.suite, self._tests(listed), self._asked.durations, shard)
        tests = f"{len(share.tests)} of {count(share.of, 'test')}"
        self._out.print(f"OFFLINE: {away}", style="bold yellow", markup=False)
        self._out.print(
            f"OFFLINE: this job runs share {shard} of the suite on its own ({tests}, about "
            f"{duration(share.seconds * 1000)}); its exit code is the verdict of this share alone.",
            style="bold yellow",
            markup=False,
        )
        run = OfflineRun(
            project=self._project,
            build_id=self._asked.name,
            attempt=build.attempt or "1",
            shard=shard,
            branch=wanted.origin.branch or build.branch or listed.checkout.branch,
            commit=wanted.origin.commit or build.commit or listed.checkout.commit,
        )
        job = OfflineJob(self._transport, listed.suite, share, run, self._settings.data_dir / "spool")
        return await job.work(wanted.workers * wanted.lanes)
