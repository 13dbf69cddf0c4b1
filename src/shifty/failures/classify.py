"""Says what an error message comes to: its fingerprint, its kind, and what it points to. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from shifty.failures.model import Finding
from shifty.failures.normalise import plain, reduce, shown
from shifty.failures.signs import causes_of, is_assertion, kind_of, limit_of

NO_MESSAGE: Final = "(no error message)"

_HEAD: Final = 12_000
"""Characters that the fingerprint is made of, at most: who keeps no more of a message finds the same."""
_TAIL: Final = 4_000
"""Of a long message the end tells causes too: it holds the log of the call."""
_LONGEST_SAMPLE: Final = 2_000
_BARE_TIMEOUT: Final = re.compile(r"(?:Error: )?Test timeout of \d{1,9}ms exceeded\.?")


def find(message: str) -> Finding:
    """Takes any text; blank, or nothing but a stack, is a finding of its own."""
    return _find(message[:_HEAD], message[_HEAD:][-_TAIL:])


def find_in(messages: Sequence[str]) -> Finding | None:
    """What a failed attempt says, whose errors these are, in Playwright's order; None without any.

    The first of them that tells most: digest, message and kind are its own. Causes are those of all together.
    """
    if not messages:
        return None
    findings = [find(message) for message in messages]
    main = find(telling(messages)[0])
    return Finding(
        digest=main.digest,
        message=main.message,
        sample=main.sample,
        kind=main.kind,
        causes=frozenset(cause for finding in findings for cause in finding.causes),
        limit_ms=next(iter(limits_in(findings)), None),
        is_infrastructure=any(finding.is_infrastructure for finding in findings),
    )


def limits_in(findings: Sequence[Finding]) -> list[int]:
    """Milliseconds; those of the test itself where it ran into its own, else those of its steps."""
    of_test = [each for each in findings if "test-timeout" in each.causes]
    return [each.limit_ms for each in of_test or findings if each.limit_ms is not None]


def telling(messages: Sequence[str]) -> list[str]:
    """Without bare time-outs of the test, which Playwright puts beside the error that says where it hung; never empty
    unless ``messages`` is."""
    return [message for message in messages if not is_bare_timeout(message)] or list(messages[:1])


def is_bare_timeout(message: str) -> bool:
    """It says that the time of the test was over, and nothing else."""
    return len(message) < 200 and bool(_BARE_TIMEOUT.fullmatch(plain(message)))


@lru_cache(maxsize=1024)
def _find(head: str, tail: str) -> Finding:
    text = plain(head, _HEAD)
    reduced = reduce(text) or NO_MESSAGE
    said = f"{text}\n{plain(tail, _TAIL)}" if tail else text
    asserted = is_assertion(text)
    limit_ms = limit_of(said, is_assertion=asserted)
    causes = causes_of(said, limit_ms, is_assertion=asserted)
    return Finding(
        digest=blake2b(reduced.encode(), digest_size=8).hexdigest(),
        message=shown(reduced),
        sample=text if len(text) <= _LONGEST_SAMPLE else text[:_LONGEST_SAMPLE] + " …",
        kind=kind_of(said, causes, is_assertion=asserted),
        causes=causes,
        limit_ms=limit_ms,
        is_infrastructure="environment" in causes,
    )
