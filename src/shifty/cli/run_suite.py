"""What the commands that run a suite share: list the suite, start the run, work on it on this machine, to its end."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from rich.console import Console

from shifty import wire
from shifty.cli.checkout import Checkout, look_at
from shifty.cli.data_dir import make_data_dir
from shifty.cli.display import view_for
from shifty.cli.exits import Interrupted
from shifty.cli.find_server import configured
from shifty.cli.findings import Findings, findings_of
from shifty.cli.local_server import LocalServer
from shifty.cli.local_workers import LocalWorkers, WorkerCommand
from shifty.cli.output import count, duration
from shifty.cli.owners import read_codeowners
from shifty.cli.run_options import Asked
from shifty.cli.session import Session
from shifty.client import runs_api
from shifty.client.model import Address, Orchestrated, Snapshot
from shifty.client.progress import current
from shifty.client.transport import Transport
from shifty.client.worker_api import post_events
from shifty.config import Settings
from shifty.worker.playwright.listing import list_suite
from shifty.worker.playwright.model import ListedTest, Stage, Suite
from shifty.worker.suite_file import write_suite

SUITE_FILE = "suite.json"
_CANCEL_S = 5.0


@dataclass(frozen=True)
class Listed:
    """What this machine has to run."""

    suite: Suite
    checkout: Checkout
    codeowners: str | None = None
    """The text of the repository's CODEOWNERS file."""

    @classmethod
    def of(cls, suite: Suite, folder: Path, out: Console) -> "Listed":
        owners = read_codeowners(folder)
        if owners.warning:
            out.print(f"  {owners.warning}", style="yellow", markup=False)
        return cls(suite, look_at(folder), owners.text)

    @property
    def tests(self) -> list[wire.PlannedTest]:
        return [_planned(test) for test in self.suite.tests]

    def files_of(self, tests: Sequence[wire.PlannedTest]) -> list[str]:
        """Their files. With none that loads there is no test to plan: those that do not, and the run shows why."""
        files = list(dict.fromkeys(test.test_file for test in tests))
        return files or [error.test_file for error in self.suite.errors if error.test_file]

    @property
    def metadata(self) -> Mapping[str, str]:
        about = {"actor": self.checkout.actor, "commit_message": self.checkout.commit_title}
        return {"playwright": self.suite.version, **{name: value for name, value in about.items() if value}}


Start: TypeAlias = Callable[[Transport, Listed], Coroutine[None, None, Orchestrated]]


async def run_suite(asked: Asked, settings: Settings, out: Console, start: Start) -> tuple[Snapshot, Findings]:
    """Run what ``start`` starts, on workers of this machine; the run's last snapshot, and what went wrong in it."""
    make_data_dir(settings.data_dir)
    async with AsyncExitStack() as stack:
        address = configured(settings)
        server = LocalServer(settings.data_dir) if address is None else None
        # Both take about a second; neither needs the other.
        listing = asyncio.create_task(list_asked(asked))
        local = await _entered(stack, server, listing)
        suite = await listing
        transport = await stack.enter_async_context(Transport(address or _address(local)))
        begun = await stack.enter_async_context(
            started(transport, start(transport, Listed.of(suite, asked.folder, out)))
        )
        _say_plan(out, begun, asked)
        if begun.status == "completed":
            return await current(transport, begun.run_id), Findings()
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shifty-run-")))
        write_suite(scratch / SUITE_FILE, suite)
        command = worker_command(transport.address, begun.run_id, asked, settings, scratch)
        await report_errors(transport, begun.run_id, suite)
        _say_errors(out, suite)
        crew = LocalWorkers(command, asked.workers)
        view = stack.enter_context(view_for(out))
        await crew.start()
        session = Session(transport, begun.run_id, crew, view, local, settings.data_dir / "spool")
        last = await session.run_to_the_end()
        return last, await findings_of(transport, last)


@asynccontextmanager
async def started(transport: Transport, starting: Coroutine[None, None, Orchestrated]) -> AsyncGenerator[Orchestrated]:
    """The run that ``starting`` starts. Until a session listens to Ctrl-C, one cancels it: nobody would work on it.

    Raises:
        Interrupted: it was.
    """
    task = asyncio.create_task(starting)
    try:
        yield await asyncio.shield(task)
    except asyncio.CancelledError:
        # The request that was under way may have started it all the same.
        run_id = (await task).run_id
        await runs_api.cancel(transport, run_id, patience_s=_CANCEL_S)
        raise Interrupted(f"Stopped before its workers began; run {run_id} is cancelled.") from None


async def list_asked(asked: Asked) -> Suite:
    """The suite as Playwright lists it."""
    choice = asked.choice
    return await list_suite(asked.folder, config=asked.config, files=choice.files, extra_args=choice.arguments)


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


def _planned(test: ListedTest) -> wire.PlannedTest:
    fields = {name: getattr(test.ref, name) for name in test.ref.__struct_fields__}
    return wire.PlannedTest(**fields, parallel=test.parallel, stage=_STAGES[test.stage])


_STAGES: dict[Stage, Literal["main", "setup", "teardown"]] = {"test": "main", "setup": "setup", "teardown": "teardown"}


def _say_plan(out: Console, begun: Orchestrated, asked: Asked) -> None:
    if begun.status != "completed":
        longest = max((shard.estimated_duration for shard in begun.shards), default=0)
        tests, workers = count(begun.total_tests, "test"), count(asked.workers, "worker")
        out.print(f"Run {begun.run_id}: {tests} over {workers}, longest shard about {duration(longest)}", markup=False)
    say_warnings(out, begun)


def say_warnings(out: Console, begun: Orchestrated) -> None:
    for warning in begun.warnings:
        out.print(f"  {warning.message}", style="yellow", markup=False)


def worker_command(address: Address, run_id: str, asked: Asked, settings: Settings, scratch: Path) -> WorkerCommand:
    """How a worker of the run is started, with the suite as it was written to ``scratch``."""
    return WorkerCommand(
        arguments=[
            *("--run", run_id, "--suite", str(scratch / SUITE_FILE), "--workers", str(asked.lanes)),
            *("--data-dir", str(settings.data_dir), "--healing", settings.healing),
        ],
        environment={"SHIFTY_API_URL": address.url, "SHIFTY_API_KEY": address.key, "SHIFTY_TENANT_ID": address.tenant},
        logs=settings.data_dir / "logs" / run_id,
    )


def _say_errors(out: Console, suite: Suite) -> None:
    """Said at once: whoever waits for this run may rather repair it first."""
    files = list(dict.fromkeys(error.test_file for error in suite.errors if error.test_file))
    if files:
        verb = "does not load and is" if len(files) == 1 else "do not load and are"
        names = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
        out.print(f"  {count(len(files), 'file')} {verb} left out: {names}", style="yellow", markup=False)


async def report_errors(transport: Transport, run_id: str, suite: Suite) -> None:
    """What did not load runs nowhere, and must fail the run all the same."""
    payloads = [msgspec.structs.replace(error, run_id=run_id) for error in suite.errors]
    messages = [msgspec.json.encode(wire.RunErrorMessage(payload=payload)) for payload in payloads]
    if messages:
        await post_events(transport, run_id, messages, patience_s=transport.patience_s)
