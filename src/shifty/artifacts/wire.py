"""Bodies of this room's calls."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from shifty.artifacts.media import media_type
from shifty.artifacts.model import Announced, Artifact, ArtifactType
from shifty.artifacts.naming import safe_name
from shifty.artifacts.presign import Presigned
from shifty.artifacts.sign import EXPIRES_IN
from shifty.errors import Refusal
from shifty.storage.addresses import artifact_url
from shifty.web.pagination import Pagination
from shifty.web.times import UtcTime
from shifty.wire import WHOLE, Body, Words

_BIGGEST = 2**53 - 1
MOST_UPLOADS = 100
MOST_KEYS = 1000

TestId = Annotated[Words, Field(max_length=200)]
Attempt = Annotated[int, Field(ge=0, le=1000), WHOLE]
StorageKey = Annotated[Words, Field(min_length=1, max_length=1024)]


class ArtifactRequest(Body):
    """An artifact that is about to be sent."""

    artifact_type: ArtifactType
    filename: Annotated[Words, Field(max_length=1024)] = Field(description="Reduced to a plain name.")
    content_type: Annotated[Words, Field(max_length=255)] | None = Field(
        default=None, description="Its media type; without one the name's ending decides."
    )
    size_bytes: Annotated[int, Field(ge=1, le=_BIGGEST), WHOLE] | None = Field(
        default=None, description="Exactly how many bytes will come. With it they may go to the object store itself."
    )
    test_id: TestId | None = Field(default=None, description="The test that it shows.")
    attempt: Attempt | None = Field(default=None, description="Which try of the test, from 0.")
    upload_id: UUID | None = Field(
        default=None, description="Of the client's choice: the same one again is the same artifact."
    )

    def announced(self) -> Announced:
        name = safe_name(self.filename, self.artifact_type)
        return Announced(
            type=self.artifact_type,
            name=name,
            content_type=media_type(self.content_type, name),
            size_bytes=self.size_bytes,
            test_id=self.test_id or None,
            attempt=self.attempt,
            upload_id=self.upload_id,
        )


class PresignRequest(ArtifactRequest):
    """An artifact that is about to be sent, and its run."""

    run_id: Annotated[Words, Field(max_length=200)]


class PresignBatchRequest(Body):
    """Artifacts of one run that are about to be sent."""

    run_id: Annotated[Words, Field(max_length=200)]
    artifacts: Annotated[list[ArtifactRequest], Field(min_length=1, max_length=MOST_UPLOADS)]


class PresignAnswer(Body):
    """Where to PUT the bytes: to ``uploadUrl``, with exactly these ``headers``."""

    upload_url: str
    storage_key: str
    expires_in: int = Field(description="Seconds that the address is good for.")
    artifact_id: UUID
    url: str = Field(description="Where the artifact is found once it is there.")
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str] = Field(description="To be sent with the bytes, as they stand.")
    max_bytes: int = Field(description="More are refused.")
    upload_id: UUID | None = None

    @classmethod
    def of(cls, presigned: Presigned, base: str, max_bytes: int, upload_id: UUID | None) -> Self:
        artifact = presigned.artifact
        return cls(
            upload_url=presigned.upload.url,
            storage_key=artifact.storage_key,
            expires_in=int(EXPIRES_IN.total_seconds()),
            artifact_id=artifact.id,
            url=artifact_url(base, artifact.id, artifact.name),
            headers=dict(presigned.upload.headers),
            max_bytes=artifact.size_bytes if artifact.size_bytes is not None else max_bytes,
            upload_id=upload_id,
        )


class RefusedUpload(Body):
    """One of a batch that can't be sent."""

    error: str
    code: str
    details: dict[str, object]
    upload_id: UUID | None = None

    @classmethod
    def of(cls, refusal: Refusal, upload_id: UUID | None) -> Self:
        return cls(error=refusal.message, code=refusal.code, details=refusal.details, upload_id=upload_id)


class PresignBatchAnswer(Body):
    """In the order of the request: an address, or why there is none."""

    uploads: list[PresignAnswer | RefusedUpload]


class CompleteRequest(Body):
    """One key or several."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"properties": {"storageKey": {"type": "string"}}, "required": ["storageKey"]},
                {"properties": {"storageKeys": {"type": "array"}}, "required": ["storageKeys"]},
            ]
        }
    )

    storage_key: StorageKey | None = None
    storage_keys: Annotated[list[StorageKey], Field(min_length=1, max_length=MOST_KEYS)] | None = None

    @property
    def keys(self) -> list[str]:
        """Each once."""
        one = [self.storage_key] if self.storage_key is not None else []
        return list(dict.fromkeys([*one, *(self.storage_keys or ())]))

    @model_validator(mode="after")
    def _at_least_one(self) -> Self:
        if self.storage_key is None and self.storage_keys is None:
            raise ValueError("give storageKey, or storageKeys")
        return self


class ArtifactEntry(Body):
    """An artifact as lists show it."""

    id: UUID
    artifact_type: ArtifactType
    name: str
    storage_key: str
    url: str
    content_type: str
    size_bytes: int
    test_id: str | None
    attempt: int | None
    created_at: UtcTime
    expires_at: UtcTime

    @classmethod
    def of(cls, artifact: Artifact, base: str) -> Self:
        return cls(
            id=artifact.id,
            artifact_type=artifact.type,
            name=artifact.name,
            storage_key=artifact.storage_key,
            url=artifact_url(base, artifact.id, artifact.name),
            content_type=artifact.content_type,
            size_bytes=artifact.size_bytes or 0,
            test_id=artifact.test_id,
            attempt=artifact.attempt,
            created_at=artifact.created_at,
            expires_at=artifact.expires_at,
        )


class ArtifactsAnswer(Body):
    """A page of a run's artifacts."""

    artifacts: list[ArtifactEntry]
    pagination: Pagination


class IncompleteUpload(Body):
    """One whose bytes are not there as announced."""

    storage_key: str
    error: str
    code: str


class CompleteAnswer(Body):
    """Those that are there, and why others are not."""

    artifacts: list[ArtifactEntry]
    errors: list[IncompleteUpload]

    @classmethod
    def of(cls, answers: dict[str, Artifact | Refusal], base: str) -> Self:
        return cls(
            artifacts=[ArtifactEntry.of(one, base) for one in answers.values() if isinstance(one, Artifact)],
            errors=[
                IncompleteUpload(storage_key=key, error=one.message, code=one.code)
                for key, one in answers.items()
                if isinstance(one, Refusal)
            ],
        )


class UploadAnswer(Body):
    """The artifact is stored."""

    success: Literal[True] = True
    url: str
    storage_key: str
    size_bytes: int
    expires_at: UtcTime
    artifact_id: UUID
    artifact_type: ArtifactType
    name: str

    @classmethod
    def of(cls, artifact: Artifact, base: str) -> Self:
        return cls(
            url=artifact_url(base, artifact.id, artifact.name),
            storage_key=artifact.storage_key,
            size_bytes=artifact.size_bytes or 0,
            expires_at=artifact.expires_at,
            artifact_id=artifact.id,
            artifact_type=artifact.type,
            name=artifact.name,
        )
