"""What a client asks for when it starts a run, checked: pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, NoReturn
from uuid import UUID

from shifty.ids import parse_run_id
from shifty.orchestration.errors import BadRequest, BadWorkerCount
from shifty.results.outcome import identity, normal_path
from shifty.runs.errors import RunNotFound
from shifty.runs.model import HealingVerdict
from shifty.wire import PlannedTest

MOST_FILES = 10_000
MOST_TESTS = 100_000
MOST_PATH = 1024
MOST_WORKERS = 20
MOST_METADATA = 64 * 1024
MOST_PROJECT = 200
DEFAULT_WORKERS = 5
DEFAULT_PROJECT = "default"
PENDING_TIMEOUT = timedelta(minutes=30)


@dataclass(frozen=True)
class Rerun:
    """Which run is to be run again: what failed or never ran of it, or all."""

    of: UUID
    scope: Literal["failed", "all"] = "failed"
    project: str | None = None
    """As the client names it; it has to be the run's own. None: it does not."""


@dataclass(frozen=True)
class RunRequest:
    """A run to start. ``tests`` is empty for a client that only knows its files.

    Of a rerun, ``files`` may be empty: they narrow it.
    """

    files: tuple[str, ...]
    workers: int = DEFAULT_WORKERS
    project: str = DEFAULT_PROJECT
    branch: str | None = None
    commit_sha: str | None = None
    ci_build_id: str | None = None
    idempotency_key: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    tests: tuple[PlannedTest, ...] = ()
    pending_timeout: timedelta = PENDING_TIMEOUT
    duplicates: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    """Those of ``files`` that only ``tests`` named."""
    rerun: Rerun | None = None
    healing_verdict: HealingVerdict | None = None
    """None: the project's."""
    codeowners: str | None = None
    """The text of the repository's CODEOWNERS file; None: it has none, or nobody has read it."""

    @property
    def actor(self) -> str | None:
        actor = self.metadata.get("actor")
        return actor if isinstance(actor, str) else None


def checked_files(paths: Sequence[object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The files, each once, in order, and those that were named twice.

    Raises:
        BadRequest: none, too many, or paths that can't be a repository's spec file; every fault is named by its index.
    """
    if not paths:
        raise BadRequest(
            "testFiles is empty: there is nothing to run. Name at least one spec file.",
            {"fields": [{"path": "testFiles", "message": "must not be empty"}]},
        )
    if len(paths) > MOST_FILES:
        raise BadRequest(
            f"testFiles names {len(paths)} files; {MOST_FILES} is the most in one run.",
            {"fields": [{"path": "testFiles", "message": f"at most {MOST_FILES}"}]},
        )
    faults = [(index, fault) for index, path in enumerate(paths) if (fault := path_fault(path))]
    if faults:
        _refuse_paths(faults)
    normal = [normal_path(str(path)) for path in paths]
    seen: dict[str, int] = {}
    for file in normal:
        seen[file] = seen.get(file, 0) + 1
    return tuple(seen), tuple(file for file, times in seen.items() if times > 1)


def path_fault(path: object) -> str | None:
    """What is wrong with a spec file's path; None when nothing is."""
    if not isinstance(path, str):
        return "must be a string"
    if not path.strip():
        return "is blank"
    if "\0" in path:
        return "holds a NUL character"
    if len(path) > MOST_PATH:
        return f"is longer than {MOST_PATH} characters"
    if not path.isascii() and len(path.encode(errors="surrogatepass")) > MOST_PATH:
        return f"is longer than {MOST_PATH} bytes in UTF-8"
    posix = path.replace("\\", "/")
    if posix.startswith("/") or posix[1:3] == ":/":
        return "is absolute; paths are relative to the repository"
    if ".." in posix.split("/"):
        return "leaves the repository"
    return None


def checked_workers(value: object) -> int:
    """Raises BadWorkerCount: not a whole number from 1 to 20; nothing is clamped."""
    if value is None:
        return DEFAULT_WORKERS
    # In JSON, 5.0 is a whole number.
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= MOST_WORKERS:
        raise BadWorkerCount(value, 1, MOST_WORKERS)
    return number


def checked_project(value: str | None) -> str:
    if value is None or not value.strip():
        return DEFAULT_PROJECT
    if len(value) > MOST_PROJECT or "\0" in value:
        raise BadRequest(
            f"project is a name of at most {MOST_PROJECT} characters, such as owner/repo.",
            {"fields": [{"path": "project", "message": f"at most {MOST_PROJECT} characters"}]},
        )
    return value.strip()


def checked_metadata(value: Mapping[str, object] | None) -> Mapping[str, object]:
    size = len(json.dumps(value or {}).encode())
    if size > MOST_METADATA:
        raise BadRequest(
            f"metadata is {size} bytes; {MOST_METADATA} is the most.",
            {"fields": [{"path": "metadata", "message": f"at most {MOST_METADATA} bytes as JSON"}]},
        )
    return value or {}


def checked_rerun(
    metadata: Mapping[str, object] | None, scope: Literal["failed", "all"], project: str | None
) -> Rerun | None:
    """The rerun that ``metadata.rerun_of`` asks for; None without it.

    Raises:
        BadRequest: it is no text.
        RunNotFound: it is malformed.
    """
    value = (metadata or {}).get("rerun_of")
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadRequest(
            "metadata.rerun_of is the id of the run to run again, as text.",
            {"fields": [{"path": "metadata.rerun_of", "message": "must be a string"}]},
        )
    run_id = parse_run_id(value)
    if run_id is None:
        raise RunNotFound(value)
    return Rerun(run_id, scope, checked_project(project) if project and project.strip() else None)


def checked_tests(tests: Sequence[PlannedTest]) -> tuple[PlannedTest, ...]:
    """The tests, each once.

    Raises:
        BadRequest: too many, or their files can't be a repository's spec files.
    """
    if len(tests) > MOST_TESTS:
        raise BadRequest(f"tests names {len(tests)} tests; {MOST_TESTS} is the most in one run.", {"field": "tests"})
    faults = [(index, fault) for index, test in enumerate(tests) if (fault := path_fault(test.test_file))]
    if faults:
        fields = [{"path": f"tests[{index}].testFile", "message": fault} for index, fault in faults[:50]]
        raise BadRequest(f"tests[{faults[0][0]}].testFile {faults[0][1]}.", {"fields": fields})
    return tuple({identity(test): test for test in tests}.values())


def files_beside(files: Sequence[str], tests: Sequence[PlannedTest]) -> tuple[str, ...]:
    """Files of ``tests`` that ``files`` does not name: they run as well, or a test would be lost unnoticed.

    Raises:
        BadRequest: with them it would be too many files.
    """
    known = set(files)
    beside = tuple(dict.fromkeys(file for test in tests if (file := normal_path(test.test_file)) not in known))
    if len(files) + len(beside) > MOST_FILES:
        raise BadRequest(
            f"testFiles and tests name {len(files) + len(beside)} files; {MOST_FILES} is the most in one run.",
            {"fields": [{"path": "tests", "message": f"at most {MOST_FILES} files"}]},
        )
    return beside


def _refuse_paths(faults: Sequence[tuple[int, str]]) -> NoReturn:
    fields = [{"path": f"testFiles[{index}]", "message": fault} for index, fault in faults[:50]]
    index, fault = faults[0]
    more = f" ({len(faults) - 1} more in details.fields)" if len(faults) > 1 else ""
    raise BadRequest(f"testFiles[{index}] {fault}{more}.", {"fields": fields, "index": index})
