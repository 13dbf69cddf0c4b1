"""The address under which people and machines reach this server."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection


def public_base(connection: HTTPConnection) -> str:
    """The setting ``public_url``, else what the caller itself has used; without a slash at the end."""
    configured: str | None = getattr(connection.app.state, "public_url", None)
    if configured:
        return configured.rstrip("/")
    try:
        base = connection.base_url
        # Read here: a Host header can hold what is no host.
        assert base.hostname
        _ = base.port
    except (ValueError, AssertionError):
        host, port = connection.scope.get("server") or ("localhost", None)
        return f"http://{host}" + (f":{port}" if port else "")
    return str(base).rstrip("/").replace("ws", "http", 1) if base.scheme.startswith("ws") else str(base).rstrip("/")


PublicBase = Annotated[str, Depends(public_base)]
