"""``shifty ci``: the jobs of a CI build share one run, and each exits by its verdict."""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer
from rich.console import Console

from shifty.cli.ci_failed import read_failed_list
from shifty.cli.ci_job import CiAsked, CiJob, Ended
from shifty.cli.ci_offline import OfflineResult
from shifty.cli.ci_provider import CiBuild, Event, read_build
from shifty.cli.ci_report import annotations, append, markdown, tell_github
from shifty.cli.ci_say import offline_json, print_offline
from shifty.cli.data_dir import make_data_dir
from shifty.cli.durations import read_durations
from shifty.cli.exits import Exit, exit_of_run
from shifty.cli.find_server import configured
from shifty.cli.options import ApiKey, ApiUrl, Config, DataDir, Flags, Healing, HealingVerdict, Json, TenantName
from shifty.cli.output import console, count, print_json
from shifty.cli.run_id import resolve
from shifty.cli.run_options import (
    Asked,
    Branch,
    Commit,
    Files,
    Folder,
    Grep,
    Lanes,
    Origin,
    Project,
    PwArg,
    PwProject,
    choose,
)
from shifty.cli.summary import print_summary, summary_of
from shifty.client.model import Address
from shifty.client.transport import Transport
from shifty.config import Settings
from shifty.errors import UsageError
from shifty.worker.leftovers import deliver_leftovers
from shifty.worker.spool import folders

_NO_SERVER = (
    "`shifty ci` needs a server that all jobs of the build reach: set SHIFTY_API_URL and SHIFTY_API_KEY, from the "
    "secrets of the CI (docs/ci/README.md). On one machine alone, `shifty run` needs none."
)
_NO_BUILD = (
    "No CI build is recognised here, so the jobs would not find each other: give --build-id a text that is the same in "
    "all jobs of the build and in no other build."
)


def register(app: typer.Typer) -> None:
    app.command("ci")(ci)


