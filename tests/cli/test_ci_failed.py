"""Narrowing a suite to a list of failed tests."""

from pathlib import Path

import msgspec

from shifty.cli.ci_failed import read_failed_list
from shifty.wire import PlannedTest


def test_an_entry_without_a_title_is_the_whole_file(tmp_path: Path) -> None:
    # `GET /runs/{runId}/failed-tests` lists a file so whose tests were not all known when the run ended.
    suite = [PlannedTest(test_file=file, test_name=name) for file in ("a.ts", "b.ts") for name in ("one", "two")]
    whole: dict[str, object] = {"testFile": "a.ts", "testName": "", "titlePath": [], "projectName": ""}
    listed = tmp_path / "failed.json"
    listed.write_bytes(msgspec.json.encode({"failedTests": [], "notRun": [whole]}))

    narrowed = read_failed_list(listed).narrow(suite)

    assert [(test.test_file, test.test_name) for test in narrowed] == [("a.ts", "one"), ("a.ts", "two")]
