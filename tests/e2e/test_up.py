"""``shifty up``: a server with workers that take any run of their project."""

import json
import stat
import subprocess

import httpx

from tests.e2e.command_line import CommandLine, finished
from tests.e2e.conftest import MakeMachine

SUITE = {"one": "test('passes', async () => {});\n", "two": "test('fails', async () => { expect(1).toBe(2); });\n"}


def test_up_runs_what_is_orchestrated_and_stops_cleanly(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE)
    up = machine.start("up", "--port", "0", "-w", "1")
    url = ready(up)
    try:
        assert json.loads((machine.data_dir / "server.json").read_text())["url"] == url
        assert stat.S_IMODE((machine.data_dir / "local.key").stat().st_mode) == 0o600
        run_id = orchestrate(machine, url)
        watched = machine.run("watch", run_id, "--json")
    finally:
        up.terminate()
        stopped = finished(up, 30)

    assert watched.exit == 1, watched.stderr
    assert (watched.json["passedTests"], watched.json["failedTests"]) == (1, 1)
    assert stopped.exit == 0, stopped.stderr
    assert not (machine.data_dir / "server.json").exists()


def test_run_uses_the_server_that_is_up_and_leaves_it_running(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE)
    up = machine.start("up", "--port", "0", "-w", "0")
    url = ready(up)
    try:
        done = machine.run("run", "-w", "1", "--json")
        alive = httpx.get(f"{url}/healthz", timeout=60).status_code
    finally:
        up.terminate()
        finished(up, 30)

    assert done.exit == 1, done.stderr
    assert alive == 200


def ready(up: subprocess.Popen[str]) -> str:
    assert up.stdout
    line = up.stdout.readline()
    assert line.startswith("Shifty is ready on http://127.0.0.1:"), line
    return line.split(",")[0].split()[-1]


def orchestrate(machine: CommandLine, url: str) -> str:
    """As a client does that has not listed the suite."""
    key = (machine.data_dir / "local.key").read_text()
    body = {"testFiles": ["specs/one.spec.js", "specs/two.spec.js"], "workerCount": 1, "project": "shop"}
    headers = {"Authorization": f"Bearer {key}", "X-Tenant-ID": "local"}
    answer = httpx.post(f"{url}/api/v1/orchestrate", json=body, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["runId"])
