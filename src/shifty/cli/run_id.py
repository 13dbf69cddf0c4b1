"""Which run a command means."""

from uuid import UUID

from shifty.client import runs_api
from shifty.client.transport import Transport
from shifty.errors import UsageError

LAST = "last"


async def resolve(transport: Transport, text: str) -> str:
    """The id of the run that ``text`` names: an id, the first letters of one, or ``last`` for the newest.

    Raises:
        UsageError: it names none of the newest 200, or several.
    """
    try:
        return str(UUID(text))
    except ValueError:
        pass
    page = runs_api.read_page(await runs_api.list_runs(transport, {"limit": "1" if text == LAST else "200"}))
    found = [run.id for run in page.runs if text == LAST or run.id.startswith(text.lower())]
    if not found:
        raise UsageError(f"There is no run {text!r} among the newest; `shifty runs` lists them.")
    if len(found) > 1:
        raise UsageError(f"{text!r} means {len(found)} runs; give more letters of the id.")
    return found[0]