def ci(
    files: Files = None,
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, max=20, help="Workers in this job.")] = 1,
    lanes: Lanes = 1,
    folder: Folder = Path(),
    config: Config = None,
    grep: Grep = None,
    pw_project: PwProject = None,
    pw_arg: PwArg = None,
    project: Project = None,
    branch: Branch = None,
    commit: Commit = None,
    build_id: Annotated[
        str | None, typer.Option("--build-id", help="The same in all jobs of a build; default: as the CI names it.")
    ] = None,
    attempt: Annotated[
        str | None, typer.Option("--attempt", help="Another one for each start of the build's jobs; default: the CI's.")
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option("--shard", help="This job of how many, such as 2/4; default: as the CI numbers its jobs."),
    ] = None,
    rerun: Annotated[
        Literal["auto", "failed", "all"],
        typer.Option("--rerun", help="What a retried job runs: failed, all, or auto: failed unless all had passed."),
    ] = "auto",
    rerun_of: Annotated[
        str | None, typer.Option("--rerun-of", help="Run only what failed of this run or never ran.")
    ] = None,
    failed_tests: Annotated[
        Path | None, typer.Option("--failed-tests", help="Run only these tests: JSON as `shifty failed RUN --json`.")
    ] = None,
    patience: Annotated[
        float, typer.Option("--patience", min=0, help="Seconds to wait for the server before this job goes on alone.")
    ] = 60,
    durations: Annotated[
        Path | None,
        typer.Option("--durations", "-d", help="Seconds by spec file or test id, for a share without server."),
    ] = None,
    deliver: Annotated[
        bool, typer.Option("--deliver", help="Run nothing: deliver what jobs without a server left in the data folder.")
    ] = False,
    healing: Healing = None,
    healing_verdict: HealingVerdict = None,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Work for the run that all jobs of this CI build share, wait for its verdict, and exit by it.

    The first job starts the run, others join it; a retried job runs what failed. When the server is away, each job runs
    its share of the suite and delivers the results later.
    """
    settings = Flags(api_url, api_key, tenant, data_dir, healing, healing_verdict).settings()
    address = configured(settings)
    if address is None:
        raise UsageError(_NO_SERVER)
    out = console(json=json)
    if deliver:
        raise typer.Exit(asyncio.run(_deliver(address, settings, out)))
    build = _build(os.environ, settings, build_id, attempt, shard)
    choice = choose(files, pw_arg, pw_project, grep)
    asked = CiAsked(
        asked=Asked(folder, config, choice, workers, lanes, Origin(project, branch, commit, build_id)),
        build=build,
        mode=rerun,
        patience_s=patience,
        durations=read_durations([durations])[0] if durations else {},
        rerun_of=rerun_of,
        only=read_failed_list(failed_tests) if failed_tests else None,
    )
    if asked.only is not None and not asked.only.tests:
        out.print("The list of failed tests is empty, so there is nothing to run.")
        raise typer.Exit(Exit.PASSED)
    make_data_dir(settings.data_dir)
    began = time.monotonic()
    ended = asyncio.run(_work(asked, address, settings, out))
    raise typer.Exit(_tell(ended, out, time.monotonic() - began, json=json))


async def _work(asked: CiAsked, address: Address, settings: Settings, out: Console) -> Ended | OfflineResult:
    async with Transport(address, patience_s=asked.patience_s) as transport:
        if asked.rerun_of:
            asked = replace(asked, rerun_of=await resolve(transport, asked.rerun_of))
        return await CiJob(asked, settings, transport, out).work()


def _build(
    environ: Mapping[str, str], settings: Settings, build_id: str | None, attempt: str | None, shard: str | None
) -> CiBuild:
    build = read_build(environ, _event(environ.get("GITHUB_EVENT_PATH")))
    if build_id:
        build = replace(build, build_id=build_id)
    if build.build_id is None:
        raise UsageError(_NO_BUILD)
    if attempt:
        build = replace(build, attempt=attempt, is_retry=attempt != "1")
    if shard:
        index, total = parse_shard(shard)
        return replace(build, job_index=index, job_total=total, is_share_given=True)
    if settings.shard_index is not None and settings.total_shards is not None:
        if settings.shard_index >= settings.total_shards:
            raise UsageError(
                f"SHIFTY_SHARD_INDEX is {settings.shard_index}; with SHIFTY_TOTAL_SHARDS {settings.total_shards} it "
                f"counts from 0 to {settings.total_shards - 1}."
            )
        index, total = settings.shard_index, settings.total_shards
        return replace(build, job_index=index, job_total=total, is_share_given=True)
    return build


def parse_shard(text: str) -> tuple[int, int]:
    """The index from 0, and the total, of ``2/4``."""
    index, _, total = text.partition("/")
    if index.isascii() and index.isdigit() and total.isascii() and total.isdigit():
        number, of = int(index), int(total)
        if 1 <= number <= of <= 1000:
            return number - 1, of
    raise UsageError(f"--shard {text}: write it as 2/4, the second of four jobs.")


def _event(path: str | None) -> Event | None:
    """What GitHub's event file says; a file that can't be read says nothing."""
    if not path:
        return None
    try:
        event = msgspec.json.decode(Path(path).read_bytes(), type=_Event)
    except (OSError, msgspec.MsgspecError, RecursionError):
        return None
    pull = event.pull_request
    # The repository of a fork that has been deleted is null.
    is_fork = pull.head.repo is None or pull.base is None or pull.head.repo != pull.base.repo
    return Event(pull.number, pull.head.sha, is_fork)


class _Repository(msgspec.Struct, frozen=True):
    full_name: str


class _Base(msgspec.Struct, frozen=True):
    repo: _Repository | None = None


class _Head(msgspec.Struct, frozen=True):
    sha: str
    repo: _Repository | None = None


class _PullRequest(msgspec.Struct, frozen=True):
    number: int
    head: _Head
    base: _Base | None = None


class _Event(msgspec.Struct, frozen=True):
    pull_request: _PullRequest


def _tell(ended: Ended | OfflineResult, out: Console, wall_s: float, *, json: bool) -> Exit:
    environ = os.environ
    if isinstance(ended, OfflineResult):
        print_offline(out, ended)
        append(environ.get("GITHUB_OUTPUT"), f"run-id={ended.run_id}\nconclusion=offline\n")
        if json:
            print_json(offline_json(ended))
        return ended.exit
    last, found = ended.last, ended.found
    if last.total_tests or not ended.note:
        print_summary(out, last, found, wall_s)
    if ended.started_here:
        # Once a run: every job of it would repeat the same lines.
        tell_github(environ, out.file, annotations(found, warn=last.healing_verdict != "report"))
    append(environ.get("GITHUB_STEP_SUMMARY"), markdown(last, found, ended.note) + "\n")
    append(environ.get("GITHUB_OUTPUT"), f"run-id={last.id}\nconclusion={last.conclusion or last.status}\n")
    if json:
        print_json(summary_of(last, wall_s))
    return exit_of_run(last)


async def _deliver(address: Address, settings: Settings, out: Console) -> Exit:
    root = settings.data_dir / "spool"
    waiting = len(list(folders(root)))
    if not waiting:
        out.print(f"Nothing waits in {root}.", markup=False)
        return Exit.PASSED
    async with Transport(address) as transport:
        delivered = await deliver_leftovers(root, transport)
    out.print(f"Delivered the results of {delivered} of {count(waiting, 'job')} in {root}.", markup=False)
    if delivered < waiting:
        out.print("The rest is of another server or tenant, or could not be delivered now; it stays.", markup=False)
    return Exit.PASSED if delivered == waiting else Exit.INCOMPLETE
