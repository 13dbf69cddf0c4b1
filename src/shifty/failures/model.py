"""Nouns: what an error message says, and what it points to."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["assertion", "timeout", "locator", "navigation", "network", "environment", "crash", "error"]
"""What sort of error it is, for people: an assertion that did not hold, a time-out, …; ``error`` is all the rest."""

Cause: TypeAlias = Literal["timeout", "network", "animation", "environment"]
"""What an error points to. ``animation``: the element moved, was covered, or was replaced while it was used
(hydration); ``environment``: browser or machine, not test or application."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one error message says."""

    digest: str
    """16 hexadecimal digits; the same for messages that differ in numbers, ids, paths, colours or time-outs only."""
    message: str
    """The message without what differs; one to a few lines."""
    sample: str
    """The message as it was, without colours, cut to a readable length."""
    kind: Kind
    causes: frozenset[Cause]
    limit_ms: int | None
    """Of the time-out that it names."""
    is_infrastructure: bool
    """It says nothing about the test: the browser could not start, the disk was full, the process was killed. A network
    error does not count: it may be the test's own, and only many at once show that the network was gone."""
