"""Which attachments are uploaded, and as what."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from shifty import wire
from shifty.worker.worth import files_of, log_of_batch, type_of

TRACE = wire.Attachment(name="trace", content_type="application/zip", path="/out/results/a-retry1/trace.zip")
SHOT = wire.Attachment(name="screenshot", content_type="image/png", path="/out/results/a/test-failed-1.png")
VIDEO = wire.Attachment(name="video", content_type="video/webm", path="/out/results/a/video.webm")
PAGE = wire.Attachment(name="error-context", content_type="text/markdown", path="/out/results/a/error-context.md")
INLINE = wire.Attachment(name="body", content_type="text/plain")


def attempt(number: int, status: wire.RawStatus, attachments: Sequence[wire.Attachment]) -> wire.Attempt:
    return wire.Attempt(attempt=number, status=status, duration_ms=1, attachments=list(attachments))


def batch(*attempts: wire.Attempt, expected: wire.RawStatus = "passed", lease: str | None = "l1") -> wire.TestBatch:
    last = attempts[-1]
    result = wire.TestResult(
        test_file="a.spec.ts",
        test_name="a",
        status=last.status,
        expected_status=expected,
        attempts=list(attempts),
    )
    return wire.TestBatch(results=[result], lease=lease)


def names(found: wire.TestBatch) -> list[tuple[str, int | None]]:
    return [(file.name, file.attempt) for file in files_of(found, "r")]


def test_all_files_of_a_failed_test_are_kept_but_no_inline_ones() -> None:
    found = batch(attempt(0, "failed", [SHOT, VIDEO, PAGE, INLINE]))

    assert names(found) == [("test-failed-1.png", 0), ("video.webm", 0), ("error-context.md", 0)]


def test_of_a_test_that_passed_at_once_only_the_trace_is_kept() -> None:
    assert names(batch(attempt(0, "passed", [TRACE, SHOT, VIDEO]))) == [("trace.zip", 0)]


def test_of_a_healed_test_the_picture_of_the_element_is_kept() -> None:
    picture = wire.Attachment(name="shifty-heal-1.png", content_type="image/png", path="/out/a/shifty-heal-1.png")
    heal = wire.Heal(
        original_selector="#a", decision="heal", confidence=1, strategy="text-content-matching", screenshot=picture.name
    )
    healed = msgspec.structs.replace(attempt(0, "passed", [SHOT, picture]), heals=[heal])

    assert names(batch(healed)) == [("shifty-heal-1.png", 0)]


def test_of_a_flaky_test_the_passed_attempt_is_kept_too() -> None:
    found = batch(attempt(0, "failed", [SHOT]), attempt(1, "passed", [TRACE, VIDEO]))

    assert names(found) == [("test-failed-1.png", 0), ("trace.zip", 1), ("video.webm", 1)]


@pytest.mark.parametrize("status", ["failed", "skipped"])
def test_what_was_expected_is_no_failure(status: wire.RawStatus) -> None:
    assert names(batch(attempt(0, status, [SHOT]), expected="failed")) == []


@pytest.mark.parametrize(
    ("name", "content_type", "kind"),
    [
        ("trace", "application/zip", "trace"),
        ("trace", "text/plain", "log"),
        ("data", "application/zip", "log"),
        ("anything", "image/jpeg", "screenshot"),
        ("screenshot", "IMAGE/PNG; q=1", "screenshot"),
        ("video", "video/webm", "video"),
        ("error-context", "text/markdown", "log"),
        ("odd", "", "log"),
    ],
)
def test_the_kind_of_an_attachment(name: str, content_type: str, kind: str) -> None:
    assert type_of(wire.Attachment(name=name, content_type=content_type)) == kind


@pytest.mark.parametrize("given", ["", "text", "text/plain\r\nX-Tenant-ID: other", "a/" + "b" * 300])
def test_what_is_no_media_type_is_bytes(given: str) -> None:
    odd = wire.Attachment(name="odd", content_type=given, path="/out/odd")

    assert files_of(batch(attempt(0, "failed", [odd])), "r")[0].content_type == "application/octet-stream"


def test_a_file_has_one_id_however_often_it_is_told_of_and_another_under_another_lease() -> None:
    provisional = batch(attempt(0, "failed", [SHOT]))
    final = batch(attempt(0, "failed", [SHOT]), attempt(1, "failed", [SHOT]))
    elsewhere = batch(attempt(0, "failed", [SHOT]), lease="l2")

    first = files_of(provisional, "r")[0].upload_id
    assert [file.upload_id == first for file in files_of(final, "r")] == [True, False]
    assert files_of(elsewhere, "r")[0].upload_id != first
    assert str(UUID(first)) == first


def test_the_log_of_a_batch_belongs_to_no_test() -> None:
    kept = log_of_batch(Path("/out/b3/output.log"), "r", "l1", 3)

    assert (kept.test_id, kept.artifact_type, kept.name) == (None, "log", "batch-3-output.log")
