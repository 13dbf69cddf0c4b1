"""Refusals of this room."""

from shifty.errors import Conflict, Gone, Invalid, NotFound, TooLarge


class ArtifactNotFound(NotFound):
    """There is no such artifact, or it is another tenant's, or its bytes never came."""

    code = "ARTIFACT_NOT_FOUND"

    def __init__(self, artifact: object) -> None:
        super().__init__(
            f"There is no artifact {artifact}. GET /api/v1/runs/{{runId}}/artifacts lists those of a run.",
            {"artifact": str(artifact)},
        )


class ArtifactExpired(Gone):
    """It was there, until the tenant's retention was over."""

    code = "ARTIFACT_EXPIRED"

    def __init__(self, artifact: object) -> None:
        super().__init__(
            f"Artifact {artifact} was kept for as long as the tenant's plan says, and is deleted.",
            {"artifact": str(artifact)},
        )


class ArtifactTooLarge(TooLarge):
    """It is over the server's limit for one artifact."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The artifact is over the limit of {limit} bytes. Make it smaller, or raise SHIFTY_ARTIFACT_MAX_BYTES "
            "on the server.",
            {"limitBytes": limit},
        )


class EmptyArtifact(Invalid):
    """The body has no bytes."""

    def __init__(self) -> None:
        super().__init__("The body is empty: there is nothing to keep. Send the file's bytes.")


class BadUpload(Invalid):
    """The upload can't be read, or is not what was announced."""


class NotArrived(Conflict):
    """Its bytes have not come yet."""

    def __init__(self, storage_key: str) -> None:
        super().__init__(
            f"The bytes of {storage_key} have not come. PUT them to its uploadUrl first.", {"storageKey": storage_key}
        )
