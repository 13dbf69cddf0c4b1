"""The words of errors: as in ``glossary.py``."""

from collections.abc import Mapping
from typing import Final

from shifty.web.word import Word

_DIGEST: Final = "9f2c41d07be3a856"
_MESSAGE: Final = (
    "TimeoutError: locator.click: Timeout <duration> exceeded.\nwaiting for getByRole('button', { name: 'Pay' })"
)
_SAMPLE: Final = (
    "TimeoutError: locator.click: Timeout 5000ms exceeded.\nCall log:\n"
    "  - waiting for getByRole('button', { name: 'Pay' })"
)
_KIND: Final = Word(
    "`assertion`, `timeout`, `locator` (found nothing, or too much), `navigation`, `network`, `environment` (browser "
    "or machine), `crash`, or `error`: all the rest.",
    "locator",
)
_TESTS_IN_RUN: Final = "in the order of the suite."

FAILURES: Final[Mapping[str, Word]] = {
    "digest": Word(
        "Of the message without what differs from time to time: the same in every run, and what a quarantine rule for "
        "an error names.",
        _DIGEST,
    ),
    **{f"{schema}.kind": _KIND for schema in ("KnownError", "ErrorInRun")},
    **{
        f"{schema}.message": Word("The message, with `<n>`, `<id>`, `<path>` … in place of what differs.", _MESSAGE)
        for schema in ("KnownError", "ErrorInRun")
    },
    "sample": Word("One of the messages as it was, without colours, cut to 2,000 characters.", _SAMPLE),
    "KnownError.count": Word("Failed attempts, and errors of the run, in the window.", 48),
    "TestWithError.count": Word("Its failed attempts with this error in the window.", 12),
    "KnownError.testCount": Word("Tests that failed so in the window.", 5),
    "runCount": Word("Runs in the window in which it was seen.", 17),
    "branches": Word("Their git branches.", ["main", "feature/login"]),
    "KnownError.tests": Word("The tests that failed so most often, at most five.", []),
    "KnownError.firstSeenAt": Word("When the first run ended that ever had it.", "2024-12-01T08:00:00Z"),
    "KnownError.lastSeenAt": Word("When the last run ended that had it.", "2024-12-09T10:05:00Z"),
    "lastRunId": Word("That run; null when it has been deleted.", "0b8e5c1e-7a52-4c1c-9d55-1f3f2b6f0a11"),
    "RunErrorsAnswer.errors": Word("The causes.", []),
    "ErrorInRun.causes": Word(
        "What it points to: `timeout`, `network`, `animation` (the element moved, was covered or replaced) or "
        "`environment`.",
        ["timeout"],
    ),
    "ErrorInRun.testCount": Word("Tests of the run that it hit.", 5),
    "ErrorInRun.failed": Word(f"Of them those that failed, {_TESTS_IN_RUN}", []),
    "ErrorInRun.flaky": Word(f"Of them those that passed at a later attempt, {_TESTS_IN_RUN}", []),
    "ErrorInRun.runErrors": Word("How often the run met it outside of any test.", 0),
    "ErrorInRun.files": Word("Spec files that it kept from being loaded or run.", []),
    "TestInRun.attempts": Word("How many of its attempts failed so.", 2),
    "TestInRun.outcome": Word("`failed`, or `passed`: it is flaky.", "failed"),
    "RunErrorsAnswer.truncated": Word("Whether more tests failed than were looked at.", False),
}
