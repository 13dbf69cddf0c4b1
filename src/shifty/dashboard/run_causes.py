"""The causes of a run's failures: each once, whether it is new, and the tests that it hit."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final
from urllib.parse import quote
from uuid import UUID

from shifty.dashboard.run_failures import shown
from shifty.dashboard.words import count, query
from shifty.database.pool import Database
from shifty.failures.errors_of_run import errors_of_run
from shifty.failures.first_seen import FirstSeen, first_seen, is_new
from shifty.failures.model import CauseInRun, HitTest, Kind
from shifty.runs.model import Run

MOST_CAUSES: Final = 20
MOST_TESTS: Final = 8
KEPT: Final = 64
"""Runs whose causes are kept in memory."""
REST: Final = 8
"""While a run goes on, causes are worked out anew after so many times the time that it takes."""

KINDS: Final[Mapping[Kind, str]] = {
    "assertion": "assertion",
    "timeout": "time-out",
    "locator": "locator",
    "navigation": "navigation",
    "network": "network",
    "environment": "environment",
    "crash": "crash",
    "error": "error",
}


@dataclass(frozen=True)
class HitView:
    test_id: str
    title: str
    where: str
    browser: str
    mark: str
    """``quarantined``, ``flaky`` or nothing."""


@dataclass(frozen=True, kw_only=True)
class CauseView:
    digest: str
    kind: str
    first_line: str
    rest: str
    """What follows the first line."""
    sample: str
    tally: str
    is_new: bool
    seen: FirstSeen | None
    counts: bool
    """The run fails for it."""
    tests: Sequence[HitView]
    more: int
    """Tests that are not shown."""
    files: Sequence[str]
    address: str
    quarantine: str
    """Address of the form that excuses it."""


@dataclass(frozen=True)
class Causes:
    causes: Sequence[CauseView] = ()
    more: int = 0
    is_cut: bool = False


NO_CAUSES: Final = Causes()


@dataclass(frozen=True)
class _Kept:
    causes: Causes
    version: int
    good_until: float


_kept: OrderedDict[tuple[UUID, UUID], _Kept] = OrderedDict()


async def causes_of(db: Database, run: Run, faults: int) -> Causes:
    """Of a run that the visitor may see; ``faults``: its errors that belong to no test."""
    if not (run.ledger.failed or run.ledger.flaky or faults):
        return NO_CAUSES
    key = (run.tenant_id, run.id)
    kept = _kept.get(key)
    if kept and (kept.version == run.version or (not run.is_over and monotonic() < kept.good_until)):
        return kept.causes
    began = monotonic()
    async with db.snapshot() as tx:
        found = await errors_of_run(tx, run.tenant_id, run.id)
        digests = [cause.finding.digest for cause in found.causes[:MOST_CAUSES]]
        seen = await first_seen(tx, run.tenant_id, run.id, digests)
    views = [cause_view(run, cause, seen.get(cause.finding.digest)) for cause in found.causes[:MOST_CAUSES]]
    causes = Causes(views, max(0, len(found.causes) - MOST_CAUSES), found.is_cut)
    now = monotonic()
    _kept[key] = _Kept(causes, run.version, now + REST * (now - began))
    _kept.move_to_end(key)
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return causes


def cause_view(run: Run, cause: CauseInRun, seen: FirstSeen | None) -> CauseView:
    finding = cause.finding
    first, _, rest = finding.message.strip().partition("\n")
    hits = [*cause.failed, *cause.flaky]
    project = run.project
    asked: dict[str, object] = {"project": project, "kind": "error", "value": finding.digest, "next": f"/runs/{run.id}"}
    return CauseView(
        digest=finding.digest,
        kind=KINDS[finding.kind],
        first_line=first or "(no message)",
        rest=rest.strip("\n"),
        sample=shown(finding.sample),
        tally=_tally(cause),
        is_new=is_new(run.id, seen),
        seen=seen,
        counts=cause.run_errors > 0 or any(not hit.test.quarantined for hit in cause.failed),
        tests=[_hit_view(hit) for hit in hits[:MOST_TESTS]],
        more=max(0, len(hits) - MOST_TESTS),
        files=cause.files[:MOST_TESTS],
        address=f"/flaky/errors/{quote(finding.digest, safe='')}{query(project=project)}",
        quarantine=f"/flaky/quarantine/new{query(**asked)}",
    )


def _tally(cause: CauseInRun) -> str:
    parts = (
        f"{count(len(cause.failed), 'test')} failed" if cause.failed else "",
        f"{count(len(cause.flaky), 'test')} flaky" if cause.flaky else "",
        f"{count(cause.run_errors, 'error')} outside of tests" if cause.run_errors else "",
    )
    return ", ".join(part for part in parts if part)


def _hit_view(hit: HitTest) -> HitView:
    test = hit.test
    return HitView(
        test_id=test.test_id,
        title=shown(" › ".join(test.title_path)),
        where=f"{test.file}:{test.line}" if test.line else test.file,
        browser=test.project_name,
        mark="quarantined" if test.quarantined else "flaky" if test.is_flaky else "",
    )
