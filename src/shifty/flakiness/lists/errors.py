"""Refusals of this room."""

from collections.abc import Sequence

from shifty.errors import Invalid, NotFound


class TestNotFound(NotFound):
    """No project that the key opens has such a test."""

    __test__ = False
    code = "TEST_NOT_FOUND"

    def __init__(self, test_id: str, project: str | None) -> None:
        where = f" in project {project}" if project else ""
        super().__init__(
            f"There is no test {test_id}{where}. `GET /tests` lists those that have run, with their ids.",
            {"testId": test_id, "project": project},
        )


class TestInSeveralProjects(Invalid):
    """Several projects have a test with this id: the project has to be named."""

    __test__ = False

    def __init__(self, test_id: str, projects: Sequence[str]) -> None:
        named = ", ".join(projects)
        super().__init__(
            f"Several projects have a test {test_id}: add ?project= with one of {named}.",
            {"fields": [{"path": "project", "message": f"must be one of {named}"}]},
        )
