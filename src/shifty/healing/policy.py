"""What may be healed, and when it is too early to ask: pure."""

from typing import Final

from shifty.healing.engine.model import Band
from shifty.healing.model import Mode

LONGEST_WAIT_MS: Final = 60_000
PATIENCE: Final = 3
"""Times the longest wait that a locator ever needed: only then it is taken for broken."""

_STRICTEST_FIRST: Final[tuple[Mode, ...]] = ("off", "propose", "heal")


def strictest(*modes: Mode) -> Mode:
    """Each of project, worker and test may forbid; none may allow what another forbids."""
    return min(modes, key=_STRICTEST_FIRST.index)


def wait_left_ms(waited_ms: int, longest_wait_ms: int) -> int:
    """How much longer to wait for a locator that has needed ``longest_wait_ms`` before; 0: it has been long enough."""
    return max(0, min(LONGEST_WAIT_MS, PATIENCE * longest_wait_ms) - waited_ms)


def needs_fingerprint(action: str, reason: str) -> bool:
    """Whether what the locator says of its element is too little to act on.

    An expectation that is met by a wrong element passes a test that should fail, and a locator that finds too many does
    not say which of them it means.
    """
    return reason == "strict" or action.startswith("expect")


def allowed(band: Band, mode: Mode) -> Band:
    """What of an answer ``mode`` lets through."""
    return "propose" if band == "heal" and mode != "heal" else band
