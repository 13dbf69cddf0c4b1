"""Bytes in S3, or in what speaks its language."""

import contextlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from shifty.errors import UsageError
from shifty.storage.blobs import SignedUpload, Span, UploadTerms
from shifty.storage.errors import StoreAway
from shifty.storage.objects import Objects, first_line
from shifty.storage.pieces import PART, PARTS_AT_ONCE, Tally
from shifty.storage.sigv4 import Credentials, presign

log = logging.getLogger(__name__)

_WHOLE_TRANSFER: Final = timedelta(hours=2)
_SILENCE: Final = timedelta(seconds=20)
_RETRIES_FOR: Final = timedelta(seconds=5)


@dataclass(frozen=True)
class Bucket:
    name: str
    prefix: str
    """Empty, or without slashes at its ends."""
    region: str
    endpoint: str
    """Where the store is for us; with ``in_host``, the bucket's own host."""
    public_endpoint: str
    """The same for workers and reporters."""
    in_host: bool
    """Whether the host names the bucket, and not the path."""
    credentials: Credentials | None
    """None: the machine has a role."""

    def public_url(self, key: str) -> str:
        path = [self.public_endpoint.rstrip("/")]
        if not self.in_host:
            path.append(self.name)
        if self.prefix:
            path.append(self.prefix)
        return "/".join([*path, key])


class S3Blobs:
    """A blob is an object; the store itself sees to it that it appears whole."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        known = bucket.credentials
        keys: dict[str, str] = {}
        if known:
            keys = {"access_key_id": known.access_key, "secret_access_key": known.secret_key}
            if known.session_token:
                keys["session_token"] = known.session_token
        try:
            self._store = S3Store(
                bucket.name,
                prefix=bucket.prefix or None,
                config={
                    "endpoint": bucket.endpoint,
                    "region": bucket.region,
                    "virtual_hosted_style_request": bucket.in_host,
                    **keys,  # pyright: ignore[reportArgumentType]  # names of the same TypedDict
                },
                client_options={
                    "allow_http": bucket.endpoint.startswith("http://"),
                    "connect_timeout": timedelta(seconds=5),
                    "read_timeout": _SILENCE,
                    "timeout": _WHOLE_TRANSFER,
                },
                retry_config={"max_retries": 3, "retry_timeout": _RETRIES_FOR},
            )
        except BaseError as error:
            raise UsageError(f"SHIFTY_STORAGE_URL can't be used: {first_line(error)}.") from None
        self._objects = Objects(self._store, "the artifact store")

    async def check(self) -> None:
        key = f"check-{uuid4().hex}"
        name = self._bucket.name
        try:
            await obstore.put_async(self._store, key, b"", use_multipart=False)
            await obstore.delete_async(self._store, key)
        except (PermissionDeniedError, UnauthenticatedError):
            raise UsageError(
                f"The artifact store at {self._bucket.endpoint} refuses to write to bucket {name!r}: check "
                f"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may put and delete objects there."
            ) from None
        except FileNotFoundError:
            raise UsageError(
                f"There is no bucket {name!r} at {self._bucket.endpoint}: make it, or correct SHIFTY_STORAGE_URL."
            ) from None
        except BaseError as error:
            if self._bucket.credentials is None and "metadata" in str(error).lower():
                raise UsageError(
                    "The artifact store needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                    "or give this machine a role."
                ) from None
            log.warning("the artifact store at %s fails: %s", self._bucket.endpoint, first_line(error))
            raise StoreAway from error

    async def put(self, key: str, chunks: AsyncIterator[bytes], content_type: str) -> int:
        tally = Tally(chunks)
        first, is_all = await tally.first()
        attributes = {"Content-Type": content_type}
        with self._objects.named_errors(tally):
            if is_all:
                await obstore.put_async(self._store, key, first, use_multipart=False, attributes=attributes)
            else:
                await obstore.put_async(
                    self._store,
                    key,
                    tally.all_after(first),
                    use_multipart=True,
                    attributes=attributes,
                    chunk_size=PART,
                    max_concurrency=PARTS_AT_ONCE,
                )
        return tally.size_bytes

    async def get(self, key: str, span: Span | None = None) -> AsyncIterator[bytes] | None:
        return await self._objects.get(key, span)

    async def size_of(self, key: str) -> int | None:
        return await self._objects.size_of(key)

    async def delete(self, keys: Sequence[str]) -> None:
        with contextlib.suppress(FileNotFoundError), self._objects.named_errors():
            await obstore.delete_async(self._store, keys)

    async def tidy(self) -> None:
        """Nothing: parts of unfinished uploads are the business of the bucket's lifecycle rule."""

    def sign_upload(self, terms: UploadTerms, now: datetime) -> SignedUpload | None:
        known = self._bucket.credentials
        if known is None or terms.size_bytes is None:
            # A role's keys change under us; and S3 can hold an upload to an exact length only.
            return None
        headers = {"Content-Type": terms.content_type, "Content-Length": str(terms.size_bytes)}
        url = presign(
            "PUT",
            self._bucket.public_url(terms.key),
            headers,
            credentials=known,
            region=self._bucket.region,
            now=now,
            expires_in=terms.expires_at - now,
        )
        return SignedUpload(url, headers)


def credentials_in(environment: Mapping[str, str]) -> Credentials | None:
    """The keys that AWS's own programs would take.

    Raises:
        UsageError: one of the two is missing.
    """
    key, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not key and not secret:
        return None
    if not key or not secret:
        missing = "AWS_SECRET_ACCESS_KEY" if key else "AWS_ACCESS_KEY_ID"
        raise UsageError(f"The artifact store needs both of its keys: {missing} is not set.")
    return Credentials(key, secret, environment.get("AWS_SESSION_TOKEN") or None)
