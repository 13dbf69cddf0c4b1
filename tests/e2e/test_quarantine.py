"""``shifty run`` exits by what is not in quarantine, and shows what is."""

import shutil
import signal
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.e2e.command_line import REPOSITORY, CommandLine, finished
from tests.e2e.conftest import machines
from tests.e2e.processes import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Mix:
    specs: str
    exit: int
    quarantined: int | None
    """None: as many as had no time to run."""
    arguments: Sequence[str] = ()
    """For Playwright."""


MIXES = (
    Mix("good shaky hook", 0, 4),
    Mix("shaky bad", 1, 2),
    Mix("half", 1, 1),
    Mix("tagged flaky", 0, 1, ["--retries=1"]),
    Mix("shaky syntax", 3, 2),
    Mix("focused", 0, 1),
    Mix("focused", 3, 0, ["--forbid-only"]),
    Mix("shaky endless", 3, None, ["--global-timeout=4000"]),
    Mix("bad", 1, 0),
)


@pytest.fixture(scope="module")
def machine() -> Generator[CommandLine]:
    """With a server that stays from one command to the next, which knows the suite and what of it is quarantined."""
    with (
        TemporaryDirectory(prefix="shifty-test-", ignore_cleanup_errors=True) as folder,
        machines(Path(folder)) as make,
    ):
        machine: CommandLine = make({}, SHIFTY_PROJECT="shop")
        shutil.copytree(REPOSITORY / "tests" / "suites" / "quarantine", machine.project, dirs_exist_ok=True)
        (machine.project / ".git").mkdir()
        up = machine.start("up", "--port", "0", "-w", "0")
        assert up.stdout
        line = up.stdout.readline()
        assert line.startswith("Shifty is ready on"), line + up.communicate()[1]
        before = machine.run("run", "-w", "1", "specs/shaky.spec.js")
        assert before.exit == 1, before.stderr
        for rule in (("--file", "specs/shaky.spec.js"), ("--title", "the basket › *"), ("--tag", "@shaky")):
            added = machine.run("quarantine", "add", *rule, "--reason", "SHOP-1", "--owner", "@shop", "--days", "9")
            assert added.exit == 0, added.stderr
        machine.environment |= {
            "SHIFTY_API_URL": line.split()[4].rstrip(","),
            "SHIFTY_API_KEY": (machine.data_dir / "local.key").read_text().strip(),
            "SHIFTY_TENANT_ID": "local",
        }
        yield machine
        up.terminate()
        finished(up, 60)


def test_the_exit_code_follows_quarantine_for_every_mix(machine: CommandLine) -> None:
    wrong: list[str] = []
    for mix in MIXES:
        specs = [f"specs/{name}.spec.js" for name in mix.specs.split()]
        done = machine.run("run", "-w", "1", "--json", *specs, "--", *mix.arguments)
        found = done.stdout and done.json["quarantinedTests"]
        if done.exit != mix.exit or mix.quarantined not in (None, found):
            wrong.append(f"{mix} exits with {done.exit}\n{done.stdout}\n{done.stderr}")

    assert not wrong, "\n\n".join(wrong)


def test_what_is_excused_is_shown_apart_and_not_run_again(machine: CommandLine) -> None:
    run = machine.run("run", "-w", "1", "specs/good.spec.js", "specs/shaky.spec.js", "specs/hook.spec.js")
    shown, failed = machine.run("show", "last"), machine.run("failed", "last")
    again = machine.run("rerun", "last", "--failed", "-w", "1")
    listed, runs = machine.run("quarantine", "list"), machine.run("runs")

    assert run.exit == 0, run.stdout + run.stderr
    assert "Run passed (4 failed or not run in quarantine): 1 passed, 3 failed" in run.stdout
    assert "specs/shaky.spec.js:4 › fails  failed, in quarantine" in run.stdout
    assert "      SHOP-1 (@shop, until 20" in run.stdout
    assert "run again:" not in run.stdout
    assert "quarantined" in shown.stdout
    assert "No test failed that counts." in failed.stdout
    assert "specs/shaky.spec.js:4 › fails" in failed.stdout.partition("In quarantine")[2]
    assert again.exit == 0, again.stdout + again.stderr
    assert "file specs/shaky.spec.js" in listed.stdout
    assert "failed  quarantine  flaky" in runs.stdout


def test_a_job_of_ci_exits_by_the_same_verdict(machine: CommandLine) -> None:
    job = ("ci", "--build-id", "b1", "specs/good.spec.js", "specs/shaky.spec.js", "specs/tagged.spec.js")

    done = machine.run(*job, env={"GITHUB_ACTIONS": "true"})

    assert done.exit == 0, done.stdout + done.stderr
    notices = [line for line in done.stdout.splitlines() if line.startswith("::notice ")]
    assert len(notices) == 3
    assert notices[0].startswith("::notice file=specs/shaky.spec.js,line=4,title=quarantined%3A fails::SHOP-1 (@shop")
    assert "::error" not in done.stdout


def test_a_run_that_is_cancelled_is_not_excused(machine: CommandLine) -> None:
    before = logs_of_batches(machine)
    process = machine.start("run", "-w", "1", "--json", "specs/tagged.spec.js", "specs/endless.spec.js")
    assert eventually(lambda: any(b"it waits" in log.read_bytes() for log in logs_of_batches(machine) - before), 240)
    process.send_signal(signal.SIGINT)
    assert eventually(lambda: machine.run("runs", "-n", "1", "--status", "cancelled", "--json").json["runs"], 120)
    process.send_signal(signal.SIGINT)

    done = finished(process)
    assert (done.exit, done.json["conclusion"]) == (4, "cancelled"), done.stderr


def logs_of_batches(machine: CommandLine) -> set[Path]:
    return set(machine.project.glob("test-results/*/*/output.log"))
