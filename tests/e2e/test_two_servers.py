"""Two servers on one PostgreSQL are one service."""

import json
import subprocess
import time

import pytest

from tests.e2e.command_line import CommandLine, finished
from tests.e2e.conftest import MakeMachine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SUITE = {
    f"part-{n}": "".join(f"test('step {step}', async () => {{ await sleep(700); }});\n" for step in range(3))
    for n in range(8)
}


def test_two_servers_on_one_database_serve_one_run_together(make_machine: MakeMachine, fresh_database: str) -> None:
    first, second = (make_machine(SUITE, SHIFTY_DATABASE_URL=fresh_database) for _ in range(2))
    # One checkout: what the second machine runs is the first one's suite.
    second.project = first.project
    servers = [machine.start("server", "--port", "0") for machine in (first, second)]
    try:
        for machine, server in zip((first, second), servers, strict=True):
            use(machine, server)
        run = first.start("run", "-w", "1", "--json")
        run_id = newest_run(second)
        watch = second.start("watch", run_id, "--json")
        worker = second.start("worker", "--run", run_id, "--name", "from-elsewhere")

        watched, worked, done = finished(watch), finished(worker), finished(run)
    finally:
        for server in servers:
            server.terminate()
        stopped = [finished(server, 60) for server in servers]

    assert [server.exit for server in stopped] == [0, 0], "".join(server.stderr for server in stopped)
    assert done.exit == 0, done.stderr
    assert (watched.exit, worked.exit) == (0, 0), watched.stderr + worked.stderr
    assert watched.json["passedTests"] == done.json["passedTests"] == 24
    assert {worker["name"] for worker in done.json["workers"]} == {"worker-1", "from-elsewhere"}


def use(machine: CommandLine, server: subprocess.Popen[str]) -> None:
    """Let the commands of a machine talk to its server as those of another machine would."""
    assert server.stdout
    url = server.stdout.readline().split()[-1]
    made = machine.run("keys", "create", "--tenant", "acme", "--json").json
    machine.environment |= {"SHIFTY_API_URL": url, "SHIFTY_API_KEY": made["key"], "SHIFTY_TENANT_ID": "acme"}


def newest_run(machine: CommandLine) -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        runs = json.loads(machine.run("runs", "--json").stdout)["runs"]
        if runs:
            return str(runs[0]["id"])
        time.sleep(0.2)
    raise AssertionError("the run did not start")
