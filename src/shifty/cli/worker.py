"""``shifty worker``: runs the tests of one run, or of any run of this project, on this machine."""

import asyncio
import os
import signal
import socket
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from shifty.cli.checkout import project_slug
from shifty.cli.exits import Exit
from shifty.cli.find_server import configured
from shifty.cli.local_server import running_here
from shifty.cli.options import ApiKey, ApiUrl, Config, DataDir, Flags, Healing, TenantName
from shifty.cli.parent import end_with_parent
from shifty.client.model import Address
from shifty.client.transport import Transport
from shifty.client.worker_api import Claimant
from shifty.config import Settings
from shifty.errors import UsageError
from shifty.logs import set_up_logs
from shifty.worker.agent import Agent, Farewell, Terms
from shifty.worker.assignment import Workplace
from shifty.worker.playwright.listing import list_suite
from shifty.worker.suite_file import read_suite

Run: TypeAlias = Annotated[
    str | None, typer.Option("--run", help="The run to work for [SHIFTY_RUN_ID]; default: any of this project.")
]
Lanes: TypeAlias = Annotated[
    int, typer.Option("--workers", "-w", min=1, max=64, help="Tests that run at once on this machine.")
]
Patience: TypeAlias = Annotated[
    float, typer.Option(min=0, help="Seconds to wait for a server that is away before giving up.")
]

_EXITS: dict[Farewell, Exit] = {"drained": Exit.PASSED, "left": Exit.PASSED, "cancelled": Exit.CANCELLED}


def register(app: typer.Typer) -> None:
    app.command("worker")(worker)


def worker(
    run: Run = None,
    project: Annotated[Path, typer.Option("--project", "-C", help="Folder of the Playwright project.")] = Path(),
    config: Config = None,
    workers: Lanes = 1,
    name: Annotated[str | None, typer.Option(help="Name of this worker; default: host and process.")] = None,
    patience: Patience = 600,
    healing: Healing = None,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
    suite_file: Annotated[Path | None, typer.Option("--suite", hidden=True)] = None,
    with_parent: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Claim tests, run them with Playwright, report, and claim again.

    With a run it ends when the run has no more work. Without one it waits for runs of this project until SIGTERM, which
    hands unfinished tests back at once.
    """
    if with_parent:
        end_with_parent(with_parent)
    settings = Flags(api_url, api_key, tenant, data_dir, healing).settings()
    set_up_logs(settings.log_level, settings.log_format)
    run_id = run or settings.run_id
    projects = None if run_id else (settings.project or project_slug(project),)
    claimant = Claimant(uuid.uuid4(), name or f"{socket.gethostname()}-{os.getpid()}", workers, projects)

    async def work() -> Farewell:
        suite = read_suite(suite_file) if suite_file else await list_suite(project, config=config)
        place = Workplace(
            suite, workers, settings.data_dir / "spool", patience, settings.upload_patience_seconds, settings.healing
        )
        return await _work(settings, claimant, place, Terms(run_id, settings.heartbeat_seconds))

    raise typer.Exit(_EXITS[asyncio.run(work())])


async def _work(settings: Settings, claimant: Claimant, place: Workplace, terms: Terms) -> Farewell:
    async with _transport(settings) as transport:
        agent = Agent(transport, claimant, place, terms)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, agent.leave)
        return await agent.work()


@asynccontextmanager
async def _transport(settings: Settings) -> AsyncGenerator[Transport]:
    address = configured(settings) or _here(settings)
    async with Transport(address) as transport:
        yield transport


def _here(settings: Settings) -> Address:
    address = running_here(settings.data_dir)
    if address is None:
        raise UsageError("No server is known: set SHIFTY_API_URL and SHIFTY_API_KEY, or start one with `shifty up`.")
    return address
