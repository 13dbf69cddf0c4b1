"""The results of a run: a page of them, or all as a stream."""

import json
from uuid import UUID

import pytest

from shifty.runs import list_results
from shifty.tenants.model import Scope
from tests.runs.conftest import Api
from tests.runs.seed import Seed

NDJSON = "application/x-ndjson"


@pytest.fixture
async def run(seed: Seed) -> UUID:
    run_id = await seed.run()
    await seed.test(run_id, "tests/b.spec.ts", "cart", "adds", line=3)
    await seed.test(run_id, "tests/a.spec.ts", "login", "Logs in", line=9, flaky=True, retry_count=1)
    await seed.test(run_id, "tests/a.spec.ts", "login", "logs out", line=2, outcome="failed", error_message="no")
    await seed.test(run_id, "tests/c.spec.ts", "skipped", outcome="skipped")
    await seed.test(run_id, "tests/c.spec.ts", "left out", outcome="notRun", reason="its group failed")
    await seed.test(run_id, "tests/c.spec.ts", "not yet", outcome=None)
    return run_id


async def titles(api: Api, run: UUID, query: str = "") -> list[str]:
    answer = await api.get(f"/runs/{run}/results?{query}")
    assert answer.status_code == 200, answer.text
    return [result["testName"] for result in answer.json()["results"]]


async def test_they_come_in_the_order_of_the_suite_and_in_pages(api: Api, run: UUID) -> None:
    first = (await api.get(f"/runs/{run}/results?limit=2")).json()

    assert [result["testName"] for result in first["results"]] == ["logs out", "Logs in"]
    assert first["pagination"] == {"total": 5, "limit": 2, "offset": 0, "hasMore": True}
    assert await titles(api, run, "limit=2&offset=2") == ["adds", "left out"]
    beyond = (await api.get(f"/runs/{run}/results?offset=5")).json()
    assert (beyond["results"], beyond["pagination"]["total"]) == ([], 5)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=all", ["logs out", "Logs in", "adds", "left out", "skipped"]),
        ("status=passed", ["Logs in", "adds"]),
        ("status=failed", ["logs out"]),
        ("status=flaky", ["Logs in"]),
        ("status=skipped", ["skipped"]),
        ("status=notRun", ["left out"]),
        ("file=tests/b.spec.ts", ["adds"]),
        ("file=", ["logs out", "Logs in", "adds", "left out", "skipped"]),
        ("search=LOGS", ["logs out", "Logs in"]),
        ("search=a.spec", ["logs out", "Logs in"]),
        ("search=%25", []),
        ("search=login&status=passed&file=tests/a.spec.ts", ["Logs in"]),
    ],
)
async def test_filters_choose_among_them_and_the_total_follows(
    api: Api, run: UUID, query: str, found: list[str]
) -> None:
    answer = (await api.get(f"/runs/{run}/results?{query}")).json()

    assert sorted(result["testName"] for result in answer["results"]) == sorted(found)
    assert answer["pagination"]["total"] == len(found)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "offset=-1", "status=green", "format=xml", "search=%00", "file=a%00"]
)
async def test_what_is_malformed_is_refused(api: Api, run: UUID, query: str) -> None:
    answer = await api.get(f"/runs/{run}/results?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")


@pytest.mark.parametrize("ask", ["format", "accept"])
async def test_a_stream_holds_all_of_them_a_result_a_line(api: Api, run: UUID, ask: str) -> None:
    whole = (await api.get(f"/runs/{run}/results")).json()["results"]

    if ask == "format":
        answer = await api.get(f"/runs/{run}/results?format=ndjson&limit=1")
    else:
        answer = await api.get(f"/runs/{run}/results", {**api.headers, "Accept": NDJSON})

    assert answer.headers["content-type"] == NDJSON
    assert [json.loads(line) for line in answer.text.splitlines()] == whole
    assert answer.text.endswith("\n")


