"""``shifty run`` from the first look at a suite to the verdict."""

from tests.e2e.conftest import MakeMachine

SUITE = {
    "login": "test('logs in', async () => { await sleep(300); });\ntest('logs out', async () => {});\n",
    "cart": "test('adds', async () => { await sleep(200); });\ntest.skip('gives away', async () => {});\n",
    "pay": "test('pays', async () => { expect(1 + 1).toBe(3); });\n",
    "ship": "test('ships at the second try', async ({}, info) => { expect(info.retry).toBe(1); });\n",
}


def test_a_suite_runs_on_two_workers_and_every_test_is_in_the_ledger(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE, "retries: 1")

    done = machine.run("run", "-w", "2", "--json")

    assert done.exit == 1, done.stderr
    summary = done.json
    assert (summary["status"], summary["conclusion"]) == ("completed", "failed")
    assert (summary["totalTests"], summary["passedTests"], summary["failedTests"]) == (6, 4, 1)
    assert (summary["flakyTests"], summary["skippedTests"], summary["notRun"]) == (1, 1, 0)
    assert summary["workers"]
    assert all(worker["actualSeconds"] > 0 for worker in summary["workers"])
    assert "specs/pay.spec.js" in done.stderr
    assert "predicted" in done.stderr

    failed = machine.run("failed", "last", "--json").json
    assert [test["testName"] for test in failed["failedTests"]] == ["pays"]
    shown = machine.run("show", summary["runId"][:8])
    assert "pays" in shown.stdout
    assert shown.exit == 0
    assert [run["id"] for run in machine.run("runs", "--json").json["runs"]] == [summary["runId"]]


def test_files_and_playwright_arguments_choose_tests(make_machine: MakeMachine) -> None:
    machine = make_machine(SUITE)

    done = machine.run("run", "-w", "1", "--json", "specs/login.spec.js", "--", "--grep", "logs in")

    assert done.exit == 0, done.stderr
    assert done.json["totalTests"] == 1


def test_a_spec_that_does_not_load_fails_the_run_and_stops_no_other(make_machine: MakeMachine) -> None:
    machine = make_machine({**SUITE, "broken": "test('never', async () => {\n"}, "retries: 1")

    done = machine.run("run", "-w", "2", "--json")

    assert done.exit == 3, done.stderr
    assert done.json["passedTests"] == 4
    assert "1 file does not load and is left out: specs/broken.spec.js" in done.stderr
    assert "✘ specs/broken.spec.js:" in done.stderr
    assert "RUN_ERROR: errors outside of the tests" in done.stderr
    assert "broken.spec.js" in machine.run("show", "last").stdout
