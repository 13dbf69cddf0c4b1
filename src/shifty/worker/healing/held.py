"""Fingerprints of attempts that still run, kept until it is known how the attempt has ended. Pure, and bounded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

AttemptKey: TypeAlias = tuple[str, int]
"""Test id, and which of its attempts, from 0."""

MOST_BYTES = 32 * 1024 * 1024


@dataclass
class Held:
    """Gives out only what a passed attempt has seen: what a failing page looked like must not be learnt."""

    most_bytes: int = MOST_BYTES
    _waiting: dict[AttemptKey, list[bytes]] = field(default_factory=dict[AttemptKey, list[bytes]])
    _passed: dict[AttemptKey, bool] = field(default_factory=dict[AttemptKey, bool])
    _size: int = 0

    def take(self, test_id: str, attempt: int | None, seen: bytes) -> Sequence[bytes]:
        """Keep ``seen``; what may be sent at once, where its attempt has passed already.

        ``attempt`` None is the one that must be running now: the first of which no end is known, or failure.
        """
        key = (test_id, self._running(test_id) if attempt is None else attempt)
        passed = self._passed.get(key)
        if passed is None and self._size + len(seen) <= self.most_bytes:
            self._waiting.setdefault(key, []).append(seen)
            self._size += len(seen)
        return [seen] if passed else []

    def ended(self, test_id: str, attempt: int, *, passed: bool) -> Sequence[bytes]:
        """What may be sent now that this attempt has ended so. To say it again does nothing."""
        self._passed[test_id, attempt] = passed
        seen = self._waiting.pop((test_id, attempt), [])
        self._size -= sum(map(len, seen))
        return seen if passed else []

    def forget(self) -> None:
        """The processes have ended, and nobody will hear any more of what is left."""
        self._waiting.clear()
        self._passed.clear()
        self._size = 0

    def _running(self, test_id: str) -> int:
        attempt = 0
        while self._passed.get((test_id, attempt)) is False:
            attempt += 1
        return attempt