async def test_a_long_stream_comes_in_parts_and_can_be_filtered(api: Api, seed: Seed) -> None:
    run_id = await seed.run()
    many = 2 * list_results.AT_ONCE + 1
    await seed.execute(
        "insert into tests (run_id, test_id, tenant_id, file, title_path, line, outcome)"
        " select %(run)s, n::text, %(tenant_id)s, 'a.ts', array['test ' || n], n,"
        "        case when n = %(many)s then 'failed' else 'passed' end from generate_series(1, %(many)s) n",
        run=run_id,
        many=many,
    )

    everything = (await api.get(f"/runs/{run_id}/results?format=ndjson")).text.splitlines()
    failed = (await api.get(f"/runs/{run_id}/results?format=ndjson&status=failed")).text.splitlines()

    assert [json.loads(line)["line"] for line in everything] == list(range(1, many + 1))
    assert [json.loads(line)["line"] for line in failed] == [many]


async def test_a_stream_of_no_result_is_empty(api: Api, seed: Seed) -> None:
    answer = await api.get(f"/runs/{await seed.run()}/results?format=ndjson")

    assert (answer.status_code, answer.text) == (200, "")


async def test_a_stream_of_an_unknown_run_is_refused_before_it_begins(api: Api, seed: Seed, others_run: UUID) -> None:
    run_id = await seed.run(project="web")

    for run, headers in ((others_run, api.headers), (run_id, await api.with_key(Scope.READ, project="api"))):
        answer = await api.get(f"/runs/{run}/results?format=ndjson", headers)

        assert (answer.status_code, answer.json()["code"]) == (404, "RUN_NOT_FOUND")


async def test_a_result_has_its_artifacts_and_the_newest_trace_of_its_last_attempt(api: Api, seed: Seed) -> None:
    run_id = await seed.run()
    test_id = await seed.test(run_id, "a.spec.ts", "t", outcome="failed", retry_count=1)
    other = await seed.test(run_id, "b.spec.ts", "t")
    first = await seed.artifact(run_id, test_id, attempt=0)
    last = await seed.artifact(run_id, test_id, "my trace.zip", attempt=1)
    shot = await seed.artifact(run_id, test_id, "page.png", type_="screenshot", attempt=1)
    await seed.artifact(run_id, test_id, attempt=1, state="pending")
    await seed.artifact(run_id, test_id, attempt=1, state="expired")
    await seed.artifact(run_id, test_id, attempt=1, expires_in="-1 second")

    failed, passed = (await api.get(f"/runs/{run_id}/results")).json()["results"]

    assert failed["traceUrl"] == f"http://shifty/api/v1/artifacts/{last}/my%20trace.zip"
    assert [artifact["id"] for artifact in failed["artifacts"]] == [str(first), str(last), str(shot)]
    assert failed["artifacts"][2] == {
        "id": str(shot),
        "artifactType": "screenshot",
        "name": "page.png",
        "url": f"http://shifty/api/v1/artifacts/{shot}/page.png",
        "sizeBytes": 17,
        "attempt": 1,
    }
    assert (passed["testId"], passed["traceUrl"], passed["artifacts"]) == (other, None, [])


async def test_a_trace_without_an_attempt_is_of_the_last_one_and_an_earlier_one_is_better_than_none(
    api: Api, seed: Seed
) -> None:
    run_id = await seed.run()
    test_id = await seed.test(run_id, "a.spec.ts", "t", outcome="failed", retry_count=2)
    earlier = await seed.artifact(run_id, test_id, attempt=1)

    (result,) = (await api.get(f"/runs/{run_id}/results")).json()["results"]
    unnumbered = await seed.artifact(run_id, test_id, attempt=None)
    (later,) = (await api.get(f"/runs/{run_id}")).json()["results"]

    assert str(earlier) in result["traceUrl"]
    assert str(unnumbered) in later["traceUrl"]
