"""The contract's "Get Queue Stats"."""

from uuid import uuid4

import httpx
import pytest

from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.contract.stranger import API, Json, Stranger
from tests.support.server import RunningServer, new_tenant

PATH = "/orchestrate/queue/stats"
COUNTS = ("waiting", "active", "completed", "failed")


async def counts(stranger: Stranger) -> tuple[int, ...]:
    stats = await stranger.ask("GET", PATH)
    return tuple(stats[name] for name in COUNTS)


async def test_every_field_is_there_and_a_number(stranger: Stranger) -> None:
    stats: Json = await stranger.ask("GET", PATH)

    assert {*COUNTS, "capacity", "workers"} <= set(stats)
    assert all(isinstance(stats[name], int) for name in COUNTS)
    assert stats["oldestWaitingMs"] is None


async def test_a_shard_waits_is_active_and_completed(stranger: Stranger) -> None:
    before = await counts(stranger)
    run_id = await stranger.orchestrate(tests=2, workers=2)
    waiting = await counts(stranger)
    lease = await stranger.claim(run_id)
    active = await counts(stranger)
    await stranger.work(run_id, lease)
    await stranger.work_off(run_id)

    assert before == (0, 0, 0, 0)
    assert waiting == (2, 0, 0, 0)
    assert active == (1, 1, 0, 0)
    assert await counts(stranger) == (0, 0, 2, 0)


async def test_a_shard_whose_tests_failed_is_completed(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate()

    await stranger.work_off(run_id, "failed")

    assert await counts(stranger) == (0, 0, 1, 0)


async def test_empty_shards_are_never_queued(stranger: Stranger) -> None:
    await stranger.orchestrate(tests=1, workers=5)

    assert await counts(stranger) == (1, 0, 0, 0)


async def test_how_long_the_oldest_waits_and_who_works_is_added(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate(tests=2, workers=2)
    await stranger.claim(run_id)

    stats = await stranger.ask("GET", PATH)

    assert stats["workers"] == 1
    assert stats["oldestWaitingMs"] >= 0
    assert stats["capacity"] > 0


async def test_another_tenants_queue_is_not_counted(stranger: Stranger, server: RunningServer) -> None:
    await stranger.orchestrate(tests=3, workers=3)
    other = await new_tenant(server.db, f"other-{uuid4().hex}")
    key = await create_key(server.db, other.id, frozenset({Scope.READ}))
    headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": other.slug}

    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as http:
        assert await counts(Stranger(http)) == (0, 0, 0, 0)


@pytest.mark.parametrize("name", ["queue", "queue/stats/more"])
async def test_what_looks_alike_is_not_found(stranger: Stranger, name: str) -> None:
    answer = await stranger.http.get(f"{API}/orchestrate/{name}")

    assert answer.status_code in (404, 405)
