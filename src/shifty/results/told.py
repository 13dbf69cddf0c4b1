"""From a look at a run to the messages that its viewers get. Encoded once, however many they are."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec

from shifty.live.look import Look
from shifty.runs.model import DetailedTest, Result, TestArtifact
from shifty.runs.wire_tests import ResultAnswer
from shifty.wire import Outcome

MOST_RESULTS: Final = 100
MOST_BYTES: Final = 512 * 1024
"""Of results in one message: a client that takes a mebibyte, as we do, takes everything that we send."""
_LARGEST_RESULT: Final = 256 * 1024
_LONGEST_MESSAGE: Final = 10_000


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """A test as a look holds it; ``outcome`` None: it runs."""

    test_id: str
    file: str
    project_name: str
    title_path: list[str]
    line: int | None
    tags: list[str]
    shard_index: int | None
    stage: str
    outcome: Outcome | None
    raw_status: str | None
    flaky: bool
    healing_attempted: bool
    healed: bool
    quarantined: bool
    quarantine: dict[str, object] | None
    reason: str | None
    duration_ms: int
    retry_count: int
    error_message: str | None
    worker: str | None
    started_at: datetime | None
    finished_at: datetime | None
    running_since: datetime | None
    attempts: str
    """JSON, as the runs room has it."""
    tries: int
    artifacts: list[TestArtifact]

    def result(self) -> Result:
        return Result(msgspec.convert(self, DetailedTest, from_attributes=True), self.artifacts)


class _Shard(msgspec.Struct, frozen=True, rename="camel"):
    index: int
    status: str
    worker_id: str | None


class _Worker(msgspec.Struct, frozen=True):
    id: str
    gone: bool


class _Snapshot(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What of a snapshot is told in other messages, too."""

    id: str
    conclusion: str | None
    failure_reason: str | None
    duration_ms: int | None
    total_tests: int
    passed_tests: int
    failed_tests: int
    flaky_tests: int
    quarantined_tests: int
    healed_tests: int
    skipped_tests: int
    not_run_tests: int
    shards: list[_Shard]
    workers: list[_Worker]

    def totals(self) -> dict[str, object]:
        return {
            "totalTests": self.total_tests,
            "passedTests": self.passed_tests,
            "failedTests": self.failed_tests,
            "flakyTests": self.flaky_tests,
            "quarantinedTests": self.quarantined_tests,
            "healedTests": self.healed_tests,
            "skippedTests": self.skipped_tests,
            "notRunTests": self.not_run_tests,
        }


Shape = tuple[object, ...]

_rows = msgspec.json.Decoder(list[_Row])
_snapshot = msgspec.json.Decoder(_Snapshot)
_encode = msgspec.json.Encoder().encode


class Told:
    """One look as messages, for viewers that reach the server under ``base``."""

    def __init__(self, seen: Look, base: str) -> None:
        self._seen = seen
        self._snapshot = _snapshot.decode(seen.body)
        shards = tuple((shard.index, shard.status, shard.worker_id) for shard in self._snapshot.shards)
        workers = tuple((worker.id, worker.gone) for worker in self._snapshot.workers)
        self.shape: Shape = (seen.status, shards, workers)
        """A viewer whose last snapshot had another one gets a new one."""
        self._tests = list(self._payloads(base))

    def snapshot(self, cursor: str, *, missed: bool = False) -> str:
        """``missed``: results that came before it have not been sent."""
        more = {"missed": True} if missed else {}
        return self._message("run:snapshot", cursor, msgspec.Raw(self._seen.body.encode()), **more)

    def tests(self, cursor: str) -> Iterator[str]:
        """Tests that began, tests that ended."""
        return (self._message(kind, cursor, payload) for kind, payload in self._tests)

    def end(self, cursor: str) -> str:
        return self._message("run:end", cursor, run_end(self._seen))

    def _message(self, kind: str, cursor: str, payload: object, **more: object) -> str:
        message = {"type": kind, "version": self._seen.version, "cursor": cursor, **more, "payload": payload}
        return _encode(message).decode()

    def _payloads(self, base: str) -> Iterator[tuple[str, msgspec.Raw]]:
        rows = _rows.decode(self._seen.tests) if self._seen.tests else []
        run_id = self._snapshot.id
        for row in rows:
            if row.outcome is None:
                yield "test:start", msgspec.Raw(_encode(_started(run_id, row)))
        results = [_result(UUID(run_id), row.result(), base) for row in rows if row.outcome is not None]
        for batch in batches(results):
            payload = {"runId": run_id, "results": batch, "totals": self._snapshot.totals()}
            yield "test:batch", msgspec.Raw(_encode(payload))


def told(seen: Look, base: str) -> Told:
    """The messages of a look; the same object for all who ask for the same."""
    by_base = _told.setdefault(seen, {})
    if base not in by_base:
        by_base[base] = Told(seen, base)
    return by_base[base]


_told: WeakKeyDictionary[Look, dict[str, Told]] = WeakKeyDictionary()


def run_end(seen: Look) -> dict[str, object]:
    """The payload of ``run:end``: totals as the server has counted them."""
    snapshot = _snapshot.decode(seen.body)
    return {
        "runId": snapshot.id,
        "status": seen.status,
        "conclusion": snapshot.conclusion,
        "failureReason": snapshot.failure_reason,
        **snapshot.totals(),
        "durationMs": snapshot.duration_ms,
    }


def batches(results: Sequence[msgspec.Raw]) -> Iterator[list[msgspec.Raw]]:
    """Results in the order given, in messages that are not too large."""
    batch: list[msgspec.Raw] = []
    size = 0
    for result in results:
        length = len(memoryview(result))
        if batch and (len(batch) == MOST_RESULTS or size + length > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(result)
        size += length
    if batch:
        yield batch


def _started(run_id: str, row: _Row) -> dict[str, object]:
    return {
        "runId": run_id,
        "testId": row.test_id,
        "testFile": row.file,
        "testName": row.title_path[-1] if row.title_path else "",
        "titlePath": row.title_path,
        "projectName": row.project_name,
        "line": row.line,
        "worker": row.worker,
        "attempt": row.tries,
        "startedAt": row.running_since,
    }


def _result(run_id: UUID, result: Result, base: str) -> msgspec.Raw:
    answer = ResultAnswer.of(run_id, result, base)
    data = answer.model_dump_json(by_alias=True).encode()
    if len(data) > _LARGEST_RESULT:
        # Output of the test, mostly; the whole of it is at GET /runs/{runId}/results.
        message = (answer.error_message or "")[:_LONGEST_MESSAGE] or None
        cut = answer.model_copy(update={"attempts": [], "error_message": message})
        data = cut.model_dump_json(by_alias=True).removesuffix("}").encode() + b',"truncated":true}'
    return msgspec.Raw(data)
