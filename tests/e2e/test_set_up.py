"""Set-up and teardown projects run once on a machine, around everything, and are in the ledger."""

from pathlib import Path

import pytest

from tests.e2e.conftest import MakeMachine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

NOTE = "require('node:fs').appendFileSync(process.env.NOTES, '{}\\n');"
SUITE = {
    "begin": f"test('signs in', async () => {{ {NOTE.format('begin')} }});\n",
    "end": f"test('cleans up', async () => {{ {NOTE.format('end')} }});\n",
    "one": f"test('one', async () => {{ {NOTE.format('one')} }});\n",
    "two": f"test('two', async () => {{ {NOTE.format('two')} }});\n",
}
PROJECTS = """projects: [
  { name: 'begin', testMatch: /begin/, teardown: 'end' },
  { name: 'end', testMatch: /end/ },
  { name: 'main', testMatch: /one|two/, dependencies: ['begin'] },
]"""


def test_set_up_and_teardown_run_once_around_two_workers(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE, PROJECTS)
    notes = machine.project / "notes.txt"

    done = machine.run("run", "-w", "2", "--json", env={"NOTES": str(notes)})

    assert done.exit == 0, done.stderr
    assert (done.json["totalTests"], done.json["passedTests"], done.json["notRun"]) == (4, 4, 0)
    lines = noted(notes)
    assert (lines[0], lines[-1], sorted(lines)) == ("begin", "end", ["begin", "end", "one", "two"])


def test_tests_whose_set_up_fails_are_not_run_and_say_why(make_machine: MakeMachine) -> None:
    failing = {**SUITE, "begin": "test('signs in', async () => { throw new Error('no'); });\n"}
    machine = make_machine(failing, PROJECTS)

    done = machine.run("run", "-w", "1", "--json", env={"NOTES": str(machine.project / "notes.txt")})

    assert done.exit == 1, done.stderr
    assert (done.json["failedTests"], done.json["notRun"]) == (1, 2)
    assert "set-up" in done.stderr


def noted(notes: Path) -> list[str]:
    return notes.read_text().splitlines()
