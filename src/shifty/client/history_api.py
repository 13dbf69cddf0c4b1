"""The calls about history."""

from shifty.client.answer import Answer, read
from shifty.client.transport import Transport


class Refold(Answer, kw_only=True, frozen=True):
    runs: int
    """That history takes in again."""


async def refold(transport: Transport, project: str) -> Refold:
    """Needs a key with the scope ``admin``."""
    return read(await transport.call("POST", "/history/refold", query={"project": project}), Refold)
