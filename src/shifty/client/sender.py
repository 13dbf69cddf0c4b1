"""Sends the bytes of artifacts: to signed addresses, or where those are out of reach, through the server."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias
from urllib.parse import quote, urlsplit

import httpx

from shifty.client.artifacts_api import Artifact, Place, ToSend, complete, presign
from shifty.client.errors import CallFailed, Invalid, ServerAway
from shifty.client.transport import CONNECT_S, Transport, repeated
from shifty.client.verdict import failure_in

OnBytes: TypeAlias = Callable[[int], None]
"""Is told how many bytes of a file have been sent so far."""

_CHUNK = 256 * 1024
_WRITE_S = 30.0
_STORED_S = 120.0
"""The bytes are sent; the store may take its time to put them in their place."""
_AROUND_S = 60.0


def _unheard(_sent: int) -> None:
    """For who does not want to know."""


class Sender:
    """Sends bytes to signed addresses and, where one is out of reach from here, through the server."""

    def __init__(self, transport: Transport) -> None:
        self._address = transport.address
        self._around_until = 0.0
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(_STORED_S, connect=CONNECT_S, write=_WRITE_S),
            trust_env=not self._address.is_local,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def send(self, run_id: str, file: Path, what: ToSend, place: Place, on_bytes: OnBytes = _unheard) -> None:
        """Send ``file``; afterwards ``complete`` is to be told.

        Raises:
            ServerAway: neither the place nor the server takes it now.
            Stopped: it is refused.
            OSError: the file can't be read.
        """
        direct = place.upload_url is not None and not self._goes_around(place.upload_url)
        if direct:
            try:
                await self.put(file, what, place, on_bytes)
                return
            except CallFailed:
                if self._is_server(place.upload_url or ""):
                    raise
        await self.upload(run_id, file, what, on_bytes)
        if direct:
            # The server reached the store and we did not: a name, a certificate, a firewall. That may well last.
            self._around_until = time.monotonic() + _AROUND_S

    async def put(self, file: Path, what: ToSend, place: Place, on_bytes: OnBytes = _unheard) -> None:
        """PUT ``file`` to its signed place, with exactly the headers that were signed."""
        assert place.upload_url
        headers = {"Content-Length": str(what.size_bytes), **place.headers}
        await self._stream("PUT", place.upload_url, headers, file, on_bytes)

    async def upload(self, run_id: str, file: Path, what: ToSend, on_bytes: OnBytes = _unheard) -> None:
        """The way through the server: slower, but whoever reaches it needs nothing else."""
        headers = {
            "Authorization": f"Bearer {self._address.key}",
            "X-Tenant-ID": self._address.tenant,
            "X-Run-ID": run_id,
            "X-Artifact-Type": what.artifact_type,
            "X-Artifact-Name": quote(what.filename),
            "X-Upload-ID": what.upload_id,
            "Content-Type": what.content_type,
            "Content-Length": str(what.size_bytes),
            **({"X-Test-ID": what.test_id} if what.test_id is not None else {}),
            **({"X-Attempt": str(what.attempt)} if what.attempt is not None else {}),
        }
        url = f"{self._address.url.rstrip('/')}/api/v1/artifacts/upload"
        await self._stream("POST", url, headers, file, on_bytes)

    async def _stream(self, method: str, url: str, headers: Mapping[str, str], file: Path, on_bytes: OnBytes) -> None:
        try:
            answer = await self._http.request(method, url, headers=dict(headers), content=_chunks(file, on_bytes))
        except httpx.HTTPError as error:
            raise ServerAway(f"{_origin(url)} does not take artifacts ({error or type(error).__name__}).") from error
        if answer.status_code >= 300:
            raise failure_in(answer.status_code, answer.content, answer.headers, _origin(url))

    def _goes_around(self, url: str) -> bool:
        return not self._is_server(url) and time.monotonic() < self._around_until

    def _is_server(self, url: str) -> bool:
        return urlsplit(url).netloc == urlsplit(self._address.url).netloc


async def _chunks(file: Path, on_bytes: OnBytes) -> AsyncGenerator[bytes]:
    # In threads: a disk that is slow must not keep heartbeats.
    opened = await asyncio.to_thread(file.open, "rb")
    sent = 0
    try:
        while chunk := await asyncio.to_thread(opened.read, _CHUNK):
            yield chunk
            sent += len(chunk)
            on_bytes(sent)
    finally:
        opened.close()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def upload_file(transport: Transport, run_id: str, file: Path, what: ToSend) -> Artifact:
    """All of an upload, repeated while the server or the store is away, for as long as ``transport`` has patience.

    Raises:
        ServerAway: it was in vain.
        Stopped: it is refused.
        OSError: the file can't be read.
    """
    async with Sender(transport) as sender:
        once = partial(_upload_once, transport, sender, run_id, file, what)
        return await repeated(once, transport.patience_s)


async def _upload_once(transport: Transport, sender: Sender, run_id: str, file: Path, what: ToSend) -> Artifact:
    (place,) = await presign(transport, run_id, [what])
    if place.upload_url is None:
        raise Invalid(place.error, code=place.code)
    await sender.send(run_id, file, what, place)
    answer = await complete(transport, [place.storage_key])
    if answer.artifacts:
        return answer.artifacts[0]
    refused = answer.errors[0]
    raise (ServerAway if refused.code == "SERVICE_UNAVAILABLE" else Invalid)(refused.error, code=refused.code)
