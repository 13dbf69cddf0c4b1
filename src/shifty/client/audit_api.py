"""The call about the audit log."""

from collections.abc import Mapping
from datetime import datetime

from shifty.client.answer import Answer, read
from shifty.client.model import Pagination
from shifty.client.transport import Transport


class AuditEntry(Answer, kw_only=True, frozen=True):
    """A change, and who made it."""

    id: int
    at: datetime
    key_id: str | None = None
    """None: the administrator of the machine."""
    key_name: str = ""
    action: str
    subject: str = ""
    project: str | None = None
    details: dict[str, object] = {}


class AuditPage(Answer, kw_only=True, frozen=True):
    entries: list[AuditEntry] = []
    pagination: Pagination = Pagination()


async def list_changes(transport: Transport, query: Mapping[str, str]) -> bytes:
    """Newest first. Needs a key with the scope ``admin``."""
    return await transport.call("GET", "/audit", query=query)


def read_changes(body: bytes) -> AuditPage:
    return read(body, AuditPage)
