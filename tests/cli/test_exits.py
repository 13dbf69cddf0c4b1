"""Exit codes: from verdicts, and from what went wrong."""

import pytest

from shifty.cli.exits import Exit, Incomplete, exit_of, exit_of_run
from shifty.client.errors import Cancelled, ServerAway, Stopped
from shifty.client.model import Conclusion, RunStatus, Snapshot
from shifty.errors import Unavailable, UsageError


@pytest.mark.parametrize(
    ("status", "conclusion", "code"),
    [
        ("completed", "passed", Exit.PASSED),
        ("completed", "flaky", Exit.PASSED),
        ("completed", "failed", Exit.FAILED),
        ("completed", "timedOut", Exit.FAILED),
        ("completed", None, Exit.INCOMPLETE),
        ("failed", "failed", Exit.INCOMPLETE),
        ("failed", None, Exit.INCOMPLETE),
        ("cancelled", "cancelled", Exit.CANCELLED),
        ("running", None, Exit.INCOMPLETE),
    ],
)
def test_the_verdict_decides(status: RunStatus, conclusion: Conclusion | None, code: Exit) -> None:
    assert exit_of_run(Snapshot(id="r", status=status, conclusion=conclusion)) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("no"), Exit.USAGE),
        (Stopped("no", code="UNAUTHORIZED", status=401), Exit.USAGE),
        (Cancelled("no", code="RUN_CANCELLED", status=409), Exit.CANCELLED),
        (ServerAway("away"), Exit.INCOMPLETE),
        (Unavailable("away"), Exit.INCOMPLETE),
        (Incomplete("gone"), Exit.INCOMPLETE),
    ],
)
def test_what_goes_wrong_has_its_code(error: Exception, code: Exit) -> None:
    assert exit_of(error) == code
