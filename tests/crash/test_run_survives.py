"""A run survives the sudden death of each of its parts: it ends by itself, with every test reported once."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from tests.e2e.command_line import CommandLine, Done, finished
from tests.e2e.conftest import MakeMachine
from tests.e2e.conftest import make_machine as make_machine
from tests.e2e.processes import Found, eventually, postgres, servers, workers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FILES = 8
SUITE = {
    f"part-{number}": "".join(
        f"test('step {step} of {number}', async () => {{ await sleep({400 + 100 * number}); }});\n" for step in range(3)
    )
    for number in range(FILES)
}
SHORT_LEASES = {"SHIFTY_LEASE_SECONDS": "3", "SHIFTY_HEARTBEAT_SECONDS": "0.5"}

SERIAL = """
const fs = require('fs');
const done = [];
test.describe.configure({ mode: 'serial' });
test('first', async () => { done.push(1); });
test('second', async () => { done.push(2); });
test('third', async () => {
  const before = fs.existsSync('at-the-third-step');
  fs.writeFileSync('at-the-third-step', '');
  if (!before) await sleep(150_000);
  expect(done).toEqual([1, 2]);
});
"""

Victims = Callable[[CommandLine], list[Found]]


def one_worker(machine: CommandLine) -> list[Found]:
    return workers(machine.mark)[:1]


def the_server(machine: CommandLine) -> list[Found]:
    return servers(machine.mark)


def the_database(machine: CommandLine) -> list[Found]:
    return postgres(machine.data_dir)


def all_of_them(machine: CommandLine) -> list[Found]:
    return [*one_worker(machine), *the_server(machine), *the_database(machine)]


def test_a_run_ends_by_itself_when_everything_is_killed_at_once(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE, **SHORT_LEASES)
    run = started(machine)

    assert kill(machine, all_of_them)

    assert_whole(finished(run, 300), machine)


def test_a_run_survives_one_death_after_the_other(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE, **SHORT_LEASES)
    run = started(machine)

    # One worker only: two that happen to die over the same test would rightly fail it as "crashed its worker".
    for victims in (one_worker, the_server, the_database):
        kill(machine, victims)
        time.sleep(3)
        if run.poll() is not None:
            break

    assert_whole(finished(run, 300), machine)


def test_a_serial_group_whose_worker_dies_is_tried_again_from_its_first_step(make_machine: MakeMachine) -> None:
    machine = make_machine({"order": SERIAL}, "timeout: 200_000", **SHORT_LEASES)
    run = machine.start("run", "-w", "1", "--json")
    assert eventually((machine.project / "at-the-third-step").exists, 180), run.communicate()
    assert eventually(lambda: len(_acknowledged_steps(machine)) == 2, 240)

    assert kill(machine, one_worker)

    done = finished(run, 300)
    assert done.exit == 0, done.stderr
    assert (done.json["conclusion"], done.json["passedTests"], done.json["notRun"]) == ("passed", 3, 0)


def test_a_worker_that_was_frozen_drops_what_is_no_longer_its_own(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE, **SHORT_LEASES)
    run = started(machine)
    frozen = workers(machine.mark)[0]

    os.kill(frozen.pid, signal.SIGSTOP)
    time.sleep(6)
    os.kill(frozen.pid, signal.SIGCONT)

    assert_whole(finished(run, 300), machine)


def test_nothing_is_left_when_the_command_itself_is_killed(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE, **SHORT_LEASES)
    run = started(machine)

    run.kill()
    run.communicate()

    # The fixture looks for what is left; the data folder must be usable too.
    assert eventually(lambda: not workers(machine.mark) and not servers(machine.mark), 60)
    runs = machine.run("runs", "--json").json["runs"]
    assert len(runs) == 1


def started(machine: CommandLine) -> subprocess.Popen[str]:
    """A run of which tests are being run at this moment."""
    run = machine.start("run", "-w", "2", "--json")
    assert eventually(lambda: len(workers(machine.mark)) == 2, 240), run.communicate()
    assert eventually(lambda: _something_said(machine), 240), run.communicate()
    return run


def _something_said(machine: CommandLine) -> bool:
    return any(spool.stat().st_size for spool in machine.data_dir.glob("spool/*/*/messages.ndjson"))


def _acknowledged_steps(machine: CommandLine) -> list[str]:
    results = machine.run("show", "last", "--json").json["results"]
    return [result["testName"] for result in results if result["status"] == "passed"]


def kill(machine: CommandLine, victims: Victims) -> int:
    found = victims(machine)
    for victim in found:
        with contextlib.suppress(ProcessLookupError):
            victim.kill()
    return len(found)


def assert_whole(done: Done, machine: CommandLine) -> None:
    assert done.exit == 0, done.stderr
    summary = done.json
    tests = FILES * 3
    assert (summary["status"], summary["conclusion"], summary["totalTests"]) == ("completed", "passed", tests)
    assert (summary["passedTests"], summary["notRun"]) == (tests, 0)
    results = machine.run("show", summary["runId"], "--json").json["results"]
    assert len({result["testId"] for result in results}) == len(results) == tests
    assert not list(machine.data_dir.glob("spool/*/*/messages.ndjson"))
