"""Narrows a suite to the tests of a list, as ``GET /runs/{runId}/failed-tests`` answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from shifty import wire
from shifty.errors import UsageError


class _Named(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    test_file: str
    test_name: str = ""
    title_path: list[str] | None = None
    project_name: str | None = None

    def is_of(self, test: wire.TestRef) -> bool:
        titles = test.title_path or [test.test_name]
        if not self.title_path and not self.test_name:
            # A whole file, of which not all tests were known.
            return test.test_file == self.test_file
        same = titles == self.title_path if self.title_path else test.test_name == self.test_name
        return same and test.test_file == self.test_file and self.project_name in (None, test.project_name)


class _Lists(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    failed_tests: list[_Named]
    not_run: list[_Named] = []


@dataclass(frozen=True)
class FailedList:
    tests: Sequence[_Named]
    text: bytes

    def narrow(self, suite: Sequence[wire.PlannedTest]) -> list[wire.PlannedTest]:
        """Those of ``suite`` that are listed, serial groups whole, with the set-up and teardown around them."""
        by_file: dict[str, list[_Named]] = {}
        for named in self.tests:
            by_file.setdefault(named.test_file, []).append(named)
        main = [test for test in suite if test.stage == "main"]
        wanted = [any(named.is_of(test) for named in by_file.get(test.test_file, ())) for test in main]
        groups = {_group(test) for test, is_wanted in zip(main, wanted, strict=True) if is_wanted and test.serial}
        chosen = [
            test
            for test, is_wanted in zip(main, wanted, strict=True)
            if is_wanted or (test.serial and _group(test) in groups)
        ]
        return [*chosen, *(test for test in suite if test.stage != "main")] if chosen else []


def _group(test: wire.TestRef) -> tuple[str, str, str | None, int]:
    return test.test_file, test.project_name, test.serial, test.repeat


def read_failed_list(path: Path) -> FailedList:
    """Raises UsageError: it can't be read, or is something else."""
    try:
        text = path.read_bytes()
        lists = msgspec.json.decode(text, type=_Lists)
    except OSError as error:
        raise UsageError(f"{path} can't be read ({error.strerror}); name a file with --failed-tests.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} is no list of failed tests ({error}); it is what `shifty failed RUN --json` prints."
        ) from None
    return FailedList([*lists.failed_tests, *lists.not_run], text)
