"""Starts jobs of CI builds: ``shifty ci`` with the environment of a provider, in a checkout of its own."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.command_line import CommandLine, Done, make_project
from tests.support.server import RunningServer

SUITE: Mapping[str, str] = {
    "stable": "".join(f"test('passes {number}', async () => {{ await sleep(100); }});\n" for number in range(4)),
    "other": "test('passes, too', async () => {});\n",
    # Fails until somebody repairs it.
    "moody": "test('pays', () => { expect(require('fs').existsSync(__dirname + '/../repaired')).toBe(true); });\n",
}


def make_checkout(folder: Path, suite: Mapping[str, str] = SUITE) -> CommandLine:
    """A machine of a CI with the project ``shop``; every checkout of a test has the same files."""
    return CommandLine(folder / "data", make_project(folder / "shop", suite))


def secrets(server: RunningServer) -> dict[str, str]:
    return {"SHIFTY_API_URL": server.url, "SHIFTY_API_KEY": server.key, "SHIFTY_TENANT_ID": str(server.tenant.id)}


async def run_jobs(jobs: list[tuple[CommandLine, Mapping[str, str]]], *arguments: str) -> list[Done]:
    """``shifty ci --json`` in all of them at once; the server shares the test's event loop."""
    calls = [asyncio.to_thread(machine.run, "ci", "--json", *arguments, env=env) for machine, env in jobs]
    return list(await asyncio.gather(*calls))
