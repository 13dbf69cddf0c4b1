"""The call for advice."""

from datetime import datetime

from shifty.client.answer import Answer, read
from shifty.client.transport import Transport


class PieceOfWork(Answer, kw_only=True, frozen=True):
    """What is leased as a whole. ``kept_together_by``: ``file``, ``serial`` or ``test``."""

    test_file: str
    project_name: str = ""
    test_count: int = 0
    duration_ms: int = 0
    kept_together_by: str = "file"


class CrewForecast(Answer, kw_only=True, frozen=True):
    workers: int
    wall_ms: int
    machine_ms: int
    busy_ms: int = 0


class CrewOfRun(Answer, kw_only=True, frozen=True):
    run_id: str
    workers: int
    wall_ms: int | None = None
    completed_at: datetime | None = None


class WorkerAdvice(Answer, kw_only=True, frozen=True):
    summary: str
    recommended: int
    compared_with: int
    bound_ms: int = 0
    longest: PieceOfWork | None = None
    forecasts: list[CrewForecast] = []
    recent_runs: list[CrewOfRun] = []


class SplitAdvice(Answer, kw_only=True, frozen=True):
    summary: str
    remedy: str
    pieces: list[PieceOfWork] = []
    workers: int = 0
    wall_ms: int = 0
    apart_ms: int = 0
    saved_ms: int = 0


class CostOfTest(Answer, kw_only=True, frozen=True):
    test_id: str
    test_file: str
    test_name: str
    title_path: list[str] = []
    project_name: str = ""
    failed_ms: int = 0
    failed_attempts: int = 0
    runs: int = 0


class RetryAdvice(Answer, kw_only=True, frozen=True):
    summary: str
    days: int = 30
    runs: int = 0
    failed_ms: int = 0
    share: float = 0.0
    tests: list[CostOfTest] = []


class RuleInForce(Answer, kw_only=True, frozen=True):
    id: str
    kind: str
    value: str
    project_name: str = ""
    owner: str = ""
    reason: str = ""
    expires_at: datetime | None = None
    expires_soon: bool = False
    matching_tests: int = 0
    excused: int = 0


class QuarantineAdvice(Answer, kw_only=True, frozen=True):
    summary: str
    excused: int = 0
    tests: int = 0
    rules: list[RuleInForce] = []


class Advice(Answer, kw_only=True, frozen=True):
    project: str
    branch: str | None = None
    run_id: str
    total_tests: int = 0
    batch_overhead_ms: int = 0
    workers: WorkerAdvice
    split_first: SplitAdvice | None = None
    retries: RetryAdvice
    quarantine: QuarantineAdvice


async def advice(transport: Transport, project: str, *, branch: str | None = None, workers: int | None = None) -> bytes:
    """The advice as JSON; ``read_advice`` makes sense of it. ``workers``: a number to compare with."""
    query = {"project": project, "branch": branch, "workers": None if workers is None else str(workers)}
    return await transport.call("GET", "/analytics/advice", query={key: value for key, value in query.items() if value})


def read_advice(body: bytes) -> Advice:
    return read(body, Advice)
