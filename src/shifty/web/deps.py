"""What routes ask of the application: its database."""

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from shifty.database.pool import Database


def database_of(connection: HTTPConnection) -> Database:
    """The database that the composition root put into ``app.state.database``; for sockets too."""
    return cast("Database", connection.app.state.database)


Db = Annotated[Database, Depends(database_of)]
