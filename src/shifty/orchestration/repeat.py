"""Look up the run that a rerun repeats, and what of it is to be run."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from shifty.orchestration.errors import BadRequest, RerunNotPossible, RunNotFinished
from shifty.orchestration.request import MOST_FILES, MOST_TESTS, Rerun, RunRequest
from shifty.orchestration.rerun import Again, Original, again
from shifty.orchestration.store import RunStore
from shifty.runs.errors import RunNotFound


async def original_of(store: RunStore, rerun: Rerun, only: str | None) -> Original:
    """The run to repeat; ``only`` is the one project that the caller may see.

    Raises:
        RunNotFound: there is none for the caller.
        RunNotFinished: tests of it may still report.
        BadRequest: it is of another project than the caller says.
    """
    original = await store.original(rerun.of, only)
    if original is None:
        raise RunNotFound(rerun.of)
    if not original.closed:
        raise RunNotFinished(rerun.of, original.status)
    if rerun.project not in (None, original.project):
        raise BadRequest(
            f"Run {rerun.of} is of project {original.project}, not of {rerun.project}: leave project out.",
            {"fields": [{"path": "project", "message": f"must be {original.project}, or left out"}]},
        )
    return original


def like(original: Original, request: RunRequest) -> RunRequest:
    """A rerun is of the same project, and of the same branch and commit unless the client names others."""
    return replace(
        request,
        project=original.project,
        branch=request.branch or original.branch,
        commit_sha=request.commit_sha or original.commit_sha,
    )


async def tests_again(store: RunStore, original: Original, request: RunRequest) -> Again:
    """The request with what is to be run; no file where nothing of the original failed or was left out.

    Raises:
        RerunNotPossible: the original did not pass, and yet no test of it can be run again, or not all are known.
        BadRequest: it is more than fits into one run, or of files that the original did not have.
    """
    if request.files:
        _require_files_of(original, request, await store.files_of_original(original.run_id))
    # Who lists the suite shows what the ledger lacks; without that, part of it would be left out unnoticed.
    is_partly_known = await store.is_partly_known(original.run_id)
    if is_partly_known and not request.tests:
        raise RerunNotPossible(original.run_id, _NOT_KNOWN.format(original.run_id))
    ledger = await store.tests_of_original(original.run_id)
    unlisted = await store.unlisted_files(original.run_id)
    found = again(request, ledger, unlisted, is_partly_known=is_partly_known)
    files, tests = len(found.request.files), len(found.request.tests)
    if files > MOST_FILES or tests > MOST_TESTS:
        raise BadRequest(
            f"This rerun is {tests} tests in {files} files; one run takes {MOST_TESTS} in {MOST_FILES}. "
            "Narrow it by testFiles.",
            {"fields": [{"path": "testFiles", "message": "narrow the rerun"}]},
        )
    # Nothing may turn green by repeating nothing.
    if not files and (original.unsuccessful or original.status in ("failed", "cancelled")):
        raise RerunNotPossible(original.run_id, _why_nothing(original, request, found))
    return found


def same_build(run_id: UUID) -> RerunNotPossible:
    return RerunNotPossible(
        run_id,
        "ciBuildId or Idempotency-Key are those of the very run that is to be run again, and would bring its old "
        "verdict back: give the rerun one of its own, such as the old one with the number of the attempt.",
    )


def other_build(original: UUID, found: UUID) -> RerunNotPossible:
    return RerunNotPossible(
        original,
        f"ciBuildId or Idempotency-Key are those of run {found}, which is no rerun of {original}: its verdict would "
        "say nothing of what is to be run again. Give the rerun one of its own.",
    )


_NOT_KNOWN = (
    "Part of run {0} never ran, and its reporters have not said which tests that was: send the suite as `tests`, "
    "or start a whole run."
)


def _require_files_of(original: Original, request: RunRequest, known: Collection[str]) -> None:
    strange = [file for file in request.files if file not in known]
    if strange:
        raise BadRequest(
            f"Run {original.run_id} had no file {strange[0]}, so nothing of it can be run again. testFiles narrows a "
            "rerun to files of that run; leave it out to rerun all that failed or never ran.",
            {"fields": [{"path": "testFiles", "message": f"{file} is no file of that run"} for file in strange[:50]]},
        )


def _why_nothing(original: Original, request: RunRequest, found: Again) -> str:
    if request.files and not found.gone:
        return f"Run {original.run_id} did not pass, but no test in these files failed or was left out."
    if found.gone:
        files = ", ".join(found.gone[:3]) + (f" and {len(found.gone) - 3} more" if len(found.gone) > 3 else "")
        return f"The suite no longer has any of the tests that would have to run again ({files}): start a whole run."
    reason = original.failure_reason or "set-up or teardown tests failed"
    return (
        f"Run {original.run_id} did not pass, but for another reason than its tests ({reason}), so there is none to "
        "run again: start a whole run."
    )
