"""Answers that stay true until a run ends, kept in this process."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")

MOST = 200


class Kept(Generic[V]):
    """Values by what they were made from. The one that was asked for longest ago goes first."""

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, V] = OrderedDict()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[V]]) -> V:
        """``make`` is called for a key that is new. Two who ask for it at once may both make it."""
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]
        value = self._values[key] = await make()
        while len(self._values) > MOST:
            self._values.popitem(last=False)
        return value
