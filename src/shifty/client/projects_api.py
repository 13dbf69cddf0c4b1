"""The call about projects."""

from collections.abc import Mapping
from datetime import datetime

from shifty.client.answer import Answer, read
from shifty.client.model import Pagination
from shifty.client.transport import Transport


class Project(Answer, kw_only=True, frozen=True):
    """What a project allows, and how much it is used."""

    project: str
    default_branch: str | None = None
    healing_mode: str = ""
    healing_verdict: str = ""
    quarantine_cap: int = 0
    quarantine_days: int = 0
    auto_quarantine: bool = False
    created_at: datetime | None = None
    runs: int = 0
    last_run_id: str | None = None
    last_run_at: datetime | None = None
    last_run_status: str | None = None
    last_run_conclusion: str | None = None


class Projects(Answer, kw_only=True, frozen=True):
    projects: list[Project] = []
    pagination: Pagination = Pagination()


async def list_projects(transport: Transport, query: Mapping[str, str]) -> bytes:
    """The one with the newest run first."""
    return await transport.call("GET", "/projects", query=query)


def read_projects(body: bytes) -> Projects:
    return read(body, Projects)
