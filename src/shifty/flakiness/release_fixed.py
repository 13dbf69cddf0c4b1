"""Release quarantined tests that have been green for long enough."""

from collections import defaultdict
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.flakiness.release import Judged, judge
from shifty.flakiness.store import AssessmentStore
from shifty.quarantine.automatic import SHIFTY
from shifty.quarantine.model import Rule
from shifty.quarantine.release import release_rule
from shifty.quarantine.store import QuarantineStore


async def release_fixed(tx: Transaction, tenant_id: UUID, project_id: int, run_id: UUID | None = None) -> None:
    """Count the green runs of a project's rules anew, note how far each is, and release those that are through.

    ``run_id``: only rules about tests of this run, and about errors; None: all. Counted from history each time, so that
    a run that is taken in twice counts once.
    """
    rules = {rule.id: rule for rule in await QuarantineStore(tx, tenant_id).active_rules(project_id)}
    if not rules:
        return
    found = await _judged(tx, tenant_id, project_id, rules, run_id)
    # In the order of their ids: a run that closes locks the rules that excuse its tests in the same.
    for rule_id, judged in sorted(found.items()):
        rule = rules[rule_id]
        if (judged.green_runs, judged.evidence) != (rule.green_runs, rule.evidence):
            quarantine = QuarantineStore(tx, tenant_id)
            await quarantine.note_progress(rule_id, green_runs=judged.green_runs, evidence=judged.evidence)
        if judged.is_fixed:
            await release_rule(tx, tenant_id, rule_id, by=SHIFTY, reason=_reason(judged))


async def _judged(
    tx: Transaction, tenant_id: UUID, project_id: int, rules: dict[UUID, Rule], run_id: UUID | None
) -> dict[UUID, Judged]:
    store = AssessmentStore(tx, tenant_id)
    tests: defaultdict[UUID, list[int]] = defaultdict(list)
    for rule_id, ref in await QuarantineStore(tx, tenant_id).matching(project_id):
        tests[rule_id].append(ref)
    ran = await store.ran(run_id, {ref for refs in tests.values() for ref in refs}) if run_id and tests else None
    matching = [
        (rule_id, ref, rules[rule_id].created_at)
        for rule_id, refs in tests.items()
        if rule_id in rules and (ran is None or not ran.isdisjoint(refs))
        for ref in refs
    ]
    errors = [(rule.id, rule.value, rule.created_at) for rule in rules.values() if rule.kind == "error"]
    greens = await store.greens(matching) if matching else {}
    if errors:
        greens |= await store.greens_of_errors(project_id, errors)
    return {rule_id: judge(rules[rule_id].failing_share, runs) for rule_id, runs in greens.items()}


def _reason(judged: Judged) -> str:
    return f"It is taken for fixed: {judged.green_runs} runs in a row without a failure."
