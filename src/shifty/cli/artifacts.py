"""``shifty artifacts RUN``: what a run's tests have left behind, as a list or as files."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from shifty.cli.artifact_names import paths_of
from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, RunId, TenantName
from shifty.cli.output import console, count, print_json, table
from shifty.cli.quantities import size
from shifty.cli.run_id import resolve
from shifty.client.answer import Answer, read
from shifty.client.artifacts_api import Artifact, list_artifacts
from shifty.client.download import download
from shifty.client.model import Pagination, Result
from shifty.client.transport import Transport
from shifty.config import Settings
from shifty.errors import UsageError

_AT_ONCE = 4
_A_PAGE = 500


class Kind(StrEnum):
    TRACE = "trace"
    SCREENSHOT = "screenshot"
    VIDEO = "video"
    LOG = "log"


@dataclass(frozen=True)
class Wanted:
    test: str | None
    kind: Kind | None
    folder: Path | None


class Entry(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What ``--json`` prints of each."""

    id: str
    artifact_type: str
    name: str
    url: str
    size_bytes: int
    content_type: str
    test_id: str | None
    attempt: int | None
    test_file: str | None
    title_path: list[str]
    project_name: str | None
    file: str | None
    """Where it was downloaded to."""


class _Results(Answer, kw_only=True, frozen=True):
    results: list[Result]
    pagination: Pagination


def register(app: typer.Typer) -> None:
    app.command("artifacts")(artifacts)


def artifacts(
    run: RunId,
    folder: Annotated[Path | None, typer.Option("--download", help="Download them into this folder.")] = None,
    test: Annotated[
        str | None, typer.Option("--test", help="Only of tests with this in a title or in the file's path.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option("--type", help="Only these.")] = None,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List the traces, screenshots, videos and logs of a run, or download them."""
    out = console(json=json)
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    entries = asyncio.run(_work(settings, run, Wanted(test, kind, folder), out))
    if json:
        print_json(entries)
    elif folder is None:
        _print(out, entries)


async def _work(settings: Settings, run: str, wanted: Wanted, out: Console) -> list[Entry]:
    async with connected(settings) as transport:
        run_id = await resolve(transport, run)
        found = await list_artifacts(transport, run_id, wanted.kind.value if wanted.kind else None)
        tests = await _tests_of(transport, run_id, found, wanted.test)
        if wanted.test:
            found = [artifact for artifact in found if artifact.test_id in tests]
        paths: dict[str, str] = {}
        if wanted.folder is not None:
            paths = await _download(transport, found, tests, wanted.folder, out)
        return [_entry(artifact, tests.get(artifact.test_id or ""), paths.get(artifact.id)) for artifact in found]


async def _tests_of(
    transport: Transport, run_id: str, found: Sequence[Artifact], text: str | None
) -> dict[str, Result]:
    """The tests of these artifacts by their ids; with ``text`` only those that match it."""
    missing = {artifact.test_id for artifact in found if artifact.test_id is not None}
    tests: dict[str, Result] = {}
    # Nearly all artifacts are of tests that failed, and a run may have ten thousand others.
    for status in ("failed", "flaky", "all"):
        offset = 0
        while missing:
            query = {
                "status": status,
                "limit": str(_A_PAGE),
                "offset": str(offset),
                **({"search": text} if text else {}),
            }
            page = read(await transport.call("GET", f"/runs/{run_id}/results", query=query), _Results)
            tests |= {result.test_id: result for result in page.results if result.test_id in missing}
            missing -= tests.keys()
            offset += _A_PAGE
            if not page.pagination.has_more:
                break
    return tests


async def _download(
    transport: Transport, found: Sequence[Artifact], tests: dict[str, Result], folder: Path, out: Console
) -> dict[str, str]:
    """Download all of them; where each went. What is there already is not fetched again."""
    paths = {key: str(folder / path) for key, path in paths_of(found, tests).items()}
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(artifact: Artifact) -> None:
        file = Path(paths[artifact.id])
        async with turns:
            if not _is_there(file, artifact.size_bytes):
                await download(transport, artifact, file)
        out.print(str(file), markup=False, soft_wrap=True)

    try:
        await asyncio.gather(*map(one, found))
    except OSError as error:
        raise UsageError(f"The files can't be written to {folder}: {error.strerror or error}.") from error
    out.print(f"{count(len(found), 'file')} in {folder}", markup=False, soft_wrap=True)
    if any(artifact.artifact_type == "trace" for artifact in found):
        out.print("`npx playwright show-trace FILE` opens a trace.", markup=False)
    return paths


def _is_there(file: Path, size_bytes: int) -> bool:
    return file.is_file() and file.stat().st_size == size_bytes


def _entry(artifact: Artifact, test: Result | None, file: str | None) -> Entry:
    return Entry(
        id=artifact.id,
        artifact_type=artifact.artifact_type,
        name=artifact.name,
        url=artifact.url,
        size_bytes=artifact.size_bytes,
        content_type=artifact.content_type,
        test_id=artifact.test_id,
        attempt=artifact.attempt,
        test_file=test.test_file if test else None,
        title_path=(test.title_path or [test.test_name]) if test else [],
        project_name=test.project_name if test else None,
        file=file,
    )


def _print(out: Console, entries: Sequence[Entry]) -> None:
    if not entries:
        out.print("Nothing was kept. Workers keep what failed and retried tests leave behind, and every trace.")
        return
    listed = table("type", "test", "retry", "size", "address", right=("retry", "size"))
    for entry in entries:
        test = " › ".join([entry.test_file or "", *entry.title_path]) if entry.test_file else ""
        listed.add_row(entry.artifact_type, test, str(entry.attempt or ""), size(entry.size_bytes), entry.url)
    out.print(listed)
