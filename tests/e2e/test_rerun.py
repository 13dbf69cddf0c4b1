"""``shifty rerun``: what failed runs again, and what passes at the same commit is flaky."""

import subprocess

from tests.e2e.conftest import MakeMachine

# The first try fails and leaves a mark; later ones find it. Serial tests after a failed one never run.
SUITE = {
    "stable": "test('passes', async () => {});\n",
    "moody": """const fs = require('fs');
test.describe.serial('group', () => {
  test('opens', async () => {});
  test('pays', async () => {
    const mark = __dirname + '/../mark';
    const isFirst = !fs.existsSync(mark);
    fs.writeFileSync(mark, '');
    expect(isFirst).toBe(false);
  });
  test('leaves', async () => {});
});
""",
}


def test_a_failed_group_passes_on_rerun_and_is_flaky_and_then_nothing_is_left(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE)
    first = machine.run("run", "-w", "2", "--commit", "abc123", "--json")
    assert (first.exit, first.json["failedTests"], first.json["notRun"]) == (1, 1, 1), first.stderr

    again = machine.run("rerun", "last", "--failed", "-w", "2", "--commit", "abc123", "--json")
    nothing = machine.run("rerun", "last", "--failed", "--commit", "abc123", "--json")

    assert again.exit == 0, again.stderr
    summary = again.json
    assert (summary["conclusion"], summary["totalTests"], summary["passedTests"]) == ("flaky", 3, 3)
    assert summary["flakyTests"] == 1
    assert nothing.exit == 0, nothing.stderr
    assert (nothing.json["conclusion"], nothing.json["totalTests"]) == ("passed", 0)
    assert "runs nothing" in nothing.stderr
    runs = machine.run("runs", "--json").json["runs"]
    assert [run["rerunOf"] for run in runs] == [summary["runId"], first.json["runId"], None]


def test_without_failed_the_whole_list_runs_again_and_a_changed_checkout_is_told(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE)
    git = ["git", "-C", str(machine.project), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for step in (["init", "-q"], ["add", "specs"], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *step], check=True)
    assert machine.run("run", "-w", "1", "--commit", "abc123", "specs/stable.spec.js").exit == 0

    done = machine.run("rerun", "last", "-w", "1", "--json")

    assert done.exit == 0, done.stderr
    assert done.json["totalTests"] == 1
    assert "run " in done.stderr
    assert "was at abc123; a test that passes now counts as repaired, not as flaky" in done.stderr


def test_a_run_of_a_changed_checkout_is_of_no_commit_and_says_so_again(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE, CI="")
    git = ["git", "-C", str(machine.project), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for step in (["init", "-q"], ["add", "specs"], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *step], check=True)
    spec = machine.project / "specs" / "stable.spec.js"
    spec.write_text(spec.read_text() + "\n// changed\n")

    first = machine.run("run", "-w", "1", "--json", "specs/stable.spec.js")
    again = machine.run("rerun", "last", "-w", "1", "--json")

    assert (first.exit, again.exit) == (0, 0), again.stderr
    assert "with changes; a test that passes now counts as repaired, not as flaky" in again.stderr
    commits = {str(run["commitSha"]) for run in machine.run("runs", "--json").json["runs"]}
    assert len(commits) == 1
    assert commits.pop().endswith("-dirty")


def test_owners_of_the_repository_come_along_with_the_run(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE)
    (machine.project / ".git").mkdir()
    (machine.project / "CODEOWNERS").write_text("* @all\nspecs/stable* @stable\n")

    assert machine.run("run", "-w", "1", "specs/stable.spec.js").exit == 0

    owned = machine.run("tests", "--owner", "@stable", "--json").json["tests"]
    assert [test["testFile"] for test in owned] == ["specs/stable.spec.js"]
    assert machine.run("tests", "--owner", "@all", "--json").json["tests"] == []
