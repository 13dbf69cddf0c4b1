"""Rules and tests on paper."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from shifty.quarantine.model import Candidate, Rule, RuleKind

MADE = datetime(2024, 12, 9, 10, tzinfo=UTC)


def rule(kind: RuleKind, value: str, project_name: str = "", id_: UUID | None = None) -> Rule:
    return Rule(
        id=id_ or uuid4(),
        kind=kind,
        value=value,
        project_name=project_name,
        owner="@shop/payments",
        reason="the bank answers late",
        source="manual",
        failing_share=0.2,
        created_at=MADE,
        created_by="key",
        expires_at=MADE + timedelta(days=14),
        released_at=None,
        released_by=None,
        release_reason=None,
        green_runs=0,
        evidence=0,
        excused=0,
        last_excused_at=None,
    )


def candidate(
    name: str = "pays",
    *digests: str,
    file: str = "tests/checkout.spec.ts",
    project_name: str = "chromium",
    tags: tuple[str, ...] = (),
) -> Candidate:
    return Candidate(
        test_id=name,
        file=file,
        project_name=project_name,
        title_path=("checkout", name),
        tags=tags,
        error_digests=digests,
    )
