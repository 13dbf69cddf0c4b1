"""Where pages about healing are found."""

from typing import Final
from uuid import UUID

from shifty.dashboard.words import step
from shifty.healing.model import Event

LIST: Final = "/healing"
PULL_REQUESTS: Final = "/healing/prs"


def run_address(run_id: UUID) -> str:
    """All broken locators of a run."""
    return f"/healing/runs/{run_id}"


def event_address(run_id: UUID, event: Event) -> str:
    """One broken locator of a test in a run."""
    return f"{run_address(run_id)}/tests/{step(event.test_id)}/{event.id_in(run_id)}"
