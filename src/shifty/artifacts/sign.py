"""Signed addresses of uploads: the store's own where it can hold an upload to its terms, ours otherwise."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from shifty.artifacts.model import Artifact
from shifty.artifacts.store import QUERIES
from shifty.database.pool import Database
from shifty.storage.addresses import upload_url
from shifty.storage.blobs import BlobStore, SignedUpload, UploadTerms
from shifty.storage.seal import opened_terms, sealed_query

EXPIRES_IN: Final = timedelta(hours=1)
PENDING_FOR: Final = EXPIRES_IN + timedelta(hours=1)
"""What began to come before the address expired may still be under way."""


class Signer:
    """One per application; the secret of our own addresses is in the database, so that all replicas take them."""

    def __init__(self, db: Database, blobs: BlobStore, max_bytes: int) -> None:
        self._db = db
        self._blobs = blobs
        self._secret: bytes | None = None
        self.max_bytes = max_bytes

    async def signed(self, base: str, artifact: Artifact) -> SignedUpload:
        """Where to PUT the bytes of an artifact. ``base`` is the public address of this server."""
        now = datetime.now(UTC)
        terms = UploadTerms(
            key=artifact.storage_key,
            content_type=artifact.content_type,
            size_bytes=artifact.size_bytes,
            max_bytes=self.max_bytes,
            expires_at=now + EXPIRES_IN,
        )
        # One that is there already is only to be answered so: its bytes are not to be replaced.
        direct = self._blobs.sign_upload(terms, now) if artifact.state == "pending" else None
        if direct:
            return direct
        url = upload_url(base, terms.key, sealed_query(await self._known_secret(), terms))
        length = {"Content-Length": str(terms.size_bytes)} if terms.size_bytes is not None else {}
        return SignedUpload(url, {"Content-Type": terms.content_type, **length})

    async def opened(self, key: str, query: Mapping[str, str]) -> UploadTerms:
        """What an address of ours was signed for.

        Raises:
            BadSignature: it is forged, or its time is over.
        """
        return opened_terms(await self._known_secret(), key, query, datetime.now(UTC))

    async def _known_secret(self) -> bytes:
        if self._secret is None:
            async with self._db.connection() as connection:
                row = await (await connection.execute(QUERIES["upload_secret"])).fetchone()
            assert row
            self._secret = bytes(row[0])
        return self._secret
