"""Playwright's options: those that choose tests, those that say how they run, and those that are ours."""

import pytest

from shifty.errors import UsageError
from shifty.worker.playwright.arguments import split_arguments


@pytest.mark.parametrize(
    ("given", "choose", "run"),
    [
        ([], (), ()),
        (["--grep", "@smoke", "--retries", "2"], ("--grep", "@smoke"), ("--retries", "2")),
        (["--project", "a", "b", "--headed"], ("--project", "a", "b"), ("--headed",)),
        (["--project=a", "login.spec.ts"], ("--project=a", "login.spec.ts"), ()),
        (["--timeout=5", "-g", "x", "--forbid-only"], ("-g", "x"), ("--timeout=5", "--forbid-only")),
        (["--trace", "on", "--last-failed"], ("--last-failed",), ("--trace", "on")),
        (["--update-snapshots"], (), ("--update-snapshots",)),
    ],
)
def test_options_are_parted_with_their_values(given: list[str], choose: tuple[str, ...], run: tuple[str, ...]) -> None:
    arguments = split_arguments(given)

    assert (arguments.choose, arguments.run) == (choose, run)


@pytest.mark.parametrize("option", ["--shard=1/2", "--workers=4", "--output=x", "--reporter=html", "--ui", "-x"])
def test_options_that_shifty_sets_itself_are_refused_with_what_to_do(option: str) -> None:
    with pytest.raises(UsageError, match="cannot be passed on: "):
        split_arguments([option])
