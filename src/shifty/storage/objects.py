"""What reading is in every store of ``obstore``, and whose fault a failure is."""

import logging
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from shifty.storage.blobs import Span
from shifty.storage.errors import StoreAway
from shifty.storage.pieces import PIECE, Tally

log = logging.getLogger(__name__)


class Objects:
    """The objects of a store. ``name`` is what the log calls it."""

    def __init__(self, store: ObjectStore, name: str) -> None:
        self._store = store
        self._name = name

    async def get(self, key: str, span: Span | None) -> AsyncIterator[bytes] | None:
        """As ``BlobStore.get``."""
        try:
            with self.named_errors():
                found = await obstore.get_async(
                    self._store, key, options={"range": (span.start, span.end)} if span else None
                )
        except FileNotFoundError:
            return None
        return found.stream(min_chunk_size=PIECE)

    async def size_of(self, key: str) -> int | None:
        """As ``BlobStore.size_of``."""
        try:
            with self.named_errors():
                return (await obstore.head_async(self._store, key))["size"]
        except FileNotFoundError:
            return None

    @contextmanager
    def named_errors(self, sent: Tally | None = None) -> Generator[None]:
        """What the store has is our own refusal; an object that is not there, and what a sender has, stay that."""
        try:
            yield
        except (BaseError, OSError) as error:
            if sent is None and isinstance(error, FileNotFoundError):
                raise
            if sent and error is sent.fault:
                raise
            log.warning("%s fails: %s", self._name, first_line(error))
            raise StoreAway from error


def first_line(error: Exception) -> str:
    """A store's messages go on for pages."""
    return str(error).strip().partition("\n")[0].rstrip(".")
