"""Who may say who owns what: runs of the default branch, and the first that says anything; never a fork."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.orchestration.request import RunRequest
from shifty.orchestration.start import start_run
from shifty.results.ingest import Report, ingest
from shifty.results.store import RunKey
from shifty.wire import RunStart, RunStartMessage

Tell: TypeAlias = Callable[[Database, UUID, str | None, str | None], Awaitable[object]]

ACME, MALLORY = "* @acme\n", "* @mallory\n"


async def owners(db: Database, tenant_id: UUID) -> str | None:
    async with db.connection() as connection:
        cursor = await connection.execute("select codeowners from projects where tenant_id = %s", (tenant_id,))
        row = await cursor.fetchone()
    assert row is not None
    return row[0]


async def start(db: Database, tenant_id: UUID, text: str | None, branch: str | None, *, fork: bool = False) -> None:
    metadata = {"fork": True} if fork else {}
    request = RunRequest(("a.spec.ts",), project="shop", branch=branch, metadata=metadata, codeowners=text)
    await start_run(db, tenant_id, request)


async def report(db: Database, tenant_id: UUID, text: str | None, branch: str | None) -> RunKey:
    key = RunKey(uuid4(), tenant_id)
    begun = RunStart(project="shop", branch=branch, codeowners=text)
    await ingest(db, [Report(key, [RunStartMessage(payload=begun)])])
    return key


@pytest.mark.parametrize("tell", [start, report], ids=["orchestrated", "reported"])
async def test_the_first_that_says_anything_is_believed(db: Database, tenant_id: UUID, tell: Tell) -> None:
    await tell(db, tenant_id, None, "wip")
    assert await owners(db, tenant_id) is None

    await tell(db, tenant_id, ACME, "wip")

    assert await owners(db, tenant_id) == ACME


@pytest.mark.parametrize("tell", [start, report], ids=["orchestrated", "reported"])
@pytest.mark.parametrize(
    ("branch", "expected"),
    [("main", MALLORY), ("wip", ACME), ("master", ACME), (None, ACME)],
)
async def test_after_it_only_the_default_branch_is(
    db: Database, tenant_id: UUID, tell: Tell, branch: str | None, expected: str
) -> None:
    await tell(db, tenant_id, ACME, "main")

    await tell(db, tenant_id, MALLORY, branch)
    await tell(db, tenant_id, None, "main")

    assert await owners(db, tenant_id) == expected


async def test_the_default_branch_is_the_one_that_the_project_names(db: Database, tenant_id: UUID) -> None:
    await start(db, tenant_id, ACME, "main")
    async with db.connection() as connection:
        await connection.execute("update projects set default_branch = 'trunk' where tenant_id = %s", (tenant_id,))

    await start(db, tenant_id, MALLORY, "main")
    before = await owners(db, tenant_id)
    await start(db, tenant_id, "* @trunk\n", "trunk")

    assert (before, await owners(db, tenant_id)) == (ACME, "* @trunk\n")


async def test_without_main_or_master_it_is_the_one_with_most_runs(db: Database, tenant_id: UUID) -> None:
    for branch in ("trunk", "trunk", "trunk", "wip"):
        await start(db, tenant_id, ACME, branch)

    await start(db, tenant_id, MALLORY, "wip")
    before = await owners(db, tenant_id)
    await start(db, tenant_id, "* @trunk\n", "trunk")

    assert (before, await owners(db, tenant_id)) == (ACME, "* @trunk\n")


@pytest.mark.parametrize("branch", ["main", "wip"])
async def test_a_fork_is_never_believed(db: Database, tenant_id: UUID, branch: str) -> None:
    await start(db, tenant_id, MALLORY, branch, fork=True)

    assert await owners(db, tenant_id) is None


async def test_a_batch_of_a_worker_says_nothing_about_owners(db: Database, tenant_id: UUID) -> None:
    key = await report(db, tenant_id, None, "main")
    leased = RunStart(codeowners=MALLORY, lease=str(uuid4()))

    await ingest(db, [Report(key, [RunStartMessage(payload=leased)])])

    assert await owners(db, tenant_id) is None
