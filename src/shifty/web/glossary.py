"""The words of the wire: what a field of that name means wherever it stands, and what it may look like.

A field that describes itself wins; a schema with a meaning of its own is named before the dot. Examples are the
contract's.
"""

from collections.abc import Mapping
from typing import Final

from shifty.web.glossary_advice import ADVICE
from shifty.web.glossary_failures import FAILURES
from shifty.web.glossary_flakiness import FLAKINESS
from shifty.web.glossary_healing import HEALING
from shifty.web.glossary_quarantine import QUARANTINE
from shifty.web.glossary_settings import SETTINGS
from shifty.web.word import Word

_RUN = "550e8400-e29b-41d4-a716-446655440000"
_WORKER = "0b8e5c1e-7a52-4c1c-9d55-1f3f2b6f0a11"
_LEASE = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_ARTIFACT = "6f1d3a52-1c2b-4e0a-9a57-0f4f0c8f2f10"
_KEY = "5d1e/550e8400/trace/1733742000-x7k2-trace.zip"
_TEST = "4f1c2a9be0d37c55"
_BEGAN = "2024-12-09T10:00:00Z"
_ENDED = "2024-12-09T10:02:05Z"

GLOSSARY: Final[Mapping[str, Word]] = {
    **HEALING,
    **QUARANTINE,
    **ADVICE,
    **FLAKINESS,
    **FAILURES,
    **SETTINGS,
    # Runs
    "runId": Word("The run's id.", _RUN),
    "RunSummary.id": Word("The run's id.", _RUN),
    "RunDetails.id": Word("The run's id.", _RUN),
    "run": Word("The run.", None),
    "runs": Word("The runs of this page, newest first.", []),
    "origin": Word(
        "Who began it: `orchestrated` by us, or `reported` by a suite that runs on its own.", "orchestrated"
    ),
    "project": Word("The name under which history is kept.", "my-app"),
    "branch": Word("The git branch.", "main"),
    "commitSha": Word("The git commit.", "abc123"),
    "commitMessage": Word("What the commit is called, from `metadata.commit_message`.", "Cart: round prices once"),
    "ciUrl": Word(
        "Where the CI shows the build, from `metadata.ci_url`.", "https://github.com/acme/shop/actions/runs/1234567890"
    ),
    "ciBuildId": Word("The CI build: calls with the same one share a run.", "github-1234567890-1"),
    "actor": Word("Who started it, from `metadata.actor`.", "username"),
    "metadata": Word(
        "Whatever the caller wanted kept with the run, up to 64 KiB.", {"pr_number": 42, "actor": "username"}
    ),
    "workerCount": Word("Shards that the run is planned for.", 5),
    "shardStrategy": Word("How tests were spread over shards.", "duration-aware"),
    "shards": Word("The shards, by index; empty ones, too.", []),
    "createdAt": Word("When it was made.", _BEGAN),
    "startedAt": Word("When it began; null before.", _BEGAN),
    "completedAt": Word("When it ended; null before.", _ENDED),
    "finishedAt": Word("When it ended; null before.", _ENDED),
    "receivedAt": Word("When the server heard of it.", _ENDED),
    "isNewRun": Word("False when the build or the key had started this run before.", True),
    "rerunOf": Word("The run of which this one repeats what failed or never ran; null for none.", None),
    # Counts
    "totalTests": Word("Tests that are planned.", 150),
    "totalFiles": Word("Spec files that are planned.", 12),
    "passedTests": Word("Tests that passed, flaky ones among them.", 148),
    "failedTests": Word("Tests that failed.", 2),
    "FailedTestsAnswer.failedTests": Word("The final failures.", []),
    "FailedTestsAnswer.notRun": Word("Tests that never ran, each with the reason.", []),
    "flakyTests": Word("Tests that passed after a failed attempt.", 3),
    "healedTests": Word("Tests that went on with a healed locator and passed.", 1),
    "skippedTests": Word("Tests that the suite skipped.", 0),
    "notRunTests": Word("Tests that never ran.", 0),
    "testCount": Word("Tests of the shard.", 30),
    "estimatedDuration": Word("Predicted time in milliseconds.", 45000),
    "predictedMs": Word("Predicted time in milliseconds.", 45000),
    "recommendedWorkerCount": Word("More workers than this buy nothing; null when unknown.", 5),
    "warnings": Word("What the caller should know although the run was started.", []),
    "files": Word("Spec files that this is about.", ["tests/login.spec.ts"]),
    # Pages
    "pagination": Word("What this page leaves out.", None),
    "resultsPagination": Word("What this page of results leaves out.", None),
    "total": Word("Entries in all.", 1),
    "limit": Word("Entries a page.", 50),
    "offset": Word("Entries that were left out before this page.", 0),
    "hasMore": Word("Whether another page follows.", False),
    # Tests
    "testId": Word("The test in every run: of its project, file, Playwright project and titles.", _TEST),
    "testFile": Word("Path of the spec file, relative to the repository.", "tests/login.spec.ts"),
    "file": Word("Path of the file, relative to the repository.", "tests/login.spec.ts"),
    "testFiles": Word(
        "Paths of spec files, relative to the repository.", ["tests/login.spec.ts", "tests/checkout.spec.ts"]
    ),
    "testName": Word("The test's own title.", "should login successfully"),
    "titlePath": Word("Titles from the outermost `describe` to the test.", ["login", "should login successfully"]),
    "projectName": Word("The Playwright project (browser); empty or null when it has none.", "chromium"),
    "line": Word("Line in the file.", 12),
    "column": Word("Column in the line.", 5),
    "tags": Word("Tags of the test.", ["@smoke"]),
    "stage": Word("`main`, or a set-up or teardown project of the suite.", "main"),
    "rawStatus": Word("What the test runner said, such as `timedOut` or `interrupted`.", "failed"),
    "durationMs": Word("Time in milliseconds.", 1250),
    "retryCount": Word("Index of the last attempt: 0 when the first one decided.", 0),
    "flaky": Word("It passed after a failed attempt.", False),
    "attempts": Word("All attempts, the first one first.", []),
    "attempt": Word("Playwright's number of the attempt, from 0.", 0),
    "healingAttempted": Word("Whether a locator was broken and a healed one looked for.", False),
    "healed": Word("Whether it passed with a healed locator.", False),
    "healingVerdict": Word("What healed tests mean for the verdict: `report`, `warn` or `fail`.", "warn"),
    "traceUrl": Word("Address of the last attempt's trace; null without one.", None),
    "errors": Word("Errors, the first one first.", []),
    "error": Word("The error.", None),
    "errorMessage": Word("The error in words, free of terminal codes.", "Timeout 30000ms exceeded"),
    "AttemptAnswer.status": Word("How the attempt ended.", "passed"),
    "ResultAnswer.status": Word("How the test ended in the ledger.", "passed"),
    "steps": Word("Steps of the attempt.", []),
    "stdout": Word("What it printed to standard output.", ""),
    "stderr": Word("What it printed to standard error.", ""),
    "attachments": Word("What it attached.", []),
    "workerIndex": Word("Playwright's number of the worker.", 0),
    "message": Word("In words.", "Files named twice run once."),
    "stack": Word("The stack trace.", "Error: expect(locator).toBeVisible()\n    at tests/login.spec.ts:12:5"),
    "snippet": Word("The source around it.", None),
    "location": Word("Where in the source.", None),
    "title": Word("The title.", "click"),
    "category": Word("Playwright's kind of step.", "pw:api"),
    "contentType": Word("Media type.", "application/zip"),
    "path": Word("Path on the machine that ran the test.", "test-results/trace.zip"),
    "name": Word("The name.", "trace"),
    "sizeBytes": Word("Size in bytes.", 1048576),
    "repeat": Word("Playwright's repetition of the test, from 0.", 0),
    "serial": Word("The outermost serial group that it is in; null for none.", None),
    "parallel": Word("Whether the tests of its file may run apart.", False),
    "tests": Word("The suite as the client has listed it.", []),
    "ItemToRun.tests": Word("The tests to run; null: the whole file.", []),
    "ItemToRun.id": Word("The piece of work.", 1),
    # Workers
    "workers": Word("Workers.", []),
    "RunDetails.workers": Word("The workers that took part.", []),
    "QueueStatsResponse.workers": Word("Workers of the tenant of which something was heard lately.", 5),
    "workerId": Word("The worker's id, made up by itself.", _WORKER),
    "RunWorker.id": Word("The worker's id.", _WORKER),
    "worker": Word("The worker's name.", "ci-1"),
    "RunWorker.name": Word("The worker's name.", "ci-1"),
    "workerName": Word("The worker's name.", "ci-1"),
    "lanes": Word("Tests that it runs at once.", 1),
    "overheadMs": Word("What a batch costs it beside its tests, in milliseconds; null before its first.", 1500),
    "projects": Word("Only runs of these projects; null: of all.", None),
    "kind": Word("`lease`: run this. `idle`: ask again. `drained`: no work will come.", "lease"),
    "retryAfterMs": Word("`idle`: ask again after so many milliseconds.", None),
    "token": Word("The lease.", _LEASE),
    "seq": Word("The lease's number within the run: a later one outranks an earlier one.", 1),
    "shardIndex": Word("The shard, from 0.", 0),
    "totalShards": Word("Shards of the run.", 5),
    "expiresInMs": Word("Milliseconds until the lease ends unless it is renewed.", 30000),
    "items": Word("What to run.", []),
    "cancelled": Word("Whether the run was cancelled.", False),
    "outcome": Word("`finished`, `returned` (the rest waits again, at the head) or `crashed`.", "finished"),
    "FinishRequest.notRun": Word("Tests that Playwright itself gave up, each with the reason.", []),
    "crashed": Word("Ids of the tests that ran when the test runner died.", []),
    "wallMs": Word("How long the batch took, in milliseconds.", 46000),
    "testMs": Word("How long its tests took, in milliseconds.", 44500),
    "reason": Word("Why.", "its describe block has failed before"),
    "busyMs": Word("Time under leases, in milliseconds.", 45000),
    "testsRun": Word("Tests that it ran.", 30),
    "batches": Word("Batches that it took.", 3),
    "joinedAt": Word("When it came.", _BEGAN),
    "lastSeenAt": Word("When it was last heard of.", _ENDED),
    "leftAt": Word("When it left; null while it is there.", None),
    "pendingTimeoutMs": Word("How long the run waits for its first worker, in milliseconds.", 1800000),
    # The queue
    "waiting": Word("Shards that wait.", 12),
    "active": Word("Shards that are being worked on.", 5),
    "completed": Word("Shards that were executed to the end, whatever the verdict.", 342),
    "failed": Word("Shards that were lost.", 8),
    "capacity": Word("How many shards may wait.", 1000),
    "oldestWaitingMs": Word("How long the oldest shard has waited; null when none waits.", 4200),
    "RunShard.status": Word("`empty`, `waiting`, `active`, `completed`, `failed` or `cancelled`.", "active"),
    # Answers
    "success": Word("Always true: anything else is an error.", True),
    "CancelResponse.message": Word("For people.", "Orchestration cancelled"),
    "acked": Word("Messages that are stored for good.", 2),
    "MessageFault.error": Word("What is wrong with the message.", "payload.results: must be an array"),
    "EventsResponse.errors": Word("Messages that can't be read; they need no second try.", []),
    "index": Word("Position, from 0.", 0),
    "code": Word("A constant for programs.", "INVALID_PARAMETERS"),
    "Warned.code": Word("A constant for programs.", "WORKERS_EXCEED_TESTS"),
    "Health.status": Word("Always `ok`: anything else is an error.", "ok"),
    "Health.version": Word("Shifty's version.", "0.1.0"),
    "version": Word("Grows with every visible change.", 12),
    "status": Word("How far it has come.", "completed"),
    "details": Word("What the code alone does not say; may be empty.", {}),
    # Artifacts
    "artifacts": Word("The artifacts.", []),
    "PresignBatchRequest.artifacts": Word("What is to be uploaded, up to 100.", []),
    "ArtifactEntry.id": Word("The artifact's id.", _ARTIFACT),
    "ArtifactOfTest.id": Word("The artifact's id.", _ARTIFACT),
    "artifactId": Word("The artifact's id.", _ARTIFACT),
    "artifactType": Word("`trace`, `screenshot`, `video` or `log`.", "trace"),
    "ArtifactEntry.name": Word("The file's name.", "trace.zip"),
    "ArtifactOfTest.name": Word("The file's name.", "trace.zip"),
    "filename": Word("The file's name; what is not safe in one is replaced.", "trace.zip"),
    "storageKey": Word("Where it is kept: tenant, run, type, time and name.", _KEY),
    "storageKeys": Word("The same for several.", [_KEY]),
    "url": Word(
        "Where it is fetched, with the same key.", f"https://shifty.example.com/api/v1/artifacts/{_ARTIFACT}/trace.zip"
    ),
    "uploadUrl": Word(
        "Where to PUT the bytes; the address is the permission.",
        f"https://shifty.example.com/api/v1/artifacts/put/{_KEY}",
    ),
    "uploadId": Word("The client's own name for the upload: sent twice, it is one artifact.", _LEASE),
    "uploads": Word("One for each that was asked for, in the same order.", []),
    "method": Word("How to send it.", "PUT"),
    "headers": Word("Headers to send with it.", {"Content-Type": "application/zip"}),
    "maxBytes": Word("How large it may be.", 104857600),
    "expiresAt": Word("When it is deleted.", "2025-01-08T10:00:00Z"),
    "expiresIn": Word("For how many seconds it is good.", 3600),
    "results": Word("The results of this page, in the order of the suite.", []),
    # Parameters
    "Idempotency-Key": Word("The same key starts one run only.", "build-1234"),
}


def word_for(schema: str, field: str) -> Word | None:
    """The word for a field of a schema; ``schema`` may be empty."""
    return GLOSSARY.get(f"{schema}.{field}") or GLOSSARY.get(field)
