"""Suites on paper."""

from collections.abc import Sequence

from shifty.planning.split import SpecFile, SpecTest


def file(
    name: str, seconds: Sequence[float], *, parallel: bool = False, serial: str | None = None, project: str = "chromium"
) -> SpecFile:
    """A spec file with a test for each of ``seconds``."""
    path = f"tests/{name}.spec.ts"
    tests = [
        SpecTest(f"{path}/{number}", took, unknown=False, serial=serial, parallel=parallel)
        for number, took in enumerate(seconds)
    ]
    return SpecFile(path, project, tuple(tests))


def even(files: int, seconds: float = 15.0, tests: int = 5) -> list[SpecFile]:
    """Files that take equally long."""
    return [file(f"even-{number:04}", [seconds / tests] * tests) for number in range(files)]
