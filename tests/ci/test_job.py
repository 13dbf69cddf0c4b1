"""``shifty ci``: jobs share a run, a retry runs what failed, and without a server each job runs its share."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest

from tests.ci.jobs import SUITE, make_checkout, run_jobs, secrets
from tests.e2e.command_line import finished
from tests.support.server import RunningServer

pytestmark = pytest.mark.timeout(700)


def github(attempt: int, job: int, of: int = 2) -> dict[str, str]:
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_RUN_ID": "4711",
        "GITHUB_RUN_ATTEMPT": str(attempt),
        "GITHUB_JOB": "e2e",
        "GITHUB_REF_NAME": "main",
        "GITHUB_SHA": "abc123",
        "GITHUB_ACTOR": "octocat",
        "SHIFTY_SHARD_INDEX": str(job),
        "SHIFTY_TOTAL_SHARDS": str(of),
    }


async def test_two_jobs_share_a_run_exit_by_its_verdict_and_their_retry_runs_what_failed(
    server: RunningServer, tmp_path: Path
) -> None:
    machines = [make_checkout(tmp_path / f"job-{number}") for number in range(2)]
    summary = tmp_path / "summary.md"
    first = {**secrets(server), "GITHUB_STEP_SUMMARY": str(summary)}

    jobs = await run_jobs([(machine, github(1, number) | first) for number, machine in enumerate(machines)])
    for machine in machines:
        (machine.project / "repaired").touch()
    late = await run_jobs([(machines[0], github(1, 0) | first)])
    again = await run_jobs([(machine, github(2, number) | first) for number, machine in enumerate(machines)])

    assert [job.exit for job in jobs] == [1, 1], [job.stderr for job in jobs]
    assert jobs[0].json["runId"] == jobs[1].json["runId"]
    assert jobs[0].json["totalTests"] == 6
    assert sum(job.stderr.count("::error file=specs/moody.spec.js") for job in jobs) == 1
    assert "Shifty: failed" in summary.read_text()
    assert late[0].exit == 1
    assert "came late" in late[0].stderr
    assert [job.exit for job in again] == [0, 0], [job.stderr for job in again]
    assert {job.json["totalTests"] for job in again} == {1}
    async with httpx.AsyncClient(base_url=server.url, headers=server.headers, timeout=60) as client:
        runs = (await client.get("/api/v1/runs")).json()["runs"]
    assert [(run["ciBuildId"], run["rerunOf"]) for run in runs] == [
        ("github/acme/shop/4711/e2e/2", jobs[0].json["runId"]),
        ("github/acme/shop/4711/e2e", None),
    ]


async def test_without_a_server_each_job_runs_its_share_which_is_delivered_later_as_one_run(
    server: RunningServer, tmp_path: Path
) -> None:
    machines = [make_checkout(tmp_path / f"job-{number}") for number in range(2)]
    away = secrets(server) | {"SHIFTY_API_URL": "http://127.0.0.1:9"}

    jobs = await run_jobs([(m, github(1, n) | away) for n, m in enumerate(machines)], "--patience", "0.1")

    assert sorted(job.exit for job in jobs) == [0, 1], [job.stderr for job in jobs]
    assert all("OFFLINE" in job.stderr for job in jobs)
    assert sum(job.json["passedTests"] for job in jobs) == len(SUITE) + 2
    assert sum(job.json["failedTests"] for job in jobs) == 1
    run_id = jobs[0].json["runId"]
    assert jobs[1].json["runId"] == run_id
    delivered: list[dict[str, object]] = []
    async with httpx.AsyncClient(base_url=server.url, headers=server.headers, timeout=60) as client:
        for machine in machines:
            done = (await run_jobs([(machine, secrets(server))], "--deliver"))[0]
            assert done.exit == 0, done.stderr
            delivered.append((await client.get(f"/api/v1/runs/{run_id}")).json()["run"])
    assert [run["status"] for run in delivered] == ["running", "completed"]
    run = delivered[-1]
    assert (run["conclusion"], run["totalTests"], run["passedTests"], run["failedTests"]) == ("failed", 6, 5, 1)
    assert run["commitSha"] == "abc123"


async def test_a_cancelled_job_hands_its_tests_back_and_another_one_goes_on_with_the_run(
    server: RunningServer, tmp_path: Path
) -> None:
    waits = "test('waits', async () => { while (!require('fs').existsSync(__dirname + '/../go')) await sleep(50); });\n"
    machine = make_checkout(tmp_path / "job", {"slow": waits})
    environment = github(1, 0) | secrets(server)
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers, timeout=60) as client:
        job = machine.start("ci", "--json", env=environment)
        try:
            while not (await client.get("/orchestrate/queue/stats")).json()["active"]:
                assert job.poll() is None
                await asyncio.sleep(0.1)
        finally:
            job.send_signal(signal.SIGTERM)
            cancelled = await asyncio.to_thread(finished, job)
        (machine.project / "go").touch()
        other = (await run_jobs([(machine, github(1, 1) | secrets(server))]))[0]
        runs = (await client.get("/runs")).json()["runs"]

    assert cancelled.exit == 4, cancelled.stderr
    assert "go back to the other jobs" in cancelled.stderr
    assert other.exit == 0, other.stderr
    assert "Joining run" in other.stderr
    assert [run["conclusion"] for run in runs] == ["passed"]


async def test_a_job_whose_tests_the_run_of_its_build_lacks_does_not_exit_by_its_verdict(
    server: RunningServer, tmp_path: Path
) -> None:
    # As of a matrix over browsers that the configuration takes from the environment.
    first = make_checkout(tmp_path / "first", {"one": "test('one', () => {});\n"})
    other = make_checkout(tmp_path / "other", {"one": "test('one', () => {});\n", "two": "test('two', () => {});\n"})

    alone = (await run_jobs([(first, github(1, 0) | secrets(server))]))[0]
    late = (await run_jobs([(other, github(1, 1) | secrets(server))]))[0]
    again = (await run_jobs([(other, github(2, 1) | secrets(server))]))[0]
    joins = (await run_jobs([(first, github(2, 0) | secrets(server))]))[0]

    assert alone.exit == 0, alone.stderr
    assert late.exit == 3, late.stderr
    assert "specs/two.spec.js › two" in late.stderr
    assert "--build-id" in late.stderr
    assert (again.exit, again.json["totalTests"]) == (0, 2), again.stderr
    assert joins.exit == 0, joins.stderr


async def test_a_job_that_knows_no_server_or_build_or_share_says_what_to_set(tmp_path: Path) -> None:
    machine = make_checkout(tmp_path / "job", {"one": "test('one', () => {});\n"})
    away = {"SHIFTY_API_URL": "http://127.0.0.1:9", "SHIFTY_API_KEY": "k"}
    no_part = {name: value for name, value in github(1, 0).items() if not name.startswith("SHIFTY_")}

    no_server = (await run_jobs([(machine, github(1, 0))]))[0]
    no_build = (await run_jobs([(machine, away)]))[0]
    no_share = (await run_jobs([(machine, no_part | away)], "--patience", "0"))[0]
    bad_share = (await run_jobs([(machine, no_part | away)], "--shard", "5/4"))[0]

    assert (no_server.exit, no_build.exit, no_share.exit, bad_share.exit) == (2, 2, 3, 2)
    assert "SHIFTY_API_KEY" in no_server.stderr
    assert "--build-id" in no_build.stderr
    assert "--shard 2/4" in no_share.stderr
    assert "2/4, the second of four jobs" in bad_share.stderr
