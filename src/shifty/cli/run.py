"""``shifty run``: a suite over local workers, with live progress, until its verdict."""

import asyncio
import time
import uuid
from functools import partial
from pathlib import Path

import typer

from shifty.cli.cores import default_workers
from shifty.cli.exits import exit_of_run
from shifty.cli.options import ApiKey, ApiUrl, Config, DataDir, Flags, Healing, HealingVerdict, Json, TenantName
from shifty.cli.output import console, print_json
from shifty.cli.run_options import (
    Asked,
    Branch,
    CiBuildId,
    Commit,
    Files,
    Folder,
    Grep,
    Lanes,
    Origin,
    Project,
    PwArg,
    PwProject,
    Workers,
    choose,
)
from shifty.cli.run_suite import Listed, run_suite
from shifty.cli.summary import print_summary, summary_of
from shifty.client import runs_api
from shifty.client.model import Orchestrated
from shifty.client.runs_api import Orchestrate
from shifty.client.transport import Transport
from shifty.config import Settings


def register(app: typer.Typer) -> None:
    app.command("run")(run)


def run(
    files: Files = None,
    workers: Workers = None,
    lanes: Lanes = 1,
    folder: Folder = Path(),
    config: Config = None,
    grep: Grep = None,
    pw_project: PwProject = None,
    project: Project = None,
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
    """Run a Playwright suite on several workers of this machine and wait for its verdict.

    Without a configured server it uses the one of this machine, or starts it for as long as it takes; history stays, so
    that the next run is balanced by this one. Everything after -- goes to Playwright.
    """
    choice = choose(files, pw_arg, pw_project, grep)
    origin = Origin(project, branch, commit, ci_build_id)
    asked = Asked(folder, config, choice, workers or default_workers(), lanes, origin)
    settings = Flags(api_url, api_key, tenant, data_dir, healing, healing_verdict).settings()
    out = console(json=json)
    began = time.monotonic()
    last, found = asyncio.run(run_suite(asked, settings, out, partial(_start, asked, settings)))
    wall_s = time.monotonic() - began
    print_summary(out, last, found, wall_s)
    if json:
        print_json(summary_of(last, wall_s))
    raise typer.Exit(exit_of_run(last))


async def _start(asked: Asked, settings: Settings, transport: Transport, listed: Listed) -> Orchestrated:
    checkout, tests = listed.checkout, listed.tests
    return await runs_api.orchestrate(
        transport,
        Orchestrate(
            test_files=listed.files_of(tests),
            worker_count=asked.workers,
            project=asked.origin.project or settings.project or checkout.project,
            branch=asked.origin.branch or checkout.branch,
            commit_sha=asked.origin.commit or checkout.commit,
            ci_build_id=asked.origin.ci_build_id,
            metadata=listed.metadata,
            tests=tests,
            codeowners=listed.codeowners,
            healing_verdict=settings.healing_verdict,
        ),
        idempotency_key=str(uuid.uuid4()),
    )
