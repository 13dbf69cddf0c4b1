"""Quarantine tests that are surely flaky, where a project wants that."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.flakiness.assess import assess
from shifty.flakiness.model import Assessment
from shifty.flakiness.release import auto_quarantine
from shifty.flakiness.store import AssessmentStore, Wishes
from shifty.history.model import Execution
from shifty.quarantine.automatic import SHIFTY, add_automatic_rules
from shifty.quarantine.model import NewRule
from shifty.quarantine.store import QuarantineStore


async def quarantine_flaky(
    tx: Transaction,
    tenant_id: UUID,
    project_id: int,
    wishes: Wishes,
    assessed: Mapping[int, Assessment],
    windows: Mapping[int, Sequence[Execution]],
) -> None:
    """The flakiest first: the project's cap may not hold all of them.

    A test that was in quarantine before, by whatever rule, is judged by what came after that: what it was released for
    must not bring it back. One that is in quarantine stays there by the rule that it has.
    """
    surely = {ref: each for ref, each in assessed.items() if _is_sure(each, wishes)}
    if not surely:
        return
    for ref, about in (await QuarantineStore(tx, tenant_id).rules_about(project_id, list(surely))).items():
        since = about.was_over_at
        if about.is_active:
            del surely[ref]
        elif since is not None:
            surely[ref] = assess([one for one in windows[ref] if one.ended_at > since], wishes.default_branch)
    wanted = {ref: each for ref, each in surely.items() if _is_sure(each, wishes)}
    names = await AssessmentStore(tx, tenant_id).names(list(wanted))
    ordered = sorted(names.keys() & wanted.keys(), key=lambda ref: (-wanted[ref].low, ref))
    await add_automatic_rules(tx, tenant_id, project_id, [_rule(names[ref].test_id, wanted[ref]) for ref in ordered])


def _is_sure(assessment: Assessment, wishes: Wishes) -> bool:
    return auto_quarantine(assessment, wishes.auto_quarantine_rate, wishes.auto_quarantine_confidence)


def _rule(test_id: str, assessment: Assessment) -> NewRule:
    return NewRule(
        kind="test",
        value=test_id,
        owner=SHIFTY,
        reason=f"Flaky in {assessment.flaky_runs} of {assessment.total_runs} runs",
        source="automatic",
    )
