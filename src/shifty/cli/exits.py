"""Exit codes, and which failure ends in which."""

from enum import IntEnum

from shifty.client.errors import Cancelled, ServerAway, Stopped
from shifty.client.model import Snapshot
from shifty.errors import Exhausted, Refusal, Unavailable, UsageError


class Exit(IntEnum):
    PASSED = 0
    FAILED = 1
    USAGE = 2
    """Wrong usage or configuration, or this machine lacks something."""
    INCOMPLETE = 3
    """The run could not be completed."""
    CANCELLED = 4
    INTERRUPTED = 130


class Incomplete(Exception):
    """The run could not be completed; the message says why and what to do."""


class Interrupted(Exception):
    """The user stopped a command before it knew the end."""


KNOWN_FAILURES = (UsageError, Refusal, ServerAway, Stopped, Incomplete, Interrupted)
"""They say in one sentence what is wrong; anything else is our fault and shows its trace."""


def exit_of(error: BaseException) -> Exit:
    if isinstance(error, Cancelled | Interrupted):
        return Exit.CANCELLED
    if isinstance(error, Incomplete | ServerAway | Unavailable | Exhausted):
        return Exit.INCOMPLETE
    return Exit.USAGE


def exit_of_run(snapshot: Snapshot) -> Exit:
    """The verdict decides; a run without one, or with a hole in its ledger, was not completed."""
    if snapshot.status == "cancelled":
        return Exit.CANCELLED
    if snapshot.status != "completed" or snapshot.conclusion is None:
        return Exit.INCOMPLETE
    if snapshot.conclusion in ("passed", "flaky"):
        return Exit.PASSED
    return Exit.FAILED
