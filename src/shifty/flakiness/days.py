"""The trend: how a project stood, a row a day."""

from datetime import date, datetime
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.flakiness.conclude import assess_tests, portions
from shifty.flakiness.model import Assessment
from shifty.flakiness.store import FLAKY_FROM, AssessmentStore, Standing
from shifty.quarantine.store import QuarantineStore

_NOTHING = Standing(0, 0.0, 0, 0)


async def note_today(tx: Transaction, tenant_id: UUID, project_id: int) -> None:
    """As everything is concluded now."""
    store = AssessmentStore(tx, tenant_id)
    await _put_today(tx, tenant_id, project_id, await store.today())


async def note_day_of(tx: Transaction, tenant_id: UUID, project_id: int, ended_at: datetime) -> None:
    """The day on which a run ended, that has only now been taken in.

    Of a day that is over, the last run says how it stood then; what came later is left out. So the trend of a project
    whose history is taken in anew, or was there before Shifty concluded anything, comes out as it would have been.
    """
    store = AssessmentStore(tx, tenant_id)
    day = await store.day_of(project_id, ended_at)
    if day.is_today:
        await _put_today(tx, tenant_id, project_id, day.day)
    elif day.is_last:
        standing = await _standing_then(store, project_id, ended_at)
        quarantined = await QuarantineStore(tx, tenant_id).quarantined_tests_then(project_id, ended_at)
        await store.put_day(project_id, day.day, standing, quarantined)


async def _put_today(tx: Transaction, tenant_id: UUID, project_id: int, today: date) -> None:
    store = AssessmentStore(tx, tenant_id)
    quarantined = await QuarantineStore(tx, tenant_id).quarantined_tests(project_id)
    await store.put_day(project_id, today, await store.standing(project_id), quarantined)


async def _standing_then(store: AssessmentStore, project_id: int, until: datetime) -> Standing:
    wishes = await store.wishes(project_id, until)
    if wishes is None:
        return _NOTHING
    total = _NOTHING
    for some in portions(await store.notable(project_id, until)):
        found, _ = await assess_tests(store, some, wishes.default_branch, until)
        for assessment in found.values():
            total = _plus(total, assessment)
    return total


def _plus(standing: Standing, assessment: Assessment) -> Standing:
    is_flaky = assessment.flaky_runs > 0 and assessment.rate >= FLAKY_FROM
    return Standing(
        standing.flaky_tests + is_flaky,
        standing.rate_sum + (assessment.rate if is_flaky else 0.0),
        standing.broken_tests + (assessment.verdict in ("broken", "regressed")),
        standing.lost_ms + assessment.lost_ms,
    )
