"""Store what producers report: many reports, one transaction."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from shifty.database.pool import Database, Transaction
from shifty.dispatch.list_items import ListedItemTest, list_leased_items
from shifty.results.errors import BadMessage, UnknownRun
from shifty.results.outcome import ResultRow, identity, normal_path, row_of, titles
from shifty.results.owners import keep_codeowners
from shifty.results.store import ListedRow, ResultStore, RunKey, StartedRow
from shifty.wire import (
    AnyMessage,
    Attempt,
    PlannedTest,
    RunEndMessage,
    RunError,
    RunErrorMessage,
    RunStart,
    RunStartMessage,
    TestBatchMessage,
    TestRef,
    TestStartMessage,
)

# A row is missed only while another transaction inserts it; each repetition waits for that one.
_MOST_REPETITIONS = 10
_MOST_ATTEMPTS = 50
"""Of one test that several have run without a lease; the statement keeps as many."""


@dataclass(frozen=True)
class Report:
    """Messages of one producer about one run, in the order in which they came."""

    key: RunKey
    messages: Sequence[AnyMessage]
    project: str | None = None
    """The only project that the producer's key opens; runs of others are unknown to it. None: all of the tenant's."""


@dataclass
class Stored:
    """What a transaction has changed."""

    changed: set[UUID] = field(default_factory=set[UUID])
    ended: set[RunKey] = field(default_factory=set[RunKey])
    """Reported runs of which a shard has ended: somebody must see whether the run has."""
    unknown: set[RunKey] = field(default_factory=set[RunKey])
    """Runs that do not exist for this tenant; their reports were dropped."""


async def ingest(db: Database, reports: Sequence[Report]) -> Stored:
    """Store ``reports`` in one transaction; once this returns they survive anything.

    Storing is idempotent: a producer that did not hear the acknowledgement sends everything again.

    Raises:
        BadMessage: a lease is not a UUID.
        Unavailable: the database is away; nothing is stored.
    """
    stored = Stored()
    async with db.transaction() as tx:
        store = ResultStore(tx)
        keys = {report.key for report in reports}
        await store.lock_for_reports(keys, {report.key for report in reports if _needs_the_run_alone(report)})
        stored.unknown = await _unknown_after_starts(store, keys, reports)
        batch = _Batch.of(report for report in reports if report.key not in stored.unknown)
        await _store(tx, batch, stored)
    return stored


def refuse_unknown(stored: Stored, key: RunKey) -> None:
    if key in stored.unknown:
        raise UnknownRun(str(key.run_id))


def _needs_the_run_alone(report: Report) -> bool:
    """Starts and ends write the run itself and what is leased of it; they are rare."""
    return any(isinstance(message, RunStartMessage | RunEndMessage) for message in report.messages)


async def _unknown_after_starts(store: ResultStore, keys: set[RunKey], reports: Sequence[Report]) -> set[RunKey]:
    known = await store.known_runs(sorted(keys))
    unknown = keys - set(known)
    for report in reports:
        for message in report.messages:
            if report.key in unknown and isinstance(message, RunStartMessage) and message.payload.lease is None:
                await store.create_run(report.key, message.payload, report.project)
    if unknown:
        known |= await store.known_runs(sorted(unknown))
    # Asked only now: a key for one project may have created the run, and another's report stands in the same group.
    foreign = {report.key for report in reports if report.project not in (None, known.get(report.key))}
    return foreign | (keys - set(known))


@dataclass
class _Batch:
    """Messages sorted into what is written together."""

    starts: list[tuple[RunKey, RunStart]] = field(default_factory=list[tuple[RunKey, RunStart]])
    started: list[StartedRow] = field(default_factory=list[StartedRow])
    announced: list[ListedRow] = field(default_factory=list[ListedRow])
    """Started tests that nobody may have listed before: the ledger knows of them from then on."""
    results: list[ResultRow] = field(default_factory=list[ResultRow])
    errors: list[tuple[RunKey, RunError]] = field(default_factory=list[tuple[RunKey, RunError]])
    ends: list[tuple[RunKey, int | None]] = field(default_factory=list[tuple[RunKey, int | None]])

    @classmethod
    def of(cls, reports: Iterable[Report]) -> "_Batch":
        batch = cls()
        for report in reports:
            shard: int | None = None
            for message in report.messages:
                if isinstance(message, RunStartMessage):
                    shard = message.payload.shard_index
                batch._add(report.key, message, shard)
        return batch

    def _add(self, key: RunKey, message: AnyMessage, shard: int | None) -> None:
        """``shard`` is the one that the same report has started before."""
        match message:
            case RunStartMessage(payload=payload):
                self.starts.append((key, payload))
            case TestStartMessage(payload=payload):
                lease = lease_of(payload.lease)
                self.started.append(StartedRow(str(key.run_id), str(key.tenant_id), identity(payload), lease))
                if lease is None:
                    self.announced.append(listed_row(key, payload, None))
            case TestBatchMessage(payload=payload):
                lease = lease_of(payload.lease)
                run_id, tenant_id = str(key.run_id), str(key.tenant_id)
                self.results += [row_of(result, run_id, tenant_id, lease) for result in payload.results]
            case RunErrorMessage(payload=payload):
                self.errors.append((key, payload))
            case RunEndMessage(payload=payload):
                self.ends.append((key, shard if payload.shard_index is None else payload.shard_index))


def lease_of(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        raise BadMessage(f"`$.payload.lease` is no lease token: {text[:40]!r}") from None


async def _store(tx: Transaction, batch: _Batch, stored: Stored) -> None:
    store = ResultStore(tx)
    touched = {key for key, _ in batch.starts} | {key for key, _ in batch.errors} | {key for key, _ in batch.ends}
    for key, start in batch.starts:
        await _start(tx, key, start)
    if batch.announced:
        await store.list_tests(batch.announced)
    if batch.started:
        stored.changed.update(await store.mark_running(batch.started))
        touched.update(RunKey(UUID(row.run_id), UUID(row.tenant_id)) for row in batch.started)
    for rows in rounds(batch.results):
        stored.changed.update(await _record(store, rows))
    for key, error in batch.errors:
        await _add_error(store, key, error)
    for key, index in batch.ends:
        await store.end_shard(key, index)
        stored.ended.add(key)
    if touched:
        stored.changed.update(await store.touch(sorted(touched)))


async def _start(tx: Transaction, key: RunKey, start: RunStart) -> None:
    store = ResultStore(tx)
    lease = lease_of(start.lease)
    if lease is None:
        await store.join_shard(key, start.shard_index, start.total_shards)
        if start.total_tests:
            await store.declare_total(key, start.total_tests)
    elif start.tests:
        listed = [ListedItemTest(identity(t), normal_path(t.test_file), t.project_name) for t in start.tests]
        await list_leased_items(tx, key.tenant_id, key.run_id, UUID(lease), listed)
    if start.codeowners and lease is None:
        await keep_codeowners(tx, key, start.codeowners)
    if start.tests:
        await store.list_tests([listed_row(key, test, start.shard_index) for test in _once(start.tests)])


def listed_row(key: RunKey, test: TestRef, shard_index: int | None, stage: str = "main") -> ListedRow:
    """The row of a planned test before anything is known of its outcome."""
    return ListedRow(
        run_id=str(key.run_id),
        tenant_id=str(key.tenant_id),
        test_id=identity(test),
        file=normal_path(test.test_file),
        project_name=test.project_name,
        title_path=titles(test),
        line=test.line,
        tags=test.tags,
        shard_index=shard_index,
        stage=stage,
        serial=test.serial,
        parallel=isinstance(test, PlannedTest) and test.parallel,
        repeat=test.repeat,
    )


def _once(tests: Iterable[TestRef]) -> Iterable[TestRef]:
    return {identity(test): test for test in tests}.values()


def rounds(rows: Sequence[ResultRow]) -> Iterable[list[ResultRow]]:
    """``rows`` in rounds that name each test once: one statement must not see the same row twice.

    Reports of one test under one lease become one row, the highest rank with the attempts of all.
    """
    pending = list(rows)
    while pending:
        now: dict[tuple[str, str], ResultRow] = {}
        later: list[ResultRow] = []
        for row in pending:
            name = (row.run_id, row.test_id)
            known = now.get(name)
            if known is None:
                now[name] = row
            elif known.lease == row.lease:
                now[name] = _joined(known, row)
            else:
                later.append(row)
        yield sorted(now.values(), key=lambda row: (row.run_id, row.test_id))
        pending = later


def _joined(one: ResultRow, other: ResultRow) -> ResultRow:
    low, high = sorted((one, other), key=lambda row: (row.rank, row.outcome == "failed", row.healed))
    if low.lease is None and low.rank == high.rank and low.outcome == high.outcome == "failed":
        # Two have run one test: what each has said stays.
        kept = [attempt for attempt in low.attempts if attempt not in high.attempts]
        return msgspec.structs.replace(high, attempts=[*kept, *high.attempts][-_MOST_ATTEMPTS:])
    attempts: dict[int, Attempt] = {attempt.attempt: attempt for attempt in (*low.attempts, *high.attempts)}
    return msgspec.structs.replace(high, attempts=[attempts[index] for index in sorted(attempts)])


async def _record(store: ResultStore, rows: list[ResultRow]) -> set[UUID]:
    changed: set[UUID] = set()
    for _ in range(_MOST_REPETITIONS):
        recorded = await store.record(rows)
        changed.update(recorded.changed)
        if recorded.refused:
            await store.keep_as_evidence(rows)
        if not recorded.missed:
            return changed
    raise RuntimeError(f"{len(rows)} results could not be recorded: rows kept appearing under the statement")


async def _add_error(store: ResultStore, key: RunKey, error: RunError) -> None:
    file = normal_path(error.test_file) if error.test_file else None
    await store.add_error(key, error_digest(file, error.error.message), file, msgspec.json.encode(error.error))


def error_digest(file: str | None, message: str) -> str:
    """What makes two run errors the same one."""
    return hashlib.sha256(f"{file}\x1f{message}".encode()).hexdigest()[:32]
