"""``shifty failed RUN``: what to run again."""

import asyncio
import sys
from enum import StrEnum
from typing import Annotated

import typer

from shifty.cli.display import print_failure
from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, RunId, TenantName
from shifty.cli.output import console, print_json_bytes
from shifty.cli.run_id import resolve
from shifty.cli.summary import print_not_run
from shifty.client import runs_api
from shifty.config import Settings


class Format(StrEnum):
    TEST_LIST = "test-list"
    LAST_RUN = "last-run"
    GREP = "grep"
    FILES = "files"


def register(app: typer.Typer) -> None:
    app.command("failed")(failed)


def failed(
    run: RunId,
    format_: Annotated[
        Format | None, typer.Option("--format", help="For Playwright: --test-list, .last-run.json, --grep, or files.")
    ] = None,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List the failed tests of a run, and those that were not run."""
    body = asyncio.run(_fetch(Flags(api_url, api_key, tenant, data_dir).settings(), run, format_))
    if format_ is not None:
        sys.stdout.write(body.decode())
        return
    if json:
        print_json_bytes(body)
        return
    out = console(json=False)
    found = runs_api.read_failed(body)
    failed = [failure for failure in found.failed_tests if not failure.quarantined]
    not_run = [test for test in found.not_run if not test.quarantined]
    for failure in failed:
        print_failure(out, failure)
    print_not_run(out, not_run, most=None)
    excused = [failure for failure in found.failed_tests if failure.quarantined]
    excused_too = [test for test in found.not_run if test.quarantined]
    if not failed and not not_run:
        out.print("No test failed that counts." if excused or excused_too else "No test failed.")
    if excused or excused_too:
        out.print("In quarantine, so that they do not fail the run and are not run again:", style="yellow")
        for failure in excused:
            print_failure(out, failure, "◌", "yellow")
        print_not_run(out, excused_too, most=None)


async def _fetch(settings: Settings, run: str, format_: Format | None) -> bytes:
    async with connected(settings) as transport:
        run_id = await resolve(transport, run)
        if format_ is not None:
            return await runs_api.failed_tests_as(transport, run_id, format_.value)
        return await runs_api.failed_tests(transport, run_id)
