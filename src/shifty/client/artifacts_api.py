"""The calls about artifacts: announce them, send their bytes, list them, fetch them."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeAlias
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from shifty.client.answer import Answer, read
from shifty.client.errors import CallFailed, ServerAway, Stopped
from shifty.client.pauses import Pauses
from shifty.client.transport import CONNECT_S, FIRST_PAUSE_S, LONGEST_PAUSE_S, Transport
from shifty.client.verdict import failure_of

ArtifactType: TypeAlias = Literal["trace", "screenshot", "video", "log"]
ARTIFACT_TYPES: tuple[ArtifactType, ...] = ("trace", "screenshot", "video", "log")

OnBytes: TypeAlias = Callable[[int], None]
"""Is told how many bytes of a file have been sent so far."""

_CHUNK = 256 * 1024
_WRITE_S = 30.0
_STORED_S = 120.0
"""The bytes are sent; the store may take its time to put them in their place."""
_SILENCE_S = 30.0
_AROUND_S = 60.0


class ToSend(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True, frozen=True):
    """An artifact that is about to be sent. The same ``upload_id`` again is the same artifact."""

    artifact_type: ArtifactType
    filename: str
    content_type: str
    size_bytes: int
    upload_id: str
    test_id: str | None = None
    attempt: int | None = None


class Place(Answer, kw_only=True, frozen=True):
    """Where the bytes go; or, without ``upload_url``, why they can't."""

    upload_url: str | None = None
    storage_key: str = ""
    headers: dict[str, str] = {}
    error: str = ""
    code: str = ""


class Artifact(Answer, kw_only=True, frozen=True):
    id: str
    artifact_type: str
    name: str
    url: str
    size_bytes: int
    content_type: str = ""
    test_id: str | None = None
    attempt: int | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None


class Incomplete(Answer, kw_only=True, frozen=True):
    storage_key: str
    error: str = ""
    code: str = ""


class Completed(Answer, kw_only=True, frozen=True):
    """Those that are there, and why others are not."""

    artifacts: list[Artifact] = []
    errors: list[Incomplete] = []


class _Places(Answer, kw_only=True, frozen=True):
    uploads: list[Place]


class _Listed(Answer, kw_only=True, frozen=True):
    artifacts: list[Artifact]


async def presign(
    transport: Transport, run_id: str, files: Sequence[ToSend], *, patience_s: float = 0
) -> Sequence[Place]:
    """A place for each of ``files``, at most 100, in their order."""
    body = msgspec.json.encode({"runId": run_id, "artifacts": files})
    answer = await transport.call("POST", "/artifacts/presigned-uploads", body=body, patience_s=patience_s)
    return read(answer, _Places).uploads


async def complete(transport: Transport, storage_keys: Sequence[str], *, patience_s: float = 0) -> Completed:
    """Say that the bytes are there; lists show the artifacts from then on."""
    body = msgspec.json.encode({"storageKeys": storage_keys})
    return read(await transport.call("POST", "/artifacts/complete", body=body, patience_s=patience_s), Completed)


async def list_artifacts(transport: Transport, run_id: str, kind: ArtifactType | None = None) -> bytes:
    """The run's artifacts, oldest first, as JSON; ``read_artifacts`` makes sense of them."""
    query = {"artifactType": kind} if kind else {}
    return await transport.call("GET", f"/runs/{run_id}/artifacts", query=query)


def read_artifacts(body: bytes) -> list[Artifact]:
    return read(body, _Listed).artifacts


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

    async def send(self, run_id: str, file: Path, what: ToSend, place: Place, on_bytes: OnBytes) -> bool:
        """Send ``file``; False when ``complete`` must still be told.

        Raises:
            ServerAway: neither the place nor the server takes it now.
            Stopped: it is refused.
            OSError: the file can't be read.
        """
        direct = place.upload_url is not None and not self._goes_around(place.upload_url)
        if direct:
            try:
                await self.put(file, what, place, on_bytes)
                return False
            except CallFailed:
                if self._is_server(place.upload_url or ""):
                    raise
        await self.upload(run_id, file, what, on_bytes)
        if direct:
            # The server reached the store and we did not: a name, a certificate, a firewall. That may well last.
            self._around_until = time.monotonic() + _AROUND_S
        return True

    async def put(self, file: Path, what: ToSend, place: Place, on_bytes: OnBytes) -> None:
        """PUT ``file`` to its signed place, with exactly the headers that were signed."""
        assert place.upload_url
        headers = {"Content-Length": str(what.size_bytes), **place.headers}
        await self._stream("PUT", place.upload_url, headers, file, on_bytes)

    async def upload(self, run_id: str, file: Path, what: ToSend, on_bytes: OnBytes) -> None:
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
            known = answer.headers
            raise failure_of(
                answer.status_code, answer.content, known.get("Retry-After"), _origin(url), known.get("X-Request-ID")
            )

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


async def download(transport: Transport, artifact: Artifact, file: Path, *, patience_s: float = 30.0) -> None:
    """Write an artifact to ``file``, which appears once it is whole.

    What an interrupted download has left beside it is gone on with: the bytes of an artifact never change.

    Raises:
        ServerAway: for ``patience_s`` nothing more came.
        Stopped: it is not there any more, or not ours.
        OSError: the file can't be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name[:100]}.{artifact.id}.part")
    pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
    until = time.monotonic() + patience_s
    while (had := _size(part)) != artifact.size_bytes or not part.exists():
        try:
            await _fetch(transport, artifact, part, had if had < artifact.size_bytes else 0)
            if _size(part) != artifact.size_bytes:
                raise ServerAway(f"{artifact.name} came with {_size(part)} of {artifact.size_bytes} bytes.")
        except ServerAway as away:
            if _size(part) > had:
                until = time.monotonic() + patience_s
                pauses.restart()
            wait_s = pauses.next_s(away.retry_after_s)
            if time.monotonic() + wait_s > until:
                raise
            await asyncio.sleep(wait_s)
    part.replace(file)


async def _fetch(transport: Transport, artifact: Artifact, part: Path, start: int) -> None:
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    path = f"/artifacts/{artifact.id}/{quote(artifact.name, safe='')}"
    async with transport.stream(path, headers, silence_s=_SILENCE_S) as answer:
        if answer.status_code not in (200, 206):
            raise Stopped(
                f"The server answered {answer.status_code} to a download.", code="UNKNOWN", status=answer.status_code
            )
        opened = await asyncio.to_thread(part.open, "ab" if answer.status_code == 206 else "wb")
        try:
            async for chunk in answer.aiter_raw():
                await asyncio.to_thread(opened.write, chunk)
        finally:
            opened.close()


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
