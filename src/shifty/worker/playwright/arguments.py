"""Which of the user's Playwright options choose tests, and which say how tests run."""

from collections.abc import Sequence
from dataclasses import dataclass

from shifty.errors import UsageError

_CHOOSE_WITH_VALUE = frozenset(
    {"--grep", "-g", "--grep-invert", "-gv", "-G", "--project", "--test-list", "--test-list-invert"}
)
_CHOOSE = frozenset({"--last-failed", "--pass-with-no-tests", "--only-changed"})
_OURS = {
    "--shard": "Shifty itself spreads the tests over its workers",
    "--workers": "use `shifty run -w N`",
    "-j": "use `shifty run -w N`",
    "--output": "each batch gets an output folder of its own",
    "--reporter": "set reporters in the Playwright configuration",
    "--config": "use `shifty run --config`",
    "-c": "use `shifty run --config`",
    "--list": "use `shifty plan`",
    "--no-deps": "set-up projects run once on each machine",
    "--ui": "it is interactive",
    "--debug": "it is interactive",
    "--max-failures": "set maxFailures in the Playwright configuration",
    "-x": "set maxFailures in the Playwright configuration",
}
_WITH_VALUE = frozenset(
    {
        "--add-reporter",
        "--browser",
        "--global-timeout",
        "--last-failed-file",
        "--repeat-each",
        "--retries",
        "--run-agents",
        "--timeout",
        "--trace",
        "--tsconfig",
        "--update-source-method",
    }
)


@dataclass(frozen=True)
class Arguments:
    choose: tuple[str, ...]
    """Only for listing: a batch names its tests itself."""
    run: tuple[str, ...]
    """For listing and for each batch."""


def split_arguments(extra: Sequence[str]) -> Arguments:
    """Part the options that choose tests from those that say how they run.

    Raises:
        UsageError: an option that Shifty must set itself.
    """
    choose: list[str] = []
    run: list[str] = []
    position = 0
    while position < len(extra):
        name, equals, _ = extra[position].partition("=")
        if reason := _OURS.get(name):
            raise UsageError(f"Playwright's {name} cannot be passed on: {reason}.")
        target = choose if name in _CHOOSE or name in _CHOOSE_WITH_VALUE or not name.startswith("-") else run
        takes_value = not equals and name in _CHOOSE_WITH_VALUE | _WITH_VALUE
        end = position + 1 + takes_value
        # --project takes several: `--project a b`.
        while name == "--project" and end < len(extra) and not extra[end].startswith("-"):
            end += 1
        target.extend(extra[position:end])
        position = end
    return Arguments(tuple(choose), tuple(run))
