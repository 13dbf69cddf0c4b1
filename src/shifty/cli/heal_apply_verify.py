"""Runs healed tests again, with the change and without healing: by the project's own Playwright, or its own pytest."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shifty.cli.heal_apply_events import TestKey
from shifty.errors import UsageError
from shifty.worker.playwright import events as ev
from shifty.worker.playwright.environment import SECRETS, ReporterOptions, command, environment
from shifty.worker.playwright.listing import list_suite, ref_of
from shifty.worker.playwright.model import BatchItem, PlannedTest, Suite, planned
from shifty.worker.playwright.process import Launch, PlaywrightProcess
from shifty.worker.playwright.selection import select

_NOT_FOUND = "the test is not in this checkout"
_NOT_RUN = "it did not run"
_LONGEST = 300
_OFF = {"SHIFTY_HEALING": "off", "SHIFTY_ENABLED": "0"}
"""For a hook that a project has loaded by itself."""


@dataclass(frozen=True)
class Place:
    """Where tests run."""

    folder: Path
    root: Path
    """What the paths of files are relative to."""
    config: Path | None = None


@dataclass
class _Round:
    """What one Playwright process tells."""

    root: Path
    keys: dict[str, TestKey] = field(default_factory=dict[str, TestKey])
    outcomes: dict[str, ev.TestEnd] = field(default_factory=dict[str, ev.TestEnd])
    faults: list[str] = field(default_factory=list[str])

    def take(self, event: ev.AnyEvent) -> None:
        match event:
            case ev.Begin(tests=tests):
                self.keys |= {test.id: _key(self.root, test) for test in tests}
            case ev.TestEnd():
                # A retry replaces what it tries again.
                self.outcomes[event.id] = event
            case ev.ErrorEvent(error=error):
                self.faults.append(error.message)
            case _:
                pass

    def fault_of(self, key: TestKey) -> str | None:
        """Why a test is not verified; each of its repetitions has to pass."""
        ends = [self.outcomes.get(test) for test, named in self.keys.items() if named == key]
        if not ends or None in ends:
            return _short(self.faults[0]) if self.faults else _NOT_RUN
        for end in ends:
            if end and (end.status != end.expected_status or end.status == "skipped"):
                return _short(end.errors[0].message) if end.errors else f"it ended as {end.status}"
        return None


async def verify(place: Place, tests: frozenset[TestKey], times: int) -> Mapping[TestKey, str]:
    """Run each test so often; those that did not pass every time, with what went wrong.

    Raises:
        UsageError: there is no Playwright or pytest to run them with.
    """
    python = sorted(key for key in tests if key[0].endswith(".py"))
    script = sorted(tests - set(python))
    failed: dict[TestKey, str] = {}
    if script:
        failed |= await _by_playwright(place, script, times)
    for key in python:
        if fault := await _by_pytest(place, key, times):
            failed[key] = fault
    return failed


async def _by_playwright(place: Place, tests: Sequence[TestKey], times: int) -> dict[TestKey, str]:
    suite = await list_suite(place.folder, config=place.config)
    known: dict[TestKey, PlannedTest] = {}
    for test in suite.tests:
        titles = tuple(test.ref.title_path or [test.ref.test_name])
        known.setdefault((test.ref.test_file, test.ref.project_name, titles), planned(test.ref))
    items = [BatchItem(key[0], key[1], (known[key],)) for key in tests if key in known]
    round_ = _Round(suite.root)
    with tempfile.TemporaryDirectory(prefix="shifty-verify-") as scratch:
        for number, selection in enumerate(select(suite, items)):
            folder = Path(scratch) / str(number)
            folder.mkdir()
            await PlaywrightProcess(_launch(suite, folder, selection.arguments, times)).run(round_.take)
    faults = {key: round_.fault_of(key) if key in known else _NOT_FOUND for key in tests}
    return {key: fault for key, fault in faults.items() if fault}


def _launch(suite: Suite, folder: Path, selection: Sequence[str], times: int) -> Launch:
    arguments = ["--repeat-each", str(times), "--workers", "1", "--output", str(folder / "results"), *selection]
    events = folder / "events.ndjson"
    env = environment(ReporterOptions(events), reports=folder / "reports") | _OFF
    return Launch(command(suite, arguments), suite.project_dir, env, events, folder / "output.log")


def _key(root: Path, test: ev.TestEvent) -> TestKey:
    ref = ref_of(root, test)
    return ref.test_file, ref.project_name, tuple(test.title_path)


async def _by_pytest(place: Place, key: TestKey, times: int) -> str | None:
    node = _node(place, key)
    if node is None:
        return _NOT_FOUND
    env = {name: value for name, value in os.environ.items() if name not in (*SECRETS, "SHIFTY_HEAL")} | _OFF
    arguments = ["-m", "pytest", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider", node]
    for _ in range(times):
        process = await asyncio.create_subprocess_exec(
            *(_python(place.folder), *arguments),
            cwd=place.folder,
            env=env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            printed, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await asyncio.shield(process.wait())
        if process.returncode:
            lines = printed.decode(errors="replace").strip().splitlines()
            return _short(next((line for line in lines if line.startswith(("E ", "FAILED", "ERROR"))), lines[-1:][0]))
    return None


def _node(place: Place, key: TestKey) -> str | None:
    """As pytest names the test on its command line; None: its file is not here."""
    file = (place.root / key[0]).resolve()
    # The path comes from a report: nothing outside of the project is run.
    if not file.is_relative_to(place.root.resolve()):
        return None
    return "::".join([os.path.relpath(file, place.folder), *key[2]]) if file.is_file() else None


def _python(folder: Path) -> str:
    """The interpreter of the project."""
    homes = [folder / ".venv", *([Path(active)] if (active := os.environ.get("VIRTUAL_ENV")) else [])]
    found = next((str(home / "bin" / "python") for home in homes if (home / "bin" / "python").is_file()), None)
    found = found or shutil.which("python3") or shutil.which("python")
    if found is None:
        raise UsageError("There is no Python to run the healed tests with: activate the environment of the project.")
    return found


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
