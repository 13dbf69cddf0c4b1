"""What of a run is to be run again."""

import re
from uuid import UUID

import pytest

from tests.runs.conftest import Api
from tests.runs.seed import Seed


@pytest.fixture
async def run(seed: Seed) -> UUID:
    run_id = await seed.run()
    await seed.test(run_id, "tests/login.spec.ts", "passes")
    await seed.test(run_id, "tests/login.spec.ts", "flaky", flaky=True, retry_count=1)
    await seed.test(run_id, "tests/login.spec.ts", "skipped", outcome="skipped")
    await seed.test(run_id, "tests/login.spec.ts", "not yet", outcome=None)
    await seed.test(
        run_id,
        "tests/checkout.spec.ts",
        "cart",
        "should complete purchase",
        outcome="failed",
        raw_status="timedOut",
        retry_count=2,
        error_message="\x1b[31mTimeout 30000ms exceeded\x1b[39m",
    )
    await seed.test(run_id, "tests/after.spec.ts", "never ran", outcome="notRun", raw_status=None, reason="worker lost")
    return run_id


async def test_final_failures_are_listed_and_beside_them_what_never_ran(api: Api, run: UUID) -> None:
    answer = (await api.get(f"/runs/{run}/failed-tests")).json()

    (failed,) = answer["failedTests"]
    assert (failed["testFile"], failed["testName"]) == ("tests/checkout.spec.ts", "should complete purchase")
    assert failed["errorMessage"] == "Timeout 30000ms exceeded"
    assert failed["titlePath"] == ["cart", "should complete purchase"]
    assert (failed["projectName"], failed["line"], failed["rawStatus"], failed["retryCount"]) == (
        "chromium",
        3,
        "timedOut",
        2,
    )
    (not_run,) = answer["notRun"]
    assert (not_run["testFile"], not_run["testName"], not_run["reason"]) == (
        "tests/after.spec.ts",
        "never ran",
        "worker lost",
    )


async def test_formats_for_playwright_hold_all_that_has_to_run_again(api: Api, run: UUID) -> None:
    files = await api.get(f"/runs/{run}/failed-tests?format=files")
    lines = await api.get(f"/runs/{run}/failed-tests?format=test-list&rootDir=tests")
    grep = await api.get(f"/runs/{run}/failed-tests?format=grep")
    last_run = await api.get(f"/runs/{run}/failed-tests?format=last-run&rootDir=tests")

    assert files.text == "tests/after.spec.ts\ntests/checkout.spec.ts\n"
    assert lines.text == (
        "[chromium] › checkout.spec.ts › cart › should complete purchase\n[chromium] › after.spec.ts › never ran\n"
    )
    assert grep.text.count("|^") == 1
    assert last_run.json()["status"] == "failed"
    assert len(last_run.json()["failedTests"]) == 2
    assert files.headers["content-type"] == lines.headers["content-type"] == "text/plain; charset=utf-8"
    assert last_run.headers["content-type"] == "application/json"


async def test_formats_can_leave_out_what_never_ran(api: Api, run: UUID) -> None:
    answer = await api.get(f"/runs/{run}/failed-tests?format=files&notRun=false")

    assert answer.text == "tests/checkout.spec.ts\n"


async def test_nothing_failed_means_run_nothing(api: Api, seed: Seed) -> None:
    run_id = await seed.run()
    await seed.test(run_id, "a.spec.ts", "t")

    assert (await api.get(f"/runs/{run_id}/failed-tests")).json() == {"failedTests": [], "notRun": []}
    assert (await api.get(f"/runs/{run_id}/failed-tests?format=files")).text == ""
    assert (await api.get(f"/runs/{run_id}/failed-tests?format=test-list")).text == ""


@pytest.mark.parametrize("query", ["format=xml", "format=", "notRun=maybe", "format=files&rootDir=%00"])
async def test_a_format_that_does_not_exist_is_refused(api: Api, run: UUID, query: str) -> None:
    answer = await api.get(f"/runs/{run}/failed-tests?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")


async def test_a_file_whose_tests_were_never_known_is_listed_whole(api: Api, seed: Seed) -> None:
    run_id = await seed.run(status="failed")
    async with seed.db.connection() as connection:
        await connection.execute(
            "insert into work_items (run_id, tenant_id, shard_index, file, expected_tests, predicted_ms, unknown,"
            " ordinal, state) values (%s, %s, 0, 'tests/lost.spec.ts', 1, 1, true, 0, 'cancelled')",
            (run_id, seed.tenant_id),
        )
        await connection.execute("update runs set closed = true where id = %s", (run_id,))

    (lost,) = (await api.get(f"/runs/{run_id}/failed-tests")).json()["notRun"]
    lines = await api.get(f"/runs/{run_id}/failed-tests?format=test-list&rootDir=tests")
    grep = await api.get(f"/runs/{run_id}/failed-tests?format=grep")
    last_run = await api.get(f"/runs/{run_id}/failed-tests?format=last-run")

    assert (lost["testFile"], lost["testName"], lost["titlePath"]) == ("tests/lost.spec.ts", "", [])
    assert lines.text == "lost.spec.ts\n"
    assert re.search(grep.text, "chromium lost.spec.ts checks out @slow")
    assert not re.search(grep.text, "chromium found.spec.ts checks out")
    assert (last_run.status_code, last_run.json()["code"]) == (409, "CONFLICT")


async def test_where_nobody_knows_what_never_ran_no_form_pretends_to(api: Api, seed: Seed) -> None:
    run_id = await seed.run(status="failed")
    async with seed.db.connection() as connection:
        await connection.execute(
            "update runs set origin = 'reported', total_tests = 9, closed = true where id = %s", (run_id,)
        )

    answer = await api.get(f"/runs/{run_id}/failed-tests?format=test-list")

    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
