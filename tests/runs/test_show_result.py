"""One test of a run."""

from uuid import uuid4

import pytest

from shifty.runs.errors import RunNotFound, TestNotInRun
from shifty.runs.model import ExpectedTest, Result
from shifty.runs.show_result import show_result
from tests.runs.conftest import Api
from tests.runs.seed import Seed


async def test_it_comes_with_its_attempts_and_artifacts(api: Api, seed: Seed) -> None:
    run = await seed.run()
    test = await seed.test(run, "a.spec.ts", "fails", outcome="failed", attempts=[{"attempt": 0}])
    artifact = await seed.artifact(run, test, attempt=0)

    found = await show_result(api.db, api.tenant.id, run, test, only=None)

    assert isinstance(found.result, Result)
    assert (found.run.id, found.result.test.title, found.result.test.attempts) == (run, "fails", '[{"attempt": 0}]')
    assert [each.id for each in found.result.artifacts] == [artifact]


async def test_one_that_has_not_reported_is_there_without_a_result(api: Api, seed: Seed) -> None:
    run = await seed.run()
    test = await seed.test(run, "a.spec.ts", "suite", "waits", outcome=None)

    found = await show_result(api.db, api.tenant.id, run, test, only=None)

    assert isinstance(found.result, ExpectedTest)
    assert (found.result.title, found.result.running_since) == ("waits", None)


async def test_one_of_another_tenant_project_or_run_is_refused(api: Api, seed: Seed) -> None:
    run = await seed.run(project="web")
    test = await seed.test(run, "a.spec.ts", "fails")
    another = await seed.run()

    with pytest.raises(TestNotInRun):
        await show_result(api.db, api.tenant.id, another, test, only=None)
    with pytest.raises(RunNotFound):
        await show_result(api.db, api.tenant.id, run, test, only="shop")
    with pytest.raises(RunNotFound):
        await show_result(api.db, uuid4(), run, test, only=None)
