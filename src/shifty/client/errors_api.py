"""The calls about errors: grouped over runs, and the causes of one run."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from shifty.client.answer import Answer
from shifty.client.model import Pagination
from shifty.client.transport import Transport


class TestWithError(Answer, kw_only=True, frozen=True):
    __test__ = False

    test_id: str = ""
    test_file: str = ""
    test_name: str = ""
    project_name: str = ""
    count: int = 0


class KnownError(Answer, kw_only=True, frozen=True):
    """Errors that differ in numbers, ids, paths, colours or time-outs only."""

    digest: str
    project: str = ""
    kind: str = "error"
    message: str = ""
    sample: str = ""
    count: int = 0
    test_count: int = 0
    run_count: int = 0
    branches: list[str] = []
    tests: list[TestWithError] = []
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    last_run_id: str | None = None


class Errors(Answer, kw_only=True, frozen=True):
    errors: list[KnownError] = []
    pagination: Pagination = Pagination()


class TestInRun(Answer, kw_only=True, frozen=True):
    __test__ = False

    test_id: str = ""
    test_file: str = ""
    test_name: str = ""
    title_path: list[str] = []
    project_name: str = ""
    line: int | None = None
    attempts: int = 0
    outcome: str = ""
    flaky: bool = False
    quarantined: bool = False


class ErrorInRun(Answer, kw_only=True, frozen=True):
    """One cause in a run, with the tests that it hit."""

    digest: str
    kind: str = "error"
    message: str = ""
    sample: str = ""
    causes: list[str] = []
    failed: list[TestInRun] = []
    flaky: list[TestInRun] = []
    run_errors: int = 0
    files: list[str] = []
    is_new: bool | None = None
    """None: the server does not say, being older."""
    first_seen_at: datetime | None = None
    first_run_id: str | None = None
    first_commit_sha: str | None = None


class RunErrors(Answer, kw_only=True, frozen=True):
    run_id: str
    errors: list[ErrorInRun] = []
    truncated: bool = False


async def list_errors(transport: Transport, query: Mapping[str, str]) -> bytes:
    """The page as JSON; ``read_errors`` makes sense of it."""
    return await transport.call("GET", "/errors", query=query)


def read_errors(body: bytes) -> Errors:
    return msgspec.json.decode(body, type=Errors)


async def errors_of_run(transport: Transport, run_id: str) -> bytes:
    """The causes as JSON; ``read_run_errors`` makes sense of them."""
    return await transport.call("GET", f"/runs/{run_id}/errors")


def read_run_errors(body: bytes) -> RunErrors:
    return msgspec.json.decode(body, type=RunErrors)
