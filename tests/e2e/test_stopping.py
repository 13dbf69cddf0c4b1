"""Ctrl-C and SIGTERM: nothing is lost, nothing stays behind."""

import signal
import subprocess

import pytest

from tests.e2e.command_line import CommandLine, finished
from tests.e2e.conftest import MakeMachine
from tests.e2e.processes import eventually, workers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SLOW = {
    f"part-{n}": "".join(f"test('step {step}', async () => {{ await sleep(1500); }});\n" for step in range(4))
    for n in range(4)
}


def test_ctrl_c_cancels_the_run_and_lets_running_tests_end(make_machine: MakeMachine) -> None:
    machine = make_machine(SLOW)
    run = running(machine)

    run.send_signal(signal.SIGINT)
    done = finished(run, 120)

    assert done.exit == 4, done.stderr
    summary = done.json
    assert (summary["status"], summary["conclusion"]) == ("cancelled", "cancelled")
    assert summary["notRun"] > 0
    assert summary["passedTests"] + summary["notRun"] == summary["totalTests"] == 16
    assert machine.run("cancel", summary["runId"]).exit == 0


def test_a_second_ctrl_c_stops_at_once(make_machine: MakeMachine) -> None:
    machine = make_machine({"long": "test('sleeps', async () => { await sleep(500000); });\n"}, "timeout: 550000")
    run = running(machine)

    run.send_signal(signal.SIGINT)
    assert eventually(lambda: machine.run("runs", "--status", "cancelled", "--json").json["runs"], 120)
    run.send_signal(signal.SIGINT)
    done = finished(run, 120)

    assert done.exit == 4, done.stderr


def test_a_worker_that_is_told_to_stop_hands_its_tests_back(make_machine: MakeMachine) -> None:
    # With the default lease of 30 s, tests that were not handed back would wait for its end.
    machine = make_machine(SLOW)
    run = running(machine)

    workers(machine.mark)[0].stop()
    done = finished(run, 240)

    assert done.exit == 0, done.stderr
    assert (done.json["passedTests"], done.json["notRun"]) == (16, 0)


def running(machine: CommandLine) -> subprocess.Popen[str]:
    """A run whose tests are being run."""
    run = machine.start("run", "-w", "2", "--json")
    said = machine.data_dir.glob
    assert eventually(lambda: any(b"test:start" in s.read_bytes() for s in said("spool/*/*/messages.ndjson")), 240)
    return run
