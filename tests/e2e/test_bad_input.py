"""What is wrong is said in one sentence, with the remedy, and nothing is left behind."""

import socket

import pytest

from tests.e2e.command_line import Done
from tests.e2e.conftest import MakeMachine

ONE = {"one": "test('passes', async () => {});\n"}


def test_a_wrong_path_is_named(make_machine: MakeMachine) -> None:
    done = make_machine(ONE).run("run", "-w", "1", "specs/nothing.spec.js")

    assert_one_sentence(done, 2, "specs/nothing.spec.js")


def test_an_empty_suite_is_refused(make_machine: MakeMachine) -> None:
    assert_one_sentence(make_machine({}).run("run", "-w", "1"), 2, "no tests")


def test_a_project_without_playwright_is_told_how_to_get_it(make_machine: MakeMachine) -> None:
    machine = make_machine(ONE)
    (machine.project / "node_modules").unlink()

    assert_one_sentence(machine.run("run", "-w", "1"), 2, "@playwright/test")


def test_a_folder_without_a_project_is_refused(make_machine: MakeMachine) -> None:
    machine = make_machine(ONE)
    (machine.project / "playwright.config.js").unlink()
    (machine.project / "node_modules").unlink()

    assert machine.run("run", "-w", "1").exit == 2


def test_a_browser_that_is_not_installed_ends_the_run(make_machine: MakeMachine) -> None:
    machine = make_machine({"page": "test('opens', async ({ page }) => { await page.goto('about:blank'); });\n"})

    done = machine.run("run", "-w", "2", env={"PLAYWRIGHT_BROWSERS_PATH": str(machine.project / "no-browsers")})

    assert done.exit in (2, 3)
    assert "playwright install" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", ["server", "up"])
def test_a_busy_port_is_refused_before_anything_starts(make_machine: MakeMachine, command: str) -> None:
    machine = make_machine(ONE)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = machine.run(command, "--port", str(taken.getsockname()[1]))

    assert_one_sentence(done, 2, "--port")
    assert not (machine.data_dir / "pg.lock").exists()


def test_an_api_url_without_a_key_is_refused(make_machine: MakeMachine) -> None:
    done = make_machine(ONE).run("runs", env={"SHIFTY_API_URL": "http://127.0.0.1:9"})

    assert_one_sentence(done, 2, "SHIFTY_API_KEY")


def test_a_server_that_does_not_answer_ends_a_command_with_3(make_machine: MakeMachine) -> None:
    done = make_machine(ONE).run("runs", env={"SHIFTY_API_URL": "http://127.0.0.1:9", "SHIFTY_API_KEY": "shf_a_b"})

    assert_one_sentence(done, 3, "127.0.0.1:9")


def test_an_unknown_run_is_refused(make_machine: MakeMachine) -> None:
    assert_one_sentence(make_machine(ONE).run("show", "0badc0de"), 2, "0badc0de")


def assert_one_sentence(done: Done, exit_code: int, part: str) -> None:
    assert done.exit == exit_code, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert part in done.stderr
