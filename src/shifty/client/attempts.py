"""Nouns of the client: one test's tries, and what was kept of them."""

from datetime import datetime

from shifty.client.answer import Answer


class Place(Answer, kw_only=True, frozen=True):
    file: str
    line: int
    column: int = 0


class ErrorInFull(Answer, kw_only=True, frozen=True):
    """An error as the test runner gave it."""

    message: str = ""
    stack: str | None = None
    snippet: str | None = None
    location: Place | None = None


class Step(Answer, kw_only=True, frozen=True):
    title: str
    category: str = ""
    duration_ms: int = 0
    error: str | None = None
    location: Place | None = None


class Attempt(Answer, kw_only=True, frozen=True):
    """One try at a test; ``attempt`` counts from 0."""

    attempt: int
    status: str
    duration_ms: int = 0
    started_at: str | None = None
    errors: list[ErrorInFull] = []
    steps: list[Step] = []
    stdout: str = ""
    stderr: str = ""
    worker_index: int | None = None


class LinkedArtifact(Answer, kw_only=True, frozen=True):
    """An artifact as a result names it."""

    id: str
    artifact_type: str
    name: str
    url: str
    size_bytes: int | None = None
    attempt: int | None = None


class Excuse(Answer, kw_only=True, frozen=True):
    """The rule of quarantine by which a failure does not fail its run."""

    rule_id: str
    owner: str = ""
    reason: str = ""
    expires_at: datetime | None = None


class Result(Answer, kw_only=True, frozen=True):
    """What became of one test. ``id`` is this result's, ``test_id`` the test's in every run."""

    id: str | None = None
    test_id: str | None = None
    test_file: str
    test_name: str = ""
    title_path: list[str] = []
    project_name: str | None = None
    line: int | None = None
    tags: list[str] = []
    shard_index: int | None = None
    status: str = ""
    raw_status: str | None = None
    flaky: bool = False
    duration_ms: int = 0
    retry_count: int = 0
    healing_attempted: bool = False
    healed: bool = False
    quarantined: bool = False
    """It failed or did not run, and does not fail the run."""
    quarantine: Excuse | None = None
    """By which rule; None with ``quarantined``: it is not known any more."""
    trace_url: str | None = None
    error_message: str | None = None
    reason: str | None = None
    """Why it was skipped or did not run."""
    worker: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    attempts: list[Attempt] = []
    artifacts: list[LinkedArtifact] = []
