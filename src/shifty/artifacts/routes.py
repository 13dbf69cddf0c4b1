"""Doors: artifacts in, artifacts out."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from starlette.responses import Response

from shifty.artifacts.answer import answer_with
from shifty.artifacts.body import announced_length, within
from shifty.artifacts.complete import complete
from shifty.artifacts.errors import ArtifactExpired, ArtifactNotFound, ArtifactTooLarge, BadUpload, NotArrived
from shifty.artifacts.list_artifacts import Wanted, list_artifacts
from shifty.artifacts.media import media_type
from shifty.artifacts.model import ArtifactType
from shifty.artifacts.presign import Presigned, presign
from shifty.artifacts.reserve import require_size
from shifty.artifacts.sign import Signer
from shifty.artifacts.upload import upload, upload_signed
from shifty.artifacts.upload_headers import Labels, incoming
from shifty.artifacts.wire import (
    ArtifactEntry,
    ArtifactsAnswer,
    CompleteAnswer,
    CompleteRequest,
    PresignAnswer,
    PresignBatchAnswer,
    PresignBatchRequest,
    PresignRequest,
    RefusedUpload,
    UploadAnswer,
)
from shifty.errors import OutOfRange, Refusal, TooSlow
from shifty.ids import parse_run_id
from shifty.runs.access import require_run
from shifty.runs.errors import RunNotFound
from shifty.runs.routes import RunId
from shifty.storage.blobs import BlobStore
from shifty.storage.errors import BadSignature, StoreAway
from shifty.tenants.caller import AUTHENTICATED, IngestCaller, ReadCaller
from shifty.tenants.errors import QuotaExceeded
from shifty.web.addresses import PublicBase
from shifty.web.deps import Db
from shifty.web.pagination import Page, Pagination
from shifty.web.refusals import refusals

MOST_LISTED = 10_000

router = APIRouter(tags=["Artifacts"], dependencies=AUTHENTICATED)


def _blobs(request: Request) -> BlobStore:
    return cast("BlobStore", request.app.state.blobs)


def _signer(request: Request) -> Signer:
    return cast("Signer", request.app.state.upload_signer)


Blobs = Annotated[BlobStore, Depends(_blobs)]
Uploads = Annotated[Signer, Depends(_signer)]


def _known(run_id: str) -> UUID:
    known = parse_run_id(run_id.strip())
    if known is None:
        raise RunNotFound(run_id)
    return known


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


@router.post(
    "/artifacts/upload",
    summary="Upload an artifact",
    openapi_extra=_BODY,
    responses=refusals(RunNotFound, QuotaExceeded, ArtifactTooLarge, BadUpload, ArtifactExpired, StoreAway, TooSlow),
)
async def post_upload(
    caller: IngestCaller,
    request: Request,
    run_id: Annotated[str, Header(alias="X-Run-ID", description="The run that it belongs to.")],
    labels: Annotated[Labels, Depends()],
    db: Db,
    blobs: Blobs,
    signer: Uploads,
    base: PublicBase,
) -> UploadAnswer:
    """Store a trace, screenshot, video or log: the raw bytes as the body, or the field `file` of a form.

    The body is streamed; its answer comes when it is on disk.
    """
    run = _known(run_id)
    await require_run(db, caller, run)
    announced, chunks = await incoming(request, labels, signer.max_bytes)
    return UploadAnswer.of(await upload(db, blobs, caller.tenant_id, run, announced, chunks), base)


@router.post(
    "/artifacts/presigned-upload",
    summary="Get an address to upload to",
    responses=refusals(RunNotFound, QuotaExceeded, BadUpload, ArtifactExpired),
)
async def post_presigned_upload(
    caller: IngestCaller, body: PresignRequest, db: Db, signer: Uploads, base: PublicBase
) -> PresignAnswer:
    """PUT the file to `uploadUrl` with the answer's `headers` and no others that matter; then call complete."""
    run = _known(body.run_id)
    await require_run(db, caller, run)
    (one,) = await presign(db, signer, caller.tenant_id, run, [body.announced()], base)
    if isinstance(one, ArtifactTooLarge):
        # Nothing has been sent: it is a number that is at fault, and its bound is in the description.
        fields = [{"path": "sizeBytes", "message": f"at most {signer.max_bytes}"}]
        raise BadUpload(one.message, {"fields": fields, **one.details})
    if isinstance(one, Refusal):
        raise one
    return PresignAnswer.of(one, base, signer.max_bytes, body.upload_id)


@router.post(
    "/artifacts/presigned-uploads", summary="Get addresses for several uploads", responses=refusals(RunNotFound)
)
async def post_presigned_uploads(
    caller: IngestCaller, body: PresignBatchRequest, db: Db, signer: Uploads, base: PublicBase
) -> PresignBatchAnswer:
    """The same for up to 100 artifacts of a run. One that is refused does not keep the others."""
    run = _known(body.run_id)
    await require_run(db, caller, run)
    answers = await presign(db, signer, caller.tenant_id, run, [one.announced() for one in body.artifacts], base)
    return PresignBatchAnswer(
        uploads=[
            _batch_entry(answer, asked.upload_id, base, signer.max_bytes)
            for asked, answer in zip(body.artifacts, answers, strict=True)
        ]
    )


