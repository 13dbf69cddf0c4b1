"""Nouns: webhook, delivery, and what is told of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

Event: TypeAlias = Literal["run.finished", "run.failed"]
"""``run.finished``: every run that ends; ``run.failed``: one that failed or was cancelled."""
EVENTS: Final[tuple[Event, ...]] = ("run.finished", "run.failed")
TEST: Final = "test"
"""The event of a delivery that somebody has asked for, to see whether it arrives."""
State: TypeAlias = Literal["waiting", "delivered", "failed"]

MOST_WEBHOOKS: Final = 50
"""Of a tenant: each is a request more when a run ends."""

URL_PATTERN: Final = (
    r"^https?://[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,20}"
    r"(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?([/?][!-~]*)?$"
)
LONGEST_URL: Final = 2000

_AFTER: Final = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)


def pause_after(tries: int) -> timedelta | None:
    """How long to wait after so many tries that have failed; None: it is not tried again."""
    return _AFTER[tries - 1] if tries <= len(_AFTER) else None


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Somebody who is told of runs. Its secret is asked for apart."""

    id: UUID
    project: str | None
    """None: of every project."""
    url: str
    events: Sequence[str]
    enabled: bool
    created_by: str
    """The id of a key."""
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One message to one webhook, however often it was tried."""

    id: UUID
    event: str
    run_id: UUID | None
    """None: a test of the webhook."""
    state: State
    tries: int
    next_try_at: datetime | None
    """None: it is not tried again."""
    status: int | None
    """Of the last answer; None: there was none."""
    error: str | None
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ListedWebhook:
    webhook: Webhook
    waiting: int
    last: Delivery | None
    """The newest."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """A delivery that this process has taken for a while, to send it."""

    id: UUID
    tenant_id: UUID
    webhook_id: UUID
    run_id: UUID | None
    event: str
    tries: int
    """This one counted."""
    created_at: datetime
    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RunTold:
    """What a delivery says of a run."""

    run_id: UUID
    project: str
    branch: str | None
    commit_sha: str | None
    actor: str | None
    status: str
    conclusion: str | None
    failure_reason: str | None
    total_tests: int
    passed_tests: int
    failed_tests: int
    flaky_tests: int
    skipped_tests: int
    not_run_tests: int
    quarantined_tests: int
    healed_tests: int
    created_at: datetime
    completed_at: datetime | None
    failures: Sequence[Mapping[str, object]]
    """The first that failed and are not quarantined, in the order of the suite."""


@dataclass(frozen=True)
class Outcome:
    """Of one try. ``error`` None: it was taken."""

    status: int | None
    error: str | None
