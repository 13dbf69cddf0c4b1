"""Many workers and many runs at once: every test runs once."""

from collections import Counter

import pytest

from tests.e2e.command_line import CommandLine, finished
from tests.e2e.conftest import MakeMachine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

# Each test writes down that it ran: no report can hide a test that ran twice.
RAN = "require('node:fs').appendFileSync(process.env.RAN, info.title + '\\n'); await sleep(200);"


def suite(files: int) -> dict[str, str]:
    return {f"part-{n:02}": f"test('test {n}', async ({{}}, info) => {{ {RAN} }});\n" for n in range(files)}


def times_run(machine: CommandLine) -> Counter[int]:
    """How many tests ran how often."""
    titles = (machine.project / "ran.txt").read_text().splitlines()
    return Counter(Counter(titles).values())


def test_many_workers_on_one_run_run_every_test_once(make_machine: MakeMachine) -> None:
    machine = make_machine(suite(30))

    done = machine.run("run", "-w", "12", "--json", env={"RAN": str(machine.project / "ran.txt")}, timeout_s=600)

    assert done.exit == 0, done.stderr
    assert (done.json["totalTests"], done.json["passedTests"], done.json["notRun"]) == (30, 30, 0)
    assert times_run(machine) == {1: 30}


def test_many_runs_at_once_on_one_data_folder_run_every_test_once_each(make_machine: MakeMachine) -> None:
    machine = make_machine(suite(4))
    runs = [machine.start("run", "-w", "1", "--json", env={"RAN": str(machine.project / "ran.txt")}) for _ in range(6)]

    all_done = [finished(run, 600) for run in runs]

    assert [done.exit for done in all_done] == [0] * 6, "\n".join(done.stderr for done in all_done)
    assert len({done.json["runId"] for done in all_done}) == 6
    assert all(done.json["passedTests"] == done.json["totalTests"] == 4 for done in all_done)
    assert times_run(machine) == {6: 4}
