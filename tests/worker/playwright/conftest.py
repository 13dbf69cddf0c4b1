"""Runs the suites of ``tests/suites`` with real Playwright, each in a copy of its own."""

import asyncio
import fcntl
import os
import pickle
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from shifty import wire
from shifty.worker.playwright.batch import BatchRun, Terms
from shifty.worker.playwright.listing import list_suite
from shifty.worker.playwright.model import Batch, BatchOutcome, Suite, stable_id_of

Shared = TypeVar("Shared")

REPOSITORY = Path(__file__).resolve().parents[3]
SUITES = REPOSITORY / "tests" / "suites"
RUN_ID = "0f0e0d0c-0b0a-4908-8706-050403020100"
VERSIONS = ("newest", "oldest")
_INSTALLED = {"newest": REPOSITORY, "oldest": SUITES / "oldest"}


def installed(version: str) -> Path:
    """The ``node_modules`` with the newest or the oldest Playwright that is tested."""
    home = Path(os.environ.get(f"TEST_PLAYWRIGHT_{version.upper()}", _INSTALLED[version]))
    modules = home / "node_modules"
    if not (modules / "@playwright" / "test" / "cli.js").is_file():
        pytest.fail(f"{modules} has no Playwright: run `npm ci` in {home}, or `make test`.", pytrace=False)
    return modules


def copied_suite(name: str, folder: Path, version: str = "newest") -> Path:
    """A copy of a suite with Playwright installed beside it."""
    target = folder / f"{name}-{version}"
    shutil.copytree(SUITES / name, target)
    (target / "node_modules").symlink_to(installed(version))
    return target


@dataclass
class Told:
    """What a batch told, sorted by kind."""

    suite: Suite
    outcome: BatchOutcome
    messages: list[wire.AnyMessage]
    results: dict[str, wire.TestResult] = field(default_factory=dict[str, wire.TestResult])
    """Final results by the last two titles, with the project where there are several."""
    provisional: list[wire.TestResult] = field(default_factory=list[wire.TestResult])
    errors: list[wire.RunError] = field(default_factory=list[wire.RunError])
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        for message in self.messages:
            match message:
                case wire.TestBatchMessage(payload=payload):
                    for result in payload.results:
                        self._take(result)
                case wire.RunErrorMessage(payload=error):
                    self.errors.append(error)
                case _:
                    pass

    def _take(self, result: wire.TestResult) -> None:
        if not result.final:
            self.provisional.append(result)
            return
        self.results[name_of(result)] = result
        self.counts[name_of(result)] = self.counts.get(name_of(result), 0) + 1

    @property
    def not_run(self) -> dict[str, str]:
        names = {stable_id_of(test.ref): name_of(test.ref) for test in self.suite.tests}
        return {names[test_id]: reason for test_id, reason in self.outcome.not_run}


def name_of(ref: wire.TestRef) -> str:
    titles = " › ".join(ref.title_path or [ref.test_name])
    repeat = f" #{ref.repeat}" if ref.repeat else ""
    return f"{Path(ref.test_file).name.split('.')[0]}: {titles}{repeat}"


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[], Shared]) -> Shared:
    """What ``make`` returns, made by the first of pytest's processes that asks for it."""
    folder = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    kept = folder / f"{name}.pickle"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(make()))
        return pickle.loads(kept.read_bytes())


def run_whole(
    folder: Path,
    extra_args: Sequence[str] = (),
    pick: Callable[[Batch], Batch] = lambda batch: batch,
    terms: Terms | None = None,
) -> Told:
    """List the suite in ``folder`` and run it, or what ``pick`` makes of it, as one batch."""

    async def run() -> Told:
        suite = await list_suite(folder, extra_args=extra_args)
        messages: list[wire.AnyMessage] = []
        batch = pick(Batch.of(suite, run_id=RUN_ID, lease="lease"))
        batch_run = BatchRun(suite, batch, terms or Terms(folder / "out", lanes=2), messages.append)
        return Told(suite, await batch_run.run(), messages)

    return asyncio.run(run())
