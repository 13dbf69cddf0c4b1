"""The share of a suite that a CI job runs when no server tells it: the same cut on all machines of a build."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shifty import wire
from shifty.worker.playwright.model import BatchItem, ListedTest, Suite, planned


@dataclass(frozen=True)
class Shard:
    """One of several jobs; ``index`` counts from 0."""

    index: int
    total: int

    def __str__(self) -> str:
        return f"{self.index + 1}/{self.total}"


@dataclass(frozen=True)
class Share:
    tests: tuple[ListedTest, ...]
    of: int
    """Tests of the whole suite."""
    seconds: float
    """What it is expected to take."""

    def items(self, without: frozenset[str] = frozenset()) -> tuple[BatchItem, ...]:
        """Its tests by file and project, without those of these ids."""
        files: dict[tuple[str, str], list[ListedTest]] = {}
        for test in self.tests:
            if test.test_id not in without:
                files.setdefault((test.ref.test_file, test.ref.project_name), []).append(test)
        return tuple(
            BatchItem(file, project, tuple(planned(test.ref) for test in group))
            for (file, project), group in files.items()
        )


def share_of(suite: Suite, tests: Sequence[wire.PlannedTest], durations: Mapping[str, float], shard: Shard) -> Share:
    """What ``shard`` runs of ``suite``, whose tests are ``tests``.

    Planned as the server plans, so that serial groups stay whole; by nothing that differs between the machines of a
    build: the checkout, and ``durations`` (seconds by spec file or test id) from a file of it.
    """
    # Here: only a job without a server needs the planner of the server's own package.
    from shifty.history.store import KnownFile
    from shifty.orchestration.plan_run import History, plan_run
    from shifty.orchestration.request import RunRequest

    main = [test for test in tests if test.stage == "main"]
    ordered = sorted(main, key=lambda test: (test.test_file, test.project_name, test.line or 0, test.title_path or []))
    files = sorted({test.test_file for test in main})
    count = Counter(test.test_file for test in main)
    known_files = {file: KnownFile(count[file], durations[file] * 1000) for file in files if file in durations}
    known_tests = {
        test.test_id: _ms(durations[test.test_id])
        if test.test_id in durations
        else _ms(durations[test.ref.test_file] / count[test.ref.test_file])
        for test in suite.test_stage
        if test.test_id in durations or test.ref.test_file in known_files
    }
    if not known_tests:
        # Equal weights: a file is as long as it has tests.
        typical = _ms(1.0)
        known_tests = {test.test_id: typical for test in suite.test_stage}
    plan = plan_run(
        RunRequest(files=tuple(files), workers=shard.total, tests=tuple(ordered)), History(known_files, known_tests)
    )
    own = tuple(test for test in suite.test_stage if plan.shard_of.get(test.test_id) == shard.index)
    return Share(own, len(main), plan.shards[shard.index].estimated_ms / 1000)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
