"""Listing: what there is, what does not load, and what is wrong with a call, in one sentence."""

import asyncio
import json
from pathlib import Path

import pytest

from shifty.errors import UsageError
from shifty.worker.playwright.listing import list_suite
from tests.worker.playwright.conftest import VERSIONS, Told, copied_suite, once, run_whole


def refusal(folder: Path, **options: object) -> str:
    with pytest.raises(UsageError) as refused:
        asyncio.run(list_suite(folder, **options))  # type: ignore[arg-type]
    return str(refused.value)


@pytest.fixture(scope="module", params=VERSIONS)
def broken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    version: str = request.param
    folder = tmp_path_factory.mktemp("suite")
    return once(tmp_path_factory, f"broken-{version}", lambda: run_whole(copied_suite("broken", folder, version)))


def test_a_file_with_a_syntax_error_is_an_error_with_its_place(broken: Told) -> None:
    error = next(error for error in broken.suite.errors if error.test_file == "specs/syntax.spec.ts")

    assert "Unexpected token" in error.error.message
    assert error.error.location is not None
    assert (error.error.location.file, error.error.location.line) == ("specs/syntax.spec.ts", 4)


def test_a_module_whose_helper_throws_is_found_though_the_error_does_not_name_it(broken: Told) -> None:
    error = next(error for error in broken.suite.errors if error.test_file == "specs/import.spec.js")

    assert "this helper cannot be loaded" in error.error.message
    assert len(broken.suite.errors) == 2


def test_the_files_that_load_are_listed_and_run(broken: Told) -> None:
    assert sorted(broken.results) == ["also-good: works in TypeScript: hi", "good: works in a module"]
    assert {result.status for result in broken.results.values()} == {"passed"}


def test_only_focused_tests_are_listed_and_run(tmp_path: Path) -> None:
    told = run_whole(copied_suite("focus", tmp_path))

    assert sorted(told.results) == ["focused: picked", "focused: picked group › inside"]
    assert told.not_run == {}
    assert told.suite.errors == ()


def test_focused_tests_are_errors_when_they_are_forbidden(tmp_path: Path) -> None:
    suite = asyncio.run(list_suite(copied_suite("focus", tmp_path, "oldest"), extra_args=["--forbid-only"]))

    assert {error.test_file for error in suite.errors} == {"focused.spec.js"}
    assert "item focused with '.only' is not allowed" in suite.errors[0].error.message
    assert [test.ref.test_name for test in suite.tests] == ["elsewhere"]


def test_projects_that_can_not_be_told_apart_are_refused(tmp_path: Path) -> None:
    folder = copied_suite("simple", tmp_path)
    for config in folder.glob("playwright.config.*"):
        config.unlink()
    (folder / "playwright.config.js").write_text("module.exports = { projects: [{ retries: 0 }, { retries: 1 }] };")

    assert "needs a `name` of its own" in refusal(folder)


def test_a_suite_needs_no_configuration(tmp_path: Path) -> None:
    suite = asyncio.run(list_suite(copied_suite("simple", tmp_path)))

    assert [(test.ref.test_file, test.ref.project_name) for test in suite.tests] == [("simple.spec.ts", "")]


def test_files_on_the_wire_are_relative_to_the_root_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    folder = copied_suite("simple", tmp_path)

    suite = asyncio.run(list_suite(folder, files=["simple"]))

    assert suite.root == tmp_path
    assert [test.ref.test_file for test in suite.tests] == ["simple-newest/simple.spec.ts"]


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "is not a folder" in refusal(tmp_path / "nowhere")
    assert "check the path given with --config" in refusal(tmp_path, config=Path("nowhere.config.ts"))


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    assert "There is no Playwright project in" in refusal(tmp_path)


def test_a_project_without_playwright_is_told_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "playwright.config.ts").write_text("export default {};")

    assert "run `npm install`" in refusal(tmp_path)


def test_a_playwright_that_is_too_old_is_refused_with_the_remedy(tmp_path: Path) -> None:
    home = tmp_path / "node_modules" / "@playwright" / "test"
    home.mkdir(parents=True)
    (home / "cli.js").write_text("")
    (home / "package.json").write_text(json.dumps({"version": "1.49.2"}))
    (tmp_path / "playwright.config.ts").write_text("export default {};")

    assert "1.49.2 is too old" in refusal(tmp_path)


def test_without_node_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copied_suite("simple", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "Node.js is not on the PATH" in refusal(folder)


def test_a_configuration_that_does_not_load_is_refused_with_playwrights_words(tmp_path: Path) -> None:
    folder = copied_suite("simple", tmp_path)
    (folder / "playwright.config.js").write_text("throw new Error('no such environment');")

    assert "no such environment" in refusal(folder)


def test_an_empty_suite_is_refused(tmp_path: Path) -> None:
    folder = copied_suite("simple", tmp_path)

    assert "finds no tests" in refusal(folder, files=["nothing-like-this"])
