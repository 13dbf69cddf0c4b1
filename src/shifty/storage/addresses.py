"""Where artifacts are found, and where signed uploads that come to us go."""

from typing import Final
from urllib.parse import quote
from uuid import UUID

API: Final = "/api/v1"
UPLOADS: Final = f"{API}/artifacts/put/"


def artifact_url(base: str, artifact_id: UUID, name: str) -> str:
    """The stable address of an artifact below ``base``, the public address of the server.

    It ends with the name and has no query: trace viewers look at the ending.
    """
    return f"{base}{API}/artifacts/{artifact_id}/{quote(name, safe='')}"


def upload_url(base: str, key: str, query: str) -> str:
    return f"{base}{UPLOADS}{quote(key)}?{query}"
