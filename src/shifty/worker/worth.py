"""Decides which files of a test's attempts are worth keeping, and as what: pure.

All that a test left behind which failed or had to be tried again, since whoever looks into it wants to compare; of a
test that passed at once only its trace, which nobody records without a reason.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shifty import wire
from shifty.client.artifacts_api import ArtifactType
from shifty.worker.playwright.model import stable_id_of

_NAMESPACE = uuid.UUID("6b7c2f0e-5d0b-4c57-9b3c-6f2f4a8f7a11")
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}(;[\x20-\x7e]{0,100})?", re.ASCII)
_ZIPS = ("application/zip", "application/x-zip-compressed")


@dataclass(frozen=True)
class FileToKeep:
    path: Path
    artifact_type: ArtifactType
    name: str
    content_type: str
    upload_id: str
    """Whoever asks for the same file of the same attempt again gets the same id."""
    test_id: str | None = None
    attempt: int | None = None


def files_of(batch: wire.TestBatch, run_id: str) -> list[FileToKeep]:
    """What to keep of the attempts that ``batch`` tells of; files that it names more than once have one id."""
    return [file for result in batch.results for file in _files_of_result(result, run_id, batch.lease)]


def _files_of_result(result: wire.TestResult, run_id: str, lease: str | None) -> list[FileToKeep]:
    attempts = result.attempts or []
    all_of_it = len(attempts) > 1 or any(_failed(attempt, result.expected_status) for attempt in attempts)
    test_id = stable_id_of(result)
    found: list[FileToKeep] = []
    for attempt in attempts:
        # Whoever reviews a heal wants to see which element it was.
        evidence = {heal.screenshot for heal in attempt.heals if heal.screenshot}
        for position, attachment in enumerate(attempt.attachments):
            kind = type_of(attachment)
            wanted = all_of_it or kind == "trace" or attempt.attempt > 0 or attachment.name in evidence
            if attachment.path is None or not wanted:
                continue
            path = Path(attachment.path)
            names = (run_id, lease or "", test_id, str(attempt.attempt), str(position), attachment.name)
            found.append(
                FileToKeep(
                    path=path,
                    artifact_type=kind,
                    name=path.name,
                    content_type=_media_type(attachment.content_type),
                    upload_id=upload_id(names),
                    test_id=test_id,
                    attempt=attempt.attempt,
                )
            )
    return found


def log_of_batch(log: Path, run_id: str, lease: str, seq: int) -> FileToKeep:
    """What Playwright printed in a batch that had trouble outside of its tests."""
    return FileToKeep(log, "log", f"batch-{seq}-output.log", "text/plain", upload_id((run_id, lease, "output.log")))


def _media_type(given: str) -> str:
    """Tests give what they like, and this goes into headers."""
    return given if _MEDIA_TYPE.fullmatch(given) else "application/octet-stream"


def type_of(attachment: wire.Attachment) -> ArtifactType:
    kind = attachment.content_type.partition(";")[0].strip().lower()
    if attachment.name == "trace" and kind in _ZIPS:
        return "trace"
    if kind.startswith("image/"):
        return "screenshot"
    return "video" if kind.startswith("video/") else "log"


def upload_id(names: Sequence[str]) -> str:
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(names)))


def _failed(attempt: wire.Attempt, expected: wire.RawStatus) -> bool:
    return attempt.status not in (expected, "skipped")
