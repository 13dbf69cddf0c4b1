"""Bytes in a folder of this machine, or one that all replicas mount."""

import asyncio
import contextlib
import errno
import os
import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final
from uuid import uuid4

import obstore
from obstore.store import LocalStore

from shifty.errors import UsageError
from shifty.storage.blobs import SignedUpload, Span, UploadTerms
from shifty.storage.objects import Objects
from shifty.storage.pieces import PART, PARTS_AT_ONCE, Tally

INCOMING: Final = "incoming"
LEFT_BEHIND_AFTER: Final = timedelta(days=1)
"""No upload takes that long."""
_TRIES = 5


class LocalBlobs:
    """A blob is a file. It is written in ``incoming/``, made durable there, and appears under its key at once."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @cached_property
    def _store(self) -> LocalStore:
        # Made when it is first used: an application that only describes itself makes no folder.
        return LocalStore(self._root, automatic_cleanup=True, mkdir=True)

    @cached_property
    def _objects(self) -> Objects:
        return Objects(self._store, "the folder for artifacts")

    async def check(self) -> None:
        probe = self._root / INCOMING / f"check-{uuid4().hex}"
        try:
            probe.parent.mkdir(parents=True, exist_ok=True)
            await asyncio.to_thread(probe.write_bytes, b"")
            await asyncio.to_thread(probe.unlink)
        except OSError as error:
            raise UsageError(
                f"Artifacts can't be written to {self._root} ({error.strerror}): give this user the folder, "
                f"or set SHIFTY_STORAGE_URL to another."
            ) from None

    async def put(self, key: str, chunks: AsyncIterator[bytes], content_type: str) -> int:
        del content_type  # The row has it.
        arriving = f"{INCOMING}/{uuid4().hex}"
        tally = Tally(chunks)
        first, is_all = await tally.first()
        with self._objects.named_errors(tally):
            if is_all:
                await obstore.put_async(self._store, arriving, first, use_multipart=False)
            else:
                body = tally.all_after(first)
                await obstore.put_async(
                    self._store, arriving, body, use_multipart=True, chunk_size=PART, max_concurrency=PARTS_AT_ONCE
                )
            return await asyncio.to_thread(self._settle, self._root / arriving, key)

    async def get(self, key: str, span: Span | None = None) -> AsyncIterator[bytes] | None:
        return await self._objects.get(key, span)

    async def size_of(self, key: str) -> int | None:
        return await self._objects.size_of(key)

    async def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            with contextlib.suppress(FileNotFoundError), self._objects.named_errors():
                await obstore.delete_async(self._store, key)

    async def tidy(self) -> None:
        await asyncio.to_thread(self._remove_left_behind)

    def sign_upload(self, terms: UploadTerms, now: datetime) -> SignedUpload | None:
        del terms, now  # A folder has no address; the bytes come to us.
        return None

    def _settle(self, arrived: Path, key: str) -> int:
        """Give a file its key. One that has the key already stays: it is whole, and may have been read."""
        target = self._root / key
        try:
            _sync(arrived)
            for left in reversed(range(_TRIES)):
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    target.hardlink_to(arrived)
                    break
                except FileExistsError:
                    break
                except FileNotFoundError:
                    # Somebody deleted the last file of the folder, and the folder with it.
                    if not left:
                        raise
                except OSError as error:
                    if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP):
                        raise
                    # A file system without hard links.
                    arrived.replace(target)
                    break
            for folder in (target.parent, *target.parent.parents):
                _sync(folder)
                if folder == self._root:
                    break
            return target.stat().st_size
        finally:
            arrived.unlink(missing_ok=True)

    def _remove_left_behind(self) -> None:
        before = time.time() - LEFT_BEHIND_AFTER.total_seconds()
        for file in (self._root / INCOMING).glob("*"):
            with contextlib.suppress(OSError):
                if file.stat().st_mtime < before:
                    file.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
