"""Set-up projects, teardown and web servers: once per machine and run, however many workers there are."""

import asyncio
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from shifty import wire
from shifty.errors import UsageError
from shifty.worker.playwright.batch import BatchRun
from shifty.worker.playwright.listing import list_suite
from shifty.worker.playwright.machine import prepare
from shifty.worker.playwright.model import Batch, BatchOutcome, Suite
from shifty.worker.playwright.probe import answers
from shifty.worker.playwright.rendezvous import meeting_place
from tests.worker.playwright.conftest import VERSIONS, copied_suite, once

RUN_ID = "11111111-2222-4333-8444-555555555555"


@dataclass
class Worker:
    """What one worker process would do, in this process: join, run the shop's test, leave."""

    suite: Suite
    seq: int
    results: list[wire.TestResult] = field(default_factory=list[wire.TestResult])
    outcome: BatchOutcome | None = None
    slot: int | None = None

    def take(self, message: wire.AnyMessage) -> None:
        if isinstance(message, wire.TestBatchMessage):
            self.results.extend(message.payload.results)

    async def work(self) -> None:
        machine = await prepare(self.suite, RUN_ID, self.take)
        batch = Batch.of(self.suite, run_id=RUN_ID, seq=self.seq, lease="lease")
        terms = await machine.terms(batch)
        self.slot = terms.slot
        self.outcome = await BatchRun(self.suite, batch, terms, self.take).run()
        await machine.close(self.take)


@dataclass(frozen=True)
class Shift:
    """Two workers that worked at the same time."""

    workers: Sequence[Worker]
    diary: Sequence[str]
    port: int

    def standing(self, name: str) -> list[str]:
        return [result.status for worker in self.workers for result in worker.results if result.test_name == name]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def worked(folder: Path) -> Shift:
    port = free_port()

    async def work() -> Sequence[Worker]:
        suite = await list_suite(folder)
        workers = [Worker(suite, seq) for seq in (1, 2)]
        await asyncio.gather(*(worker.work() for worker in workers))
        return workers

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORT", str(port))
        workers = asyncio.run(work())
    return Shift(workers, (folder / "diary.txt").read_text().split(), port)


@pytest.fixture(scope="module", params=VERSIONS)
def shift(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shift:
    version: str = request.param
    folder = tmp_path_factory.mktemp("suite")
    return once(tmp_path_factory, f"stages-{version}", lambda: worked(copied_suite("stages", folder, version)))


def test_set_up_and_servers_come_once_and_first_and_teardown_comes_last(shift: Shift) -> None:
    assert shift.diary == ["server", "seed", "login", "shop", "shop", "cleanup"]


def test_tests_of_set_up_and_teardown_are_no_work_items_and_reported_by_one_worker(shift: Shift) -> None:
    suite = shift.workers[0].suite

    assert {test.ref.test_name for test in suite.test_stage} == {"is open", "cannot run without a licence"}
    for name in ("seed", "login", "cleanup"):
        assert shift.standing(name) == ["passed"]
    assert shift.standing("licence") == ["failed"]


def test_only_projects_that_need_the_failed_set_up_do_not_run(shift: Shift) -> None:
    assert shift.standing("is open") == ["passed", "passed"]
    for worker in shift.workers:
        assert worker.outcome is not None
        assert [reason for _, reason in worker.outcome.not_run] == ['set-up project "licence" failed']


def test_workers_of_one_machine_have_slots_of_their_own(shift: Shift) -> None:
    assert sorted(worker.slot or 0 for worker in shift.workers) == [0, 1]


def test_the_servers_end_when_the_last_worker_leaves(shift: Shift) -> None:
    (server,) = shift.workers[0].suite.web_servers

    wait_until(lambda: not answers(server), "the server is still there")


async def test_servers_whose_keeper_is_killed_come_back_for_the_next_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", str(free_port()))
    folder = copied_suite("stages", tmp_path)
    suite = await list_suite(folder, extra_args=["--project", "reports"])
    (server,) = suite.web_servers
    machine = await prepare(suite, RUN_ID, lambda _: None)
    state = json.loads((meeting_place(suite.root, suite.config, repr(server)) / "state.json").read_text())

    os.kill(state["pid"], signal.SIGKILL)
    wait_until(lambda: not answers(server), "the server has outlived its keeper")
    await machine.terms(Batch.of(suite, run_id=RUN_ID))

    assert answers(server)
    assert (folder / "diary.txt").read_text().split().count("server") == 2
    await machine.close(lambda _: None)
    wait_until(lambda: not answers(server), "the server is still there")


async def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as taken:
        threading.Thread(target=taken.serve_forever, daemon=True).start()
        monkeypatch.setenv("PORT", str(taken.server_port))
        suite = await list_suite(copied_suite("stages", tmp_path))

        with pytest.raises(UsageError, match="is already used: make sure that nothing is running there"):
            await prepare(suite, RUN_ID, lambda _: None)

        taken.shutdown()
