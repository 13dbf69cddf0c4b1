"""One connection to the API: headers, time-outs, and calls that are repeated while the server is away."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

import httpx

from shifty.client.errors import CallFailed, ServerAway
from shifty.client.model import Address
from shifty.client.pauses import Pauses
from shifty.client.verdict import failure_in

CONNECT_S = 5.0
ANSWER_S = 30.0
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0

T = TypeVar("T")


async def repeated(once: Callable[[], Awaitable[T]], patience_s: float) -> T:
    """What ``once`` gives, tried again for ``patience_s`` while the server is away.

    Raises:
        ServerAway: it still was; all else that ``once`` raises ends it at once.
    """
    until = time.monotonic() + patience_s
    pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
    while True:
        try:
            return await once()
        except ServerAway as away:
            wait_s = pauses.next_s(away.retry_after_s)
            if time.monotonic() + wait_s > until:
                raise
        await asyncio.sleep(wait_s)


class Transport:
    """Calls to one server. ``patience_s`` is for how long a call is repeated while the server is away."""

    def __init__(self, address: Address, *, patience_s: float = 10.0) -> None:
        self.address = address
        self.patience_s = patience_s
        self._http = httpx.AsyncClient(
            base_url=f"{address.url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {address.key}", "X-Tenant-ID": address.tenant},
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
            # A proxy of the environment must not stand between us and a server on this machine.
            trust_env=not address.is_local,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        patience_s: float | None = None,
    ) -> bytes:
        """The body of the answer. Every call that we make may be repeated without doing anything twice.

        Raises:
            ServerAway: still nobody answered after ``patience_s``.
            Stopped: the server refuses.
        """
        once = partial(self._once, method, path, body, query, headers)
        return await repeated(once, self.patience_s if patience_s is None else patience_s)

    async def _once(
        self,
        method: str,
        path: str,
        body: bytes | None,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
    ) -> bytes:
        sent = dict(headers or {})
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            answer = await self._http.request(method, path, content=body, params=query, headers=sent)
        except httpx.HTTPError as error:
            raise self._away(error) from error
        if answer.status_code >= 400:
            raise self._failure(answer)
        return answer.content

    @asynccontextmanager
    async def stream(
        self, path: str, headers: Mapping[str, str], *, silence_s: float
    ) -> AsyncGenerator[httpx.Response]:
        """An open stream; a server that says nothing for ``silence_s`` is away.

        Raises:
            ServerAway: it was not there, or has gone.
            Stopped: the server refuses.
        """
        timeout = httpx.Timeout(silence_s, connect=CONNECT_S)
        try:
            async with self._http.stream("GET", path, headers=dict(headers), timeout=timeout) as answer:
                if answer.status_code >= 400:
                    await answer.aread()
                    raise self._failure(answer)
                yield answer
        except httpx.HTTPError as error:
            raise self._away(error) from error

    def _failure(self, answer: httpx.Response) -> CallFailed:
        return failure_in(answer.status_code, answer.content, answer.headers, self.address.url)

    def _away(self, error: httpx.HTTPError) -> ServerAway:
        detail = str(error) or type(error).__name__
        return ServerAway(f"The server at {self.address.url} does not answer ({detail}).")
