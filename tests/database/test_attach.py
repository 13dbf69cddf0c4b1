"""The database that the settings mean."""

import asyncio
from pathlib import Path

import pytest

from shifty.config import load_settings
from shifty.database.attach import database_for
from shifty.database.embedded import EmbeddedPostgres
from shifty.database.pool import Database
from shifty.errors import Unavailable
from tests.support.owner import owner_of, processes_in
from tests.support.postgres import empty_database


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def _tenants(db: Database) -> int:
    async with db.connection() as connection:
        row = await (await connection.execute("select count(*) from tenants")).fetchone()
    assert row
    return row[0]


async def test_an_external_database_is_migrated_and_used(postgres_dsn: str, data_dir: Path) -> None:
    settings = load_settings(data_dir=data_dir, database_url=empty_database(postgres_dsn))

    async with database_for(settings) as db:
        assert await _tenants(db) == 0

    assert not data_dir.exists()


async def test_without_a_running_one_postgres_is_started_for_the_moment(data_dir: Path) -> None:
    async with database_for(load_settings(data_dir=data_dir)) as db:
        assert await _tenants(db) == 0
        assert processes_in(data_dir)

    assert not processes_in(data_dir)


async def test_beside_a_running_server_its_postgres_is_used(data_dir: Path) -> None:
    with owner_of(data_dir) as owner:
        async with database_for(load_settings(data_dir=data_dir)) as db:
            assert db.dsn == owner.dsn
            assert await _tenants(db) == 0

        assert owner.process.poll() is None


async def test_several_commands_at_once_share_what_the_first_has_started(data_dir: Path) -> None:
    async def use() -> int:
        async with database_for(load_settings(data_dir=data_dir)) as db:
            await asyncio.sleep(0.5)
            return await _tenants(db)

    keeper = EmbeddedPostgres(data_dir)
    starting = asyncio.create_task(asyncio.to_thread(keeper.start))
    while not (data_dir / "pg.lock").exists() or not (data_dir / "pg.lock").read_text():
        await asyncio.sleep(0.01)
    assert await asyncio.gather(use(), use(), use()) == [0, 0, 0]
    await starting
    keeper.stop()


async def test_an_external_database_that_is_away_is_told(data_dir: Path) -> None:
    settings = load_settings(data_dir=data_dir, database_url="postgresql://x@127.0.0.1:1/x")

    with pytest.raises(Unavailable, match="can't be reached"):
        async with database_for(settings):
            pass
