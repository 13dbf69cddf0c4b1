"""How long to wait before a call is repeated."""

import random
from dataclasses import dataclass, field


@dataclass
class Pauses:
    """Full jitter: machines that lost the same server at once do not come back to it at once.

    What the server asks for comes on top: it is a time before which it answers nobody.
    """

    first_s: float
    longest_s: float
    _ceiling_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """After a success: the next pause is short again."""
        self._ceiling_s = self.first_s

    def next_s(self, retry_after_s: float | None = None) -> float:
        drawn_s = random.uniform(0, self._ceiling_s)  # noqa: S311 (jitter)
        self._ceiling_s = min(self._ceiling_s * 2, self.longest_s)
        return drawn_s + (retry_after_s or 0)
