"""Typed client of the API for programs, commands and workers; decides whether to go on or to stop.

    from shifty.client import Client

    with Client() as shifty:
        run = shifty.orchestrate(["tests/login.spec.ts"], worker_count=2)
        print(shifty.wait(run.run_id).conclusion)

What it reads is in ``model.py`` and its neighbours, not in the rooms' ``wire.py``: a worker must not load a web
framework and a database driver to understand three answers, and it reads on when a newer server adds fields.
"""

# The one room that re-exports: these names are for people outside, who know nothing of our files.
from shifty.client.async_client import AsyncClient
from shifty.client.errors import (
    AlreadyFinished,
    CallFailed,
    Cancelled,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    QueueFull,
    RateLimited,
    ServerAway,
    Stopped,
    Unauthenticated,
)
from shifty.client.sync_client import Client

__all__ = [
    "AlreadyFinished",
    "AsyncClient",
    "CallFailed",
    "Cancelled",
    "Client",
    "Conflict",
    "Forbidden",
    "Gone",
    "Invalid",
    "NotFound",
    "QueueFull",
    "RateLimited",
    "ServerAway",
    "Stopped",
    "Unauthenticated",
]
