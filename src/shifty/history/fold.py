"""Take a run that has ended into history: what its tests came to, its errors, who owns its files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.failures.classify import find, find_in, telling
from shifty.failures.model import Finding, Occurrence
from shifty.failures.store import FailureStore
from shifty.history.burst import groups, mark_bursts
from shifty.history.facts import Facts
from shifty.history.marks import Reading, mark, read, shared_network_errors
from shifty.history.model import Folded, FoldingRun, Mark
from shifty.history.owners import own_new_files

RUN_ITSELF = 0
"""In place of a test: an error of the run that belongs to none."""


async def fold(tx: Transaction, tenant_id: UUID, run: FoldingRun) -> Folded:
    """Write what history keeps of ``run``, instead of what it may have kept of it before.

    The caller's transaction has locked the project and taken the run, and says in the end that the run is folded: a
    crash in between leaves nothing behind, and the run is taken in again.
    """
    facts = Facts(tx, tenant_id)
    readings = [read(test, find_in) for test in await facts.unsettled(run.run_id)]
    gone = shared_network_errors(readings)
    marks = await _with_bursts(facts, run, [mark(reading, gone) for reading in readings])
    tests = await facts.store(run.run_id, marks)
    refs = await facts.refs(run.project_id, [reading.test.test_id for reading in readings])
    occurrences = _of_tests(readings, refs) + _of_run(await facts.run_errors(run.run_id))
    # Where the ledger is gone, what is known of its errors stays, as its facts do.
    if tests or occurrences:
        await FailureStore(tx, tenant_id).record(run.project_id, run.run_id, run.ended_at, occurrences)
    await own_new_files(tx, tenant_id, run.project_id, run.run_id)
    return Folded(tests, len(marks), sum(mark.burst for mark in marks), len(occurrences))


async def _with_bursts(facts: Facts, run: FoldingRun, marks: list[Mark]) -> list[Mark]:
    large = [group for group in groups(await facts.crowd(run.run_id), marks) if group.is_large]
    if not large:
        return marks
    # The whole run stands first: what is expected of it is the sum of all machines.
    workers = None if large[0].worker is None else [group.worker for group in large if group.worker is not None]
    usual = await facts.expected_failures(run, workers)
    bursts = [
        group
        for group in large
        if group.is_burst(sum(usual.values()) if group.worker is None else usual.get(group.worker, 0.0))
    ]
    return mark_bursts(marks, bursts)


def _of_tests(readings: Sequence[Reading], refs: Mapping[str, int]) -> list[Occurrence]:
    return [
        Occurrence(refs[reading.test.test_id], finding, attempts)
        for reading in readings
        if reading.test.test_id in refs
        for finding, attempts in _errors(reading)
    ]


def _errors(reading: Reading) -> list[tuple[Finding, int]]:
    """What went wrong, and in how many attempts: every error of each, soft assertions among them."""
    found: dict[str, Finding] = {}
    attempts: Counter[str] = Counter()
    for attempt in reading.failed:
        findings = {
            finding.digest: finding for finding in map(find, telling([error.message for error in attempt.errors]))
        }
        found.update(findings)
        attempts.update(findings.keys())
    if not found:
        found = {finding.digest: finding for finding in reading.findings}
    return [(finding, max(1, attempts[digest])) for digest, finding in found.items()]


def _of_run(messages: Sequence[str]) -> list[Occurrence]:
    found = {finding.digest: finding for finding in map(find, messages)}
    times = Counter(find(message).digest for message in messages)
    return [Occurrence(RUN_ITSELF, finding, times[digest]) for digest, finding in found.items()]
