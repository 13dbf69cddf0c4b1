"""Which run a CI job works for: the table of docs/ci/reruns.md."""

import pytest

from shifty.cli.ci_attempts import Decision, Join, Late, Link, RerunMode, Start, decide, worker_name
from shifty.cli.ci_provider import CiBuild
from shifty.client.model import RunInFull, WorkerProgress

FIRST = frozenset({"1"})
OPEN = Link("r1", is_open=True, attempts=FIRST)
FAILED = Link("r1", attempts=FIRST)
PASSED = Link("r1", passed=True, attempts=FIRST)
AGAIN_FAILED = Link("r2", attempts=frozenset({"2"}))


def job(attempt: str | None, job_id: str | None = None) -> CiBuild:
    return CiBuild("any", "b", attempt, job_index=1, job_total=4, job_id=job_id)


@pytest.mark.parametrize(
    ("chain", "build", "mode", "decision"),
    [
        ([], job("1"), "auto", Start("b")),
        ([], job("3"), "failed", Start("b")),
        ([OPEN], job("1"), "auto", Join("r1")),
        ([OPEN], job("2"), "all", Join("r1")),
        ([FAILED], job("1"), "auto", Late("r1")),
        ([FAILED], job("1"), "all", Late("r1")),
        ([FAILED], job("2"), "auto", Start("b/2", "r1", "r1")),
        ([FAILED], job("2"), "all", Start("b/2", None, "r1")),
        ([PASSED], job("2"), "auto", Start("b/2", None, "r1")),
        ([PASSED], job("2"), "failed", Late("r1", nothing_failed=True)),
        ([FAILED, AGAIN_FAILED], job("3"), "auto", Start("b/3", "r2", "r2")),
        ([FAILED, AGAIN_FAILED], job("2"), "auto", Late("r2")),
        # Of the first attempt, and so slow that the second one has ended: the newest verdict is the build's.
        ([FAILED, AGAIN_FAILED], job("1"), "auto", Late("r2")),
    ],
)
def test_a_job_starts_joins_or_exits_by_the_runs_of_its_build(
    chain: list[Link], build: CiBuild, mode: RerunMode, decision: Decision
) -> None:
    assert decide("b", chain, build, mode) == decision


@pytest.mark.parametrize(
    ("part_jobs", "build", "decision"),
    [
        ({"2/4": frozenset({"7"})}, job(None, "99"), Start("b/2", "r1", "r1")),
        ({"2/4": frozenset({"7"})}, job(None, "7"), Late("r1")),
        ({"1/4": frozenset({"6"})}, job(None, "99"), Late("r1")),
        ({}, job(None, None), Late("r1")),
    ],
)
def test_where_attempts_are_not_counted_a_part_that_has_worked_before_under_another_id_is_a_retry(
    part_jobs: dict[str, frozenset[str]], build: CiBuild, decision: Decision
) -> None:
    chain = [Link("r1", jobs=part_jobs)]

    assert decide("b", chain, build, "auto") == decision


@pytest.mark.parametrize("build", [job("2"), job("c0ffee-workflow"), job(None, "1002"), CiBuild("any", "b", "2")])
def test_a_run_remembers_the_jobs_that_worked_for_it(build: CiBuild) -> None:
    workers = [WorkerProgress(id=str(number), name=f"{worker_name(build, 'host-1')}-{number}") for number in (1, 12)]

    link = Link.of(RunInFull(id="r1", status="completed", conclusion="failed", workers=workers))

    assert link.attempts == ({build.attempt} if build.attempt else set())
    assert link.jobs == ({} if build.attempt else {"2/4": {"1002"}})
