"""The errors of a test that failed, as rules name them. Pure."""

from shifty.failures.classify import NO_MESSAGE, find, is_bare_timeout, telling
from shifty.quarantine.store import ErrorsRow

CUT = "More errors of this attempt were cut by Shifty."
"""What our reporters put in the place of errors that were too many or too long to send (js/reporter)."""
UNTOLD_DIGESTS = frozenset({find(NO_MESSAGE).digest, find(CUT).digest})
"""Of errors of which nobody knows what they say: no rule covers them."""
UNTOLD = ""
"""Stands for the error of an attempt that failed without a word, and for a pass that should have been a failure: no
rule names it."""


def digests_of(test: ErrorsRow) -> list[str]:
    """The digests of all that went wrong in its failed attempts, each once.

    All, not the last one's: a test that failed for two reasons is excused only when both are known.
    """
    told = [message for attempt in test.attempts for message in telling(attempt) or [UNTOLD]]
    # The server's own word on a test whose worker was lost stands in no attempt.
    if test.error_message and not (told and is_bare_timeout(test.error_message)):
        told.append(test.error_message)
    if test.passed_unexpectedly:
        told.append(UNTOLD)
    return list(dict.fromkeys(_digest(message) for message in dict.fromkeys(told)))


def _digest(message: str) -> str:
    digest = find(message).digest
    return UNTOLD if digest in UNTOLD_DIGESTS else digest
