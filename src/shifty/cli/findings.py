"""What went wrong in a run that has ended."""

from dataclasses import dataclass, field

from shifty.client import healing_api, runs_api
from shifty.client.errors import CallFailed
from shifty.client.healing_api import Drift, HealingEvent
from shifty.client.model import Failure, LooseError, NotRun, Result, Snapshot
from shifty.client.transport import Transport


@dataclass(frozen=True)
class Healing:
    events: list[HealingEvent] = field(default_factory=list[HealingEvent])
    """Broken locators, healed or not."""
    drifts: list[Drift] = field(default_factory=list[Drift])
    """Locators that hit another element than they used to."""


@dataclass(frozen=True)
class Findings:
    failed: list[Failure] = field(default_factory=list[Failure])
    not_run: list[NotRun] = field(default_factory=list[NotRun])
    errors: list[LooseError] = field(default_factory=list[LooseError])
    """Those that belong to no test."""
    healing: Healing = field(default_factory=Healing)
    quarantined: list[Result] = field(default_factory=list[Result])
    """Failed or not run, and in neither of the lists above: they do not fail the run."""


async def findings_of(transport: Transport, last: Snapshot) -> Findings:
    """Nothing where the server has just gone away: the verdict is known, and this only adds to it."""
    healing = await healing_of(transport, last.id)
    excused = await quarantined_of(transport, last)
    if last.conclusion in ("passed", "flaky"):
        return Findings(healing=healing, quarantined=excused)
    try:
        tests = runs_api.read_failed(await runs_api.failed_tests(transport, last.id))
        details = runs_api.read_details(await runs_api.run_details(transport, last.id, results=1))
    except CallFailed:
        return Findings(healing=healing, quarantined=excused)
    failed = [failure for failure in tests.failed_tests if not failure.quarantined]
    not_run = [test for test in tests.not_run if not test.quarantined]
    return Findings(failed, not_run, details.run.errors, healing, excused)


async def quarantined_of(transport: Transport, last: Snapshot) -> list[Result]:
    """Nothing where the server has gone; how many there are the verdict says."""
    if not last.quarantined_tests:
        return []
    try:
        return (await runs_api.quarantined(transport, last.id)).results
    except CallFailed:
        return []


async def healing_of(transport: Transport, run_id: str) -> Healing:
    """Nothing where the server has gone, or knows nothing of healing yet."""
    try:
        events = healing_api.read_events(await healing_api.healing_events(transport, run_id)).events
        drifts = healing_api.read_drifts(await healing_api.drifts(transport, run_id)).drifts
    except CallFailed:
        return Healing()
    return Healing(events, drifts)
