"""The database that the settings mean, for one command: external, running here, or started for the moment."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic

from shifty.config import Settings
from shifty.database.embedded import DataFolderInUse, EmbeddedPostgres, running_dsn
from shifty.database.migrate import migrate
from shifty.database.pool import Database
from shifty.errors import Unavailable

_OTHERS_START_S = 30.0


@asynccontextmanager
async def database_for(settings: Settings) -> AsyncGenerator[Database]:
    """A migrated database. What was started for it is stopped afterwards.

    Raises:
        UsageError: the data folder or the database can't be used as it is.
        Unavailable: the database can't be reached.
    """
    if settings.database_url:
        async with opened(settings.database_url, settings) as database:
            yield database
        return
    postgres = EmbeddedPostgres(settings.data_dir)
    try:
        await asyncio.to_thread(postgres.start)
    except DataFolderInUse as error:
        async with opened(await _dsn_of_owner(settings, error), settings) as database:
            yield database
        return
    try:
        async with opened(postgres.dsn, settings) as database:
            yield database
    finally:
        await asyncio.to_thread(postgres.stop)


@asynccontextmanager
async def opened(dsn: str, settings: Settings) -> AsyncGenerator[Database]:
    """The database at ``dsn``, migrated; closed afterwards."""
    await migrate(dsn)
    database = await Database.open(dsn, max_size=settings.database_pool_size)
    try:
        yield database
    finally:
        await database.close()


async def _dsn_of_owner(settings: Settings, refusal: DataFolderInUse) -> str:
    """Waits, since the owner may just be starting."""
    give_up = monotonic() + _OTHERS_START_S
    while (dsn := running_dsn(settings.data_dir)) is None:
        if monotonic() > give_up:
            raise Unavailable(f"{refusal} Its database did not get ready.")
        await asyncio.sleep(0.05)
    return dsn
