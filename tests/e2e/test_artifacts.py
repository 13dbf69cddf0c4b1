"""What tests leave behind reaches the server beside the run. For stores that come back see ``crash/test_outages``."""

import json
import re
import zipfile
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import CommandLine, Done, finished
from tests.e2e.conftest import MakeMachine
from tests.e2e.processes import eventually
from tests.support.object_store import ObjectStore

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

BROWSER = """retries: 1, use: { trace: 'on-first-retry', screenshot: 'only-on-failure', launchOptions: {
  executablePath: require('fs').existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] } }"""
IN_A_BROWSER = {
    "page": """
test('greets at the second try', async ({ page }, info) => {
  await page.setContent('<h1>Hello</h1>');
  await expect(page.locator('h1')).toHaveText(info.retry ? 'Hello' : 'Good bye', { timeout: 200 });
});
test('is right at once', async ({ page }) => { await page.setContent('<h1>Hello</h1>'); });
"""
}
TRACED = "use: { trace: 'on' }"
FAILING = {
    **{
        f"part-{n}": "".join(
            f"test('step {n}.{step}', async () => {{ await sleep(400); expect(1).toBe(2); }});\n" for step in range(3)
        )
        for n in range(2)
    },
    "quick": "test('passes', async () => {});\n",
}
ALL_KEPT = {"trace": 7, "log": 6}


def test_trace_screenshot_and_page_arrive_at_the_attempt_that_made_them(make_machine: MakeMachine) -> None:
    machine = make_machine(IN_A_BROWSER, BROWSER)
    folder = machine.project / "kept"

    with served(machine):
        done = machine.run("run", "-w", "1", "--json")
        kept = listed(machine)
        files = machine.run("artifacts", "last", "--download", str(folder), "--test", "second try", "--json").json
        no_video = machine.run("artifacts", "last", "--type", "video", "--json").json
        (flaky,) = [result for result in machine.run("show", "last", "--json").json["results"] if result["flaky"]]

    assert (done.exit, done.json["conclusion"]) == (0, "flaky"), done.stderr
    assert {(each["artifactType"], each["name"], each["attempt"]) for each in kept} == {
        ("screenshot", "test-failed-1.png", 0),
        ("log", "error-context.md", 0),
        ("trace", "trace.zip", 1),
    }
    assert {tuple(each["titlePath"]) for each in kept} == {("greets at the second try",)}
    assert not list(machine.data_dir.glob("spool/*"))
    assert no_video == []
    by_name = {Path(each["file"]).name: Path(each["file"]) for each in files}
    assert zipfile.ZipFile(by_name["trace.zip"]).testzip() is None
    assert by_name["test-failed-1.png"].read_bytes().startswith(b"\x89PNG")
    assert "Hello" in by_name["error-context.md"].read_text()
    assert by_name["trace.zip"].parent.name.startswith("page-greets-at-the-second-try-")
    assert by_name["trace.zip"].parent.name.endswith("-retry1")
    assert flaky["traceUrl"].endswith("/trace.zip")


def test_what_playwright_printed_before_it_died_is_kept_with_the_run(make_machine: MakeMachine) -> None:
    crashing = {"end": "test('ends it', async () => { process.kill(process.ppid, 'SIGKILL'); await sleep(9000); });\n"}
    machine = make_machine(crashing)

    with served(machine):
        done = machine.run("run", "-w", "1", "--json")
        kept = listed(machine)

    assert done.exit == 1, done.stderr
    assert {(each["artifactType"], each["testId"]) for each in kept} == {("log", None)}
    assert all(re.fullmatch(r"batch-\d+-output.log", each["name"]) for each in kept)


def test_a_store_that_stays_away_changes_no_verdict_and_the_next_worker_delivers(
    make_machine: MakeMachine, object_store: ObjectStore
) -> None:
    machine = make_machine(FAILING, TRACED, SHIFTY_UPLOAD_PATIENCE_SECONDS="1", **in_store(object_store))

    with served(machine):
        first = machine.start("run", "-w", "2", "--json")
        assert eventually(lambda: len(waiting(machine)), 90), first.communicate()
        with object_store.away():
            done = finished(first)
            left = len(waiting(machine))
        again = machine.run("run", "-w", "1", "--json", "specs/quick.spec.js")
        kept = listed(machine, done.json["runId"])

    assert_all_failed(done)
    assert left
    lines = [line for line in done.stderr.splitlines() if "could not be uploaded" in line]
    assert len(lines) == 1
    assert lines[0].startswith(f"{left} artifacts could not be uploaded")
    assert str(machine.data_dir / "spool" / done.json["runId"]) in lines[0]
    assert again.exit == 0, again.stderr
    assert Counter(each["artifactType"] for each in kept) == ALL_KEPT
    assert not list(machine.data_dir.glob("spool/*"))


@contextmanager
def served(machine: CommandLine) -> Generator[None]:
    """A server that stays, so that not every command has to start one."""
    up = machine.start("up", "--port", "0", "-w", "0")
    try:
        assert up.stdout
        line = up.stdout.readline()
        assert line.startswith("Shifty is ready on"), line + up.communicate()[1]
        yield
    finally:
        up.terminate()
        finished(up, 60)


def in_store(store: ObjectStore) -> dict[str, str]:
    return {**store.environment, "SHIFTY_STORAGE_URL": store.new_url()}


def waiting(machine: CommandLine) -> list[Path]:
    return list(machine.data_dir.glob("spool/*/*/uploads/*.json"))


def listed(machine: CommandLine, run: str = "last") -> list[dict[str, Any]]:
    done = machine.run("artifacts", run, "--json")
    assert done.exit == 0, done.stderr
    return json.loads(done.stdout)


def assert_all_failed(done: Done) -> None:
    assert done.exit == 1, done.stderr
    summary = done.json
    assert (summary["status"], summary["failedTests"], summary["notRun"]) == ("completed", 6, 0)
