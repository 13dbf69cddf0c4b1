"""Take a run that has ended into history: what its tests came to, its errors, who owns its files."""

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.failures.classify import find, find_in, telling
from shifty.failures.model import Finding, Occurrence
from shifty.failures.store import FailureStore
from shifty.history.burst import groups, mark_bursts
from shifty.history.facts import Facts
from shifty.history.marks import Reading, mark, read, shared_network_errors, without_words
from shifty.history.model import Folded, FoldingRun, Mark, UnsettledTest
from shifty.history.owners import own_new_files

RUN_ITSELF = 0
"""In place of a test: an error of the run that belongs to none."""


@dataclass(frozen=True, slots=True)
class _Read:
    reading: Reading
    errors: Sequence[tuple[Finding, int]]
    """What went wrong, and in how many attempts."""


async def fold(tx: Transaction, tenant_id: UUID, run: FoldingRun) -> Folded:
    """Write what history keeps of ``run``, instead of what it may have kept of it before.

    The caller's transaction has locked the project and taken the run, and says in the end that the run is folded: a
    crash in between leaves nothing behind, and the run is taken in again.
    """
    facts = Facts(tx, tenant_id)
    told = await _read_tests(facts, run.run_id)
    marks = await _with_bursts(facts, run, await asyncio.to_thread(_mark, told))
    tests = await facts.store(run.run_id, marks)
    refs = await facts.refs(run.project_id, [each.reading.test.test_id for each in told])
    of_run = await asyncio.to_thread(_of_run, await facts.run_errors(run.run_id))
    occurrences = _of_tests(told, refs) + of_run
    # Where the ledger is gone, what is known of its errors stays, as its facts do.
    if tests or occurrences:
        await FailureStore(tx, tenant_id).record(run.project_id, run.run_id, run.ended_at, occurrences)
    await own_new_files(tx, tenant_id, run.project_id, run.run_id)
    return Folded(tests, len(marks), sum(mark.burst for mark in marks), len(occurrences))


async def _read_tests(facts: Facts, run_id: UUID) -> list[_Read]:
    """In portions, and beside the event loop: what twenty thousand failed tests say takes seconds to read."""
    told: list[_Read] = []
    known: dict[str, Finding] = {}
    while tests := await facts.unsettled(run_id, told[-1].reading.test.test_id if told else ""):
        told += await asyncio.to_thread(_read, tests, known)
    return told


def _read(tests: Sequence[UnsettledTest], known: dict[str, Finding]) -> list[_Read]:
    """``known``: what has been found in the run, by digest. Its words are in memory once, however many say so."""

    def kept(finding: Finding) -> Finding:
        first = known.setdefault(finding.digest, finding)
        return dataclasses.replace(finding, message=first.message, sample=first.sample)

    readings = (read(test, find_in) for test in tests)
    return [
        _Read(without_words(reading, kept), [(kept(finding), times) for finding, times in _errors(reading)])
        for reading in readings
    ]


def _mark(told: Sequence[_Read]) -> list[Mark]:
    gone = shared_network_errors(each.reading for each in told)
    return [mark(each.reading, gone) for each in told]


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


def _of_tests(told: Sequence[_Read], refs: Mapping[str, int]) -> list[Occurrence]:
    return [
        Occurrence(refs[each.reading.test.test_id], finding, attempts)
        for each in told
        if each.reading.test.test_id in refs
        for finding, attempts in each.errors
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
