"""Nouns: artifact, and what is said about one before it is there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

ArtifactType: TypeAlias = Literal["trace", "screenshot", "video", "log"]
State: TypeAlias = Literal["pending", "ready", "expired"]


@dataclass(frozen=True, kw_only=True)
class Artifact:
    id: UUID
    tenant_id: UUID
    run_id: UUID
    type: ArtifactType
    name: str
    storage_key: str
    content_type: str
    size_bytes: int | None
    """While pending: as announced; None: it was not."""
    test_id: str | None
    attempt: int | None
    tries: int
    state: State
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What a client says about an artifact that it is about to send. The name is a safe one already."""

    type: ArtifactType
    name: str
    content_type: str
    size_bytes: int | None = None
    test_id: str | None = None
    attempt: int | None = None
    upload_id: UUID | None = None
