"""``shifty ci``: jobs share a run, a retry runs what failed, and without a server each job runs its share."""

from pathlib import Path

import httpx

from tests.ci.jobs import SUITE, make_checkout, run_jobs, secrets
from tests.support.server import RunningServer


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
    async with httpx.AsyncClient(base_url=server.url, headers=server.headers) as client:
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
    async with httpx.AsyncClient(base_url=server.url, headers=server.headers) as client:
        for machine in machines:
            done = (await run_jobs([(machine, secrets(server))], "--deliver"))[0]
            assert done.exit == 0, done.stderr
            delivered.append((await client.get(f"/api/v1/runs/{run_id}")).json()["run"])
    assert [run["status"] for run in delivered] == ["running", "completed"]
    run = delivered[-1]
    assert (run["conclusion"], run["totalTests"], run["passedTests"], run["failedTests"]) == ("failed", 6, 5, 1)
    assert run["commitSha"] == "abc123"
