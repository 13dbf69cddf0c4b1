"""``shifty rerun``: a run again, or what of it failed or never ran, on workers of this machine."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shifty.cli.checkout import DIRTY, Checkout
from shifty.cli.cores import default_workers
from shifty.cli.exits import Incomplete, exit_of_run
from shifty.cli.options import ApiKey, ApiUrl, Config, DataDir, Flags, Healing, HealingVerdict, Json, RunId, TenantName
from shifty.cli.output import console, print_json
from shifty.cli.run_id import resolve
from shifty.cli.run_options import Asked, Branch, Choice, CiBuildId, Commit, Folder, Lanes, Origin, PwArg, Workers
from shifty.cli.run_suite import Listed, run_suite
from shifty.cli.summary import print_summary, summary_of
from shifty.client import runs_api
from shifty.client.errors import Stopped
from shifty.client.model import Orchestrated, RunInFull
from shifty.client.runs_api import Orchestrate
from shifty.client.transport import Transport
from shifty.config import Settings


def register(app: typer.Typer) -> None:
    app.command("rerun")(rerun)


def rerun(
    run: RunId,
    failed: Annotated[bool, typer.Option("--failed", help="Only the tests that failed or never ran.")] = False,
    workers: Workers = None,
    lanes: Lanes = 1,
    folder: Folder = Path(),
    config: Config = None,
    branch: Branch = None,
    commit: Commit = None,
    ci_build_id: CiBuildId = None,
    pw_arg: PwArg = None,
    healing: Healing = None,
    healing_verdict: HealingVerdict = None,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Run the tests of an earlier run again, on workers of this machine, and wait for the verdict.

    A test that failed then and passes now, at the same commit, is flaky. With --failed and nothing that failed it runs
    nothing, says so, and passes.
    """
    origin = Origin(None, branch, commit, ci_build_id)
    asked = Asked(folder, config, Choice((), pw_arg or ()), workers or default_workers(), lanes, origin)
    out = console(json=json)
    settings = Flags(api_url, api_key, tenant, data_dir, healing, healing_verdict).settings()
    again = _Again(asked, settings, run, failed, out)
    began = time.monotonic()
    last, found = asyncio.run(run_suite(asked, settings, out, again.start))
    wall_s = time.monotonic() - began
    if last.total_tests:
        print_summary(out, last, found, wall_s)
    if json:
        print_json(summary_of(last, wall_s))
    raise typer.Exit(exit_of_run(last))


@dataclass(frozen=True)
class _Again:
    asked: Asked
    settings: Settings
    run: str
    failed: bool
    out: Console

    async def start(self, transport: Transport, listed: Listed) -> Orchestrated:
        run_id = await resolve(transport, self.run)
        original = runs_api.read_details(await runs_api.run_details(transport, run_id, results=1)).run
        commit = self._commit(original, listed.checkout)
        body = Orchestrate(
            worker_count=self.asked.workers,
            branch=self.asked.origin.branch or listed.checkout.branch,
            commit_sha=commit,
            ci_build_id=self.asked.origin.ci_build_id,
            metadata={**listed.metadata, "rerun_of": run_id},
            tests=listed.tests,
            codeowners=listed.codeowners,
            rerun_scope="failed" if self.failed else "all",
            healing_verdict=self.settings.healing_verdict,
        )
        try:
            return await runs_api.orchestrate(transport, body, idempotency_key=str(uuid.uuid4()))
        except Stopped as refused:
            if refused.code == "RERUN_NOT_POSSIBLE":
                raise Incomplete(str(refused)) from refused
            raise

    def _commit(self, original: RunInFull, checkout: Checkout) -> str | None:
        """What is run here. A change that nobody has committed is another state than its commit's and the last one."""
        if self.asked.origin.commit or checkout.commit is None:
            return self.asked.origin.commit
        commit = checkout.commit
        if original.commit_sha and (original.commit_sha != commit or commit.endswith(DIRTY)):
            there = f"this checkout is at {_short(commit)}, run {original.id[:8]} was at {_short(original.commit_sha)}"
            self.out.print(f"  Note: {there}; a test that passes now counts as repaired, not as flaky.", markup=False)
        return commit


def _short(commit: str) -> str:
    return commit.removesuffix(DIRTY)[:10] + (" with changes" if commit.endswith(DIRTY) else "")
