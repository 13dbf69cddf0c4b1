"""Call asynchronous code from code that is not: the loop runs in a thread of its own."""

import asyncio
import functools
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

T = TypeVar("T")
P = ParamSpec("P")
Core = TypeVar("Core")
Held = TypeVar("Held", covariant=True)


class Loop:
    """An event loop that other threads give work to. The thread is a daemon: a caller that forgets it can still end."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="shifty-client", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What ``work`` returns or raises. Ctrl-C cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()

    def close(self) -> None:
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _serve(self) -> None:
        self._loop.run_forever()
        # Not in the thread that closes: that may have a loop of its own at work.
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


class Facade(Protocol[Held]):
    """Something with an asynchronous ``core`` and the loop that this lives in."""

    @property
    def core(self) -> Held: ...
    @property
    def loop(self) -> Loop: ...


def blocking(
    method: Callable[Concatenate[Core, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Facade[Core], P], T]:
    """The same call, which returns when it is done."""

    @functools.wraps(method)
    def call(self: Facade[Core], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.loop.run(method(self.core, *args, **kwargs))

    return call


def iterating(
    method: Callable[Concatenate[Core, P], AsyncGenerator[T]],
) -> Callable[Concatenate[Facade[Core], P], Generator[T]]:
    """The same stream, one item at a time. It ends with the loop over it, also when that is left early."""

    @functools.wraps(method)
    def iterate(self: Facade[Core], *args: P.args, **kwargs: P.kwargs) -> Generator[T]:
        items = method(self.core, *args, **kwargs)
        try:
            while found := self.loop.run(_next(items)):
                yield found[0]
        finally:
            self.loop.run(items.aclose())

    return iterate


async def _next(items: AsyncGenerator[T]) -> tuple[T, ...]:
    """The next item alone, or nothing at the end."""
    async for item in items:
        return (item,)
    return ()
