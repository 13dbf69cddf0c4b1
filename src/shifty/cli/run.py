"""``shifty run``: a suite over local workers, with live progress, until its verdict."""

import asyncio
import tempfile
import time
import uuid
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal

import msgspec
import typer
from rich.console import Console

from shifty import wire
from shifty.cli.checkout import Checkout, look_at
from shifty.cli.cores import default_workers
from shifty.cli.data_dir import make_data_dir
from shifty.cli.display import view_for
from shifty.cli.exits import exit_of_run
from shifty.cli.find_server import configured
from shifty.cli.findings import Findings, findings_of
from shifty.cli.local_server import LocalServer
from shifty.cli.local_workers import LocalWorkers, WorkerCommand
from shifty.cli.options import ApiKey, ApiUrl, Config, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, count, duration, print_json
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
from shifty.cli.session import Session
from shifty.cli.summary import print_summary, summary_of
from shifty.client import runs_api
from shifty.client.model import Address, Orchestrated, Snapshot
from shifty.client.runs_api import Orchestrate
from shifty.client.transport import Transport
from shifty.client.worker_api import post_events
from shifty.config import Settings
from shifty.worker.playwright.listing import list_suite
from shifty.worker.playwright.model import ListedTest, Stage, Suite
from shifty.worker.suite_file import write_suite


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
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    out = console(json=json)
    began = time.monotonic()
    last, found = asyncio.run(_run(asked, settings, out))
    wall_s = time.monotonic() - began
    print_summary(out, last, found, wall_s)
    if json:
        print_json(summary_of(last, wall_s))
    raise typer.Exit(exit_of_run(last))


async def _run(asked: Asked, settings: Settings, out: Console) -> tuple[Snapshot, Findings]:
    make_data_dir(settings.data_dir)
    async with AsyncExitStack() as stack:
        address = configured(settings)
        server = LocalServer(settings.data_dir) if address is None else None
        # Both take about a second; neither needs the other.
        listing = asyncio.create_task(
            list_suite(asked.folder, config=asked.config, files=asked.choice.files, extra_args=asked.choice.arguments)
        )
        local = await _entered(stack, server, listing)
        suite = await listing
        transport = await stack.enter_async_context(Transport(address or _address(local)))
        begun = await _start(transport, asked, suite, settings)
        _say_plan(out, begun, asked)
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shifty-run-")))
        command = _worker_command(transport.address, begun.run_id, asked, settings, scratch)
        write_suite(scratch / "suite.json", suite)
        await _report_errors(transport, begun.run_id, suite)
        _say_errors(out, suite)
        crew = LocalWorkers(command, asked.workers)
        view = stack.enter_context(view_for(out))
        await crew.start()
        session = Session(transport, begun.run_id, crew, view, local)
        last = await session.run_to_the_end()
        return last, await findings_of(transport, last)


async def _entered(
    stack: AsyncExitStack, server: LocalServer | None, listing: asyncio.Task[Suite]
) -> LocalServer | None:
    """The local server, once it is there; it starts while the suite is listed."""
    if server is None:
        return None
    starting = asyncio.create_task(stack.enter_async_context(server))
    await asyncio.wait({starting, listing}, return_when=asyncio.FIRST_EXCEPTION)
    if not starting.done():
        await asyncio.wait({starting})
    if starting.exception() is not None:
        listing.cancel()
        await asyncio.gather(listing, return_exceptions=True)
    return starting.result()


def _address(local: LocalServer | None) -> Address:
    assert local is not None
    return local.address


async def _start(transport: Transport, asked: Asked, suite: Suite, settings: Settings) -> Orchestrated:
    checkout = look_at(asked.folder)
    tests = [_planned(test) for test in suite.tests]
    files = list(dict.fromkeys(test.test_file for test in tests))
    # With no file that loads there is no test to plan; the run then shows why.
    files = files or [error.test_file for error in suite.errors if error.test_file]
    return await runs_api.orchestrate(
        transport,
        Orchestrate(
            test_files=files,
            worker_count=asked.workers,
            project=asked.origin.project or settings.project or checkout.project,
            branch=asked.origin.branch or checkout.branch,
            commit_sha=asked.origin.commit or checkout.commit,
            ci_build_id=asked.origin.ci_build_id,
            metadata=_metadata(checkout, suite),
            tests=tests,
        ),
        idempotency_key=str(uuid.uuid4()),
    )


def _planned(test: ListedTest) -> wire.PlannedTest:
    fields = {name: getattr(test.ref, name) for name in test.ref.__struct_fields__}
    return wire.PlannedTest(**fields, parallel=test.parallel, stage=_STAGES[test.stage])


_STAGES: dict[Stage, Literal["main", "setup", "teardown"]] = {"test": "main", "setup": "setup", "teardown": "teardown"}


def _metadata(checkout: Checkout, suite: Suite) -> dict[str, str]:
    return {"playwright": suite.version, **({"actor": checkout.actor} if checkout.actor else {})}


def _say_plan(out: Console, begun: Orchestrated, asked: Asked) -> None:
    longest = max((shard.estimated_duration for shard in begun.shards), default=0)
    tests, workers = count(begun.total_tests, "test"), count(asked.workers, "worker")
    out.print(f"Run {begun.run_id}: {tests} over {workers}, longest shard about {duration(longest)}", markup=False)
    for warning in begun.warnings:
        out.print(f"  {warning.message}", style="yellow", markup=False)


def _say_errors(out: Console, suite: Suite) -> None:
    """Said at once: whoever waits for this run may rather repair it first."""
    files = list(dict.fromkeys(error.test_file for error in suite.errors if error.test_file))
    if files:
        verb = "does not load and is" if len(files) == 1 else "do not load and are"
        names = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
        out.print(f"  {count(len(files), 'file')} {verb} left out: {names}", style="yellow", markup=False)


def _worker_command(address: Address, run_id: str, asked: Asked, settings: Settings, scratch: Path) -> WorkerCommand:
    return WorkerCommand(
        arguments=[
            *("--run", run_id, "--suite", str(scratch / "suite.json"), "--workers", str(asked.lanes)),
            *("--data-dir", str(settings.data_dir)),
        ],
        environment={"SHIFTY_API_URL": address.url, "SHIFTY_API_KEY": address.key, "SHIFTY_TENANT_ID": address.tenant},
        logs=settings.data_dir / "logs" / run_id,
    )


async def _report_errors(transport: Transport, run_id: str, suite: Suite) -> None:
    """What did not load runs nowhere, and must fail the run all the same."""
    payloads = [msgspec.structs.replace(error, run_id=run_id) for error in suite.errors]
    messages = [msgspec.json.encode(wire.RunErrorMessage(payload=payload)) for payload in payloads]
    if messages:
        await post_events(transport, run_id, messages, patience_s=transport.patience_s)
