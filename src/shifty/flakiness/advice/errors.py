"""Refusals of this room."""

from collections.abc import Sequence

from shifty.errors import NotFound


class NoHistory(NotFound):
    """No run of the project has ended on that branch, or there is no such project."""

    code = "NO_HISTORY"

    def __init__(self, project: str, branch: str | None, others: Sequence[str]) -> None:
        where = f" on branch {branch}" if branch else ""
        remedy = (
            f"Branches that have one: {', '.join(others)}." if others else "Run its whole suite once: `shifty run`."
        )
        super().__init__(
            f"Project {project} has no whole run that has ended{where}, so nothing can be advised. {remedy}",
            {"project": project, "branch": branch, "branches": list(others)},
        )
