"""What is answered about advice."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shifty.flakiness.advice import words
from shifty.flakiness.advice.model import (
    ActiveRule,
    Advice,
    CostlyTest,
    Forecast,
    Hidden,
    Holdup,
    Piece,
    RecentRun,
    RetryCost,
    Split,
)
from shifty.quarantine.model import RuleKind
from shifty.wire import Body


class CrewForecast(Body):
    workers: int
    wall_ms: int
    machine_ms: int
    busy_ms: int

    @classmethod
    def of(cls, forecast: Forecast) -> "CrewForecast":
        return cls(
            workers=forecast.workers,
            wall_ms=_ms(forecast.wall_s),
            machine_ms=_ms(forecast.machine_s),
            busy_ms=_ms(forecast.busy_s),
        )


class PieceOfWork(Body):
    test_file: str
    project_name: str
    test_count: int
    duration_ms: int
    kept_together_by: Holdup

    @classmethod
    def of(cls, piece: Piece) -> "PieceOfWork":
        return cls(
            test_file=piece.file,
            project_name=piece.project_name,
            test_count=piece.tests,
            duration_ms=_ms(piece.seconds),
            kept_together_by=piece.holdup,
        )


class CrewOfRun(Body):
    run_id: UUID
    workers: int
    wall_ms: int | None
    completed_at: datetime

    @classmethod
    def of(cls, run: RecentRun) -> "CrewOfRun":
        return cls(run_id=run.id, workers=run.workers, wall_ms=run.wall_ms, completed_at=run.completed_at)


class WorkerAdvice(Body):
    summary: str
    recommended: int
    compared_with: int
    bound_ms: int
    longest: PieceOfWork | None
    forecasts: list[CrewForecast]
    recent_runs: list[CrewOfRun]

    @classmethod
    def of(cls, advice: Advice) -> "WorkerAdvice":
        crew = advice.crew
        return cls(
            summary=words.of_crew(crew, advice.compared),
            recommended=crew.recommended.workers,
            compared_with=advice.compared,
            bound_ms=_ms(crew.bound_s),
            longest=PieceOfWork.of(crew.longest) if crew.longest else None,
            forecasts=[CrewForecast.of(forecast) for forecast in crew.forecasts],
            recent_runs=[CrewOfRun.of(run) for run in advice.recent],
        )


class SplitAdvice(Body):
    summary: str
    remedy: str
    pieces: list[PieceOfWork]
    workers: int
    wall_ms: int
    apart_ms: int
    saved_ms: int

    @classmethod
    def of(cls, split: Split) -> "SplitAdvice":
        return cls(
            summary=words.of_split(split),
            remedy=words.how_to_split(split.pieces),
            pieces=[PieceOfWork.of(piece) for piece in split.pieces],
            workers=split.workers,
            wall_ms=_ms(split.wall_s),
            apart_ms=_ms(split.apart_s),
            saved_ms=_ms(split.wall_s) - _ms(split.apart_s),
        )


class CostOfTest(Body):
    test_id: str
    test_file: str
    test_name: str
    title_path: Sequence[str]
    project_name: str
    failed_ms: int
    failed_attempts: int
    runs: int

    @classmethod
    def of(cls, test: CostlyTest) -> "CostOfTest":
        return cls(
            test_id=test.test_id,
            test_file=test.file,
            test_name=test.title_path[-1] if test.title_path else "",
            title_path=test.title_path,
            project_name=test.project_name,
            failed_ms=test.failed_ms,
            failed_attempts=test.failed_attempts,
            runs=test.runs,
        )


class RetryAdvice(Body):
    summary: str
    days: int
    runs: int
    failed_ms: int
    failed_ms_per_run: int
    rescued_ms: int
    in_vain_ms: int
    share: float
    tests: list[CostOfTest]

    @classmethod
    def of(cls, cost: RetryCost) -> "RetryAdvice":
        return cls(
            summary=words.of_retries(cost),
            days=cost.days,
            runs=cost.runs,
            failed_ms=cost.failed_ms,
            failed_ms_per_run=round(cost.failed_ms / max(1, cost.runs)),
            rescued_ms=cost.rescued_ms,
            in_vain_ms=cost.in_vain_ms,
            share=round(cost.share, 1),
            tests=[CostOfTest.of(test) for test in cost.tests],
        )


class RuleInForce(Body):
    id: UUID
    kind: RuleKind
    value: str
    project_name: str
    owner: str
    reason: str
    created_at: datetime
    expires_at: datetime
    expires_soon: bool
    matching_tests: int
    excused: int

    @classmethod
    def of(cls, active: ActiveRule) -> "RuleInForce":
        rule = active.rule
        return cls(
            id=rule.id,
            kind=rule.kind,
            value=rule.value,
            project_name=rule.project_name,
            owner=rule.owner,
            reason=rule.reason,
            created_at=rule.created_at,
            expires_at=rule.expires_at,
            expires_soon=active.expires_soon,
            matching_tests=active.tests,
            excused=rule.excused,
        )


class QuarantineAdvice(Body):
    summary: str
    days: int
    excused: int
    tests: int
    rules: list[RuleInForce]

    @classmethod
    def of(cls, hidden: Hidden) -> "QuarantineAdvice":
        return cls(
            summary=words.of_hidden(hidden),
            days=hidden.days,
            excused=hidden.excused,
            tests=hidden.tests,
            rules=[RuleInForce.of(rule) for rule in hidden.rules],
        )


class AdviceAnswer(Body):
    project: str
    branch: str | None
    run_id: UUID
    total_tests: int
    batch_overhead_ms: int
    workers: WorkerAdvice
    split_first: SplitAdvice | None
    retries: RetryAdvice
    quarantine: QuarantineAdvice

    @classmethod
    def of(cls, advice: Advice) -> "AdviceAnswer":
        return cls(
            project=advice.project,
            branch=advice.branch,
            run_id=advice.run.id,
            total_tests=advice.run.tests,
            batch_overhead_ms=_ms(advice.overhead_s),
            workers=WorkerAdvice.of(advice),
            split_first=SplitAdvice.of(advice.crew.split) if advice.crew.split else None,
            retries=RetryAdvice.of(advice.retries),
            quarantine=QuarantineAdvice.of(advice.hidden),
        )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
