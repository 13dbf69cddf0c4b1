"""What of a command line is for Playwright."""

from shifty.cli.run_options import Choice, choose


def test_files_are_files_and_options_become_playwrights() -> None:
    choice = choose(["a.spec.ts"], None, ["chromium"], "logs in", command_line=["shifty", "run", "a.spec.ts"])

    assert choice == Choice(["a.spec.ts"], ["--project=chromium", "--grep", "logs in"])


def test_what_follows_two_dashes_is_no_file() -> None:
    line = ["shifty", "run", "a.spec.ts", "--", "--retries", "2"]

    assert choose(["a.spec.ts", "--retries", "2"], None, None, None, line) == Choice(["a.spec.ts"], ["--retries", "2"])


def test_two_dashes_with_nothing_behind_change_nothing() -> None:
    assert choose(["a"], ["--debug"], None, None, ["shifty", "run", "a", "--"]) == Choice(["a"], ["--debug"])
