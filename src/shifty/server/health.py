"""What load balancers and people ask: is it alive, is it ready."""

from typing import Literal

from fastapi import APIRouter
from psycopg import Error
from pydantic import BaseModel

import shifty
from shifty.errors import Refusal, Unavailable
from shifty.web.deps import Db
from shifty.web.refusals import refusals

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    version: str = shifty.__version__


class NotReady(Unavailable):
    """The database does not answer."""

    def __init__(self) -> None:
        super().__init__("The database does not answer. Look at the server's log, or run shifty doctor.")


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="Is the process alive?")
async def get_health() -> Health:
    """Always ok while the process answers; it asks nobody else."""
    return Health()


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", summary="Can it serve?", responses=refusals(NotReady))
async def get_readiness(db: Db) -> Health:
    """Ok when the database answers."""
    try:
        async with db.connection() as connection:
            await connection.execute("select 1")
    except (Error, OSError, Refusal):
        raise NotReady from None
    return Health()