def _batch_entry(
    answer: Presigned | Refusal, upload_id: UUID | None, base: str, max_bytes: int
) -> PresignAnswer | RefusedUpload:
    if isinstance(answer, Refusal):
        return RefusedUpload.of(answer, upload_id)
    return PresignAnswer.of(answer, base, max_bytes, upload_id)


@router.post(
    "/artifacts/complete",
    summary="Say that uploads are done",
    responses=refusals(ArtifactNotFound, ArtifactExpired, NotArrived, BadUpload, QuotaExceeded, StoreAway),
)
async def post_complete(
    caller: IngestCaller, body: CompleteRequest, db: Db, blobs: Blobs, signer: Uploads, base: PublicBase
) -> CompleteAnswer:
    """The server looks for the bytes in the store, and lists the artifact from then on. Asked again, the same answer.

    With `storageKeys`, those that are not there are in `errors`; with `storageKey` that is the answer's own error.
    """
    answers = await complete(db, blobs, caller, body.keys, signer.max_bytes)
    if body.storage_keys is None and isinstance(refusal := answers[body.keys[0]], Refusal):
        raise refusal
    return CompleteAnswer.of(answers, base)


@router.put("/artifacts/put/{key:path}", include_in_schema=False)
async def put_signed(
    key: str, request: Request, db: Db, blobs: Blobs, signer: Uploads, base: PublicBase
) -> UploadAnswer:
    """Where signed uploads go that do not go to the store itself. The signature is the permission."""
    terms = await signer.opened(key, request.query_params)
    given = request.headers.get("content-type")
    if given and media_type(given, "") != terms.content_type:
        raise BadSignature(f"This upload was signed for {terms.content_type} and is {given[:100]}.")
    length = announced_length(request.headers.get("content-length"))
    if terms.size_bytes is not None and length not in (None, terms.size_bytes):
        raise BadSignature(f"This upload was signed for {terms.size_bytes} bytes and has {length}.")
    limit = terms.size_bytes if terms.size_bytes is not None else terms.max_bytes
    require_size(length, limit)
    return UploadAnswer.of(await upload_signed(db, blobs, terms, within(request.stream(), limit)), base)


@router.get("/runs/{runId}/artifacts", summary="List the artifacts of a run", responses=refusals(RunNotFound))
async def get_artifacts(
    caller: ReadCaller,
    run_id: RunId,
    db: Db,
    blobs: Blobs,
    signer: Uploads,
    base: PublicBase,
    kind: Annotated[ArtifactType | None, Query(alias="artifactType", description="Only these.")] = None,
    test_id: Annotated[str | None, Query(alias="testId", max_length=200, description="Only of this test.")] = None,
    limit: Annotated[int, Query(ge=1, description=f"Entries a page; at most {MOST_LISTED}.")] = MOST_LISTED,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1, description="How many to leave out.")] = 0,
) -> ArtifactsAnswer:
    """Those that are there, oldest first."""
    page = Page(min(limit, MOST_LISTED), offset)
    found, total = await list_artifacts(db, blobs, caller, run_id, Wanted(kind, test_id), page, signer.max_bytes)
    return ArtifactsAnswer(
        artifacts=[ArtifactEntry.of(one, base) for one in found], pagination=Pagination.of(page, total)
    )


def artifact_id_of(
    artifact_id: Annotated[str, Path(alias="artifactId", description="The id of the artifact.")],
) -> UUID:
    known = parse_run_id(artifact_id)
    if known is None:
        raise ArtifactNotFound(artifact_id)
    return known


ArtifactId = Annotated[UUID, Depends(artifact_id_of)]
"""A route's ``{artifactId}``. Ask for the caller first."""


@router.head("/artifacts/{artifactId}/{name}", include_in_schema=False)
@router.get(
    "/artifacts/{artifactId}/{name}",
    summary="Download an artifact",
    response_class=Response,
    responses={
        **refusals(ArtifactNotFound, ArtifactExpired, OutOfRange, StoreAway),
        200: {"description": "All of it.", "content": {"application/octet-stream": {}}},
        206: {"description": "The part that `Range` asks for.", "content": {"application/octet-stream": {}}},
        304: {"description": "The client has it already."},
    },
)
async def get_artifact(
    caller: ReadCaller,
    artifact_id: ArtifactId,
    name: Annotated[str, Path(description="Its name; for the reader, the id decides.")],
    request: Request,
    db: Db,
    blobs: Blobs,
) -> Response:
    """Its bytes, or a part of them (`Range`). Only pictures, videos and text are shown; all else is to be saved."""
    del name
    return await answer_with(db, blobs, caller, artifact_id, request)
