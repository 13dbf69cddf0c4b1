"""``shifty queue``: what waits and who works."""

import asyncio
from datetime import UTC, datetime

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, count, duration, minute, print_json, table
from shifty.client import runs_api, timeline_api
from shifty.client.model import QueueStats
from shifty.client.timeline_api import LostLease, Queue, QueueWorker, WaitingRun
from shifty.config import Settings


def register(app: typer.Typer) -> None:
    app.command("queue")(queue)


def queue(
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Show the queue: what waits and why, who works, and what was lost lately."""
    stats, body = asyncio.run(_fetch(Flags(api_url, api_key, tenant, data_dir).settings()))
    if json:
        print_json({**msgspec.to_builtins(stats), "queue": msgspec.Raw(body)})
        return
    _print(console(json=False), stats, timeline_api.read_queue(body))


async def _fetch(settings: Settings) -> tuple[QueueStats, bytes]:
    async with connected(settings) as transport:
        return await runs_api.queue_stats(transport), await timeline_api.queue(transport)


def _print(out: Console, stats: QueueStats, found: Queue) -> None:
    shards = table("waiting", "active", "completed", "lost", "workers", "oldest waits")
    numbers = (stats.waiting, stats.active, stats.completed, stats.failed, stats.workers or 0)
    shards.add_row(*map(str, numbers), duration(stats.oldest_waiting_ms))
    out.print(shards)
    out.print()
    _print_waiting(out, found)
    if workers := [*found.workers, *(worker for worker in found.others if worker.doing != "done")]:
        _print_workers(out, workers)
    if found.lost:
        _print_lost(out, found.lost)


def _print_waiting(out: Console, found: Queue) -> None:
    if not found.waiting:
        out.print("Nothing waits.")
        out.print()
        return
    for run in found.waiting:
        out.print(Text(_waiting_line(run)), soft_wrap=True)
        out.print(Text(f"   {run.sentence}", style="red" if run.command else "dim"), soft_wrap=True)
        if run.command:
            out.print(Text(f"   {run.command}"), soft_wrap=True)
    if found.waiting_runs > len(found.waiting):
        out.print(f"and {count(found.waiting_runs - len(found.waiting), 'run')} more")
    out.print()


def _waiting_line(run: WaitingRun) -> str:
    branch = f" ({run.branch})" if run.branch else ""
    waits = f"{count(run.waiting_tests, 'test')} in {count(run.waiting_shards, 'shard')}"
    since = duration((datetime.now(UTC) - run.created_at).total_seconds() * 1000)
    return f"{run.position}. {run.run_id[:8]} {run.project}{branch}: {waits}, {duration(run.waiting_ms)}; for {since}"


def _print_workers(out: Console, workers: list[QueueWorker]) -> None:
    numbers = ("batch", "done", "heard of", "lease ends")
    listed = table("worker", "project", "run", "does", *numbers, "runs now", right=numbers)
    for each in workers:
        listed.add_row(
            Text(each.worker),
            each.project,
            each.run_id[:8],
            each.doing,
            str(each.seq or ""),
            f"{each.done}/{each.tests}" if each.seq else "",
            f"{duration(each.silent_ms)} ago",
            f"in {duration(max(0, each.expires_in_ms))}" if each.expires_in_ms is not None else "",
            Text(", ".join(each.running[:2] or each.files[:2])),
        )
    out.print(listed)
    out.print()


def _print_lost(out: Console, leases: list[LostLease]) -> None:
    listed = table("lost in 24 hours", "project", "run", "batch", "when", "after", right=("batch", "after"))
    for lost in leases:
        held = (lost.ended_at - lost.granted_at).total_seconds() * 1000
        row = (lost.project, lost.run_id[:8], str(lost.seq), minute(lost.ended_at), duration(held))
        listed.add_row(Text(lost.worker), *row)
    out.print(listed)
