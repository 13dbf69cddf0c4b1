"""What the commands for tenants and keys have in common: the machine's own database, without an API key."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from shifty.config import load_settings
from shifty.database.attach import database_for
from shifty.database.pool import Database

Result = TypeVar("Result")

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="The server's data folder; also SHIFTY_DATA_DIR.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def administer(data_dir: Path | None, work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Do ``work`` on this machine's database: the running server's if there is one, else started for the moment."""
    return asyncio.run(_administer(data_dir, work))


async def _administer(data_dir: Path | None, work: Callable[[Database], Awaitable[Result]]) -> Result:
    async with database_for(load_settings(data_dir=data_dir)) as db:
        return await work(db)


def moment(time: datetime | None) -> str | None:
    """A time as the API writes it: UTC, with a Z."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z") if time else None
