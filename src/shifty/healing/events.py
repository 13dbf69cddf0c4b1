"""List what became of the broken locators of a run, or show one."""

import posixpath
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal
from uuid import UUID

from shifty.artifacts.naming import safe_name
from shifty.database.pool import Database
from shifty.healing.errors import EventNotFound
from shifty.healing.model import Event, Screenshot
from shifty.healing.store import HealingStore
from shifty.runs.errors import RunNotFound
from shifty.runs.store import RunStore
from shifty.web.pagination import Page


@dataclass(frozen=True)
class EventFilter:
    """None: any."""

    min_confidence: float | None = None
    decision: Literal["heal", "propose", "refuse"] | None = None
    success: bool | None = None
    test_id: str | None = None


@dataclass(frozen=True)
class EventPage:
    events: Sequence[tuple[Event, Screenshot | None]]
    total: int
    """Of all pages."""


async def list_events(
    db: Database,
    tenant_id: UUID,
    run_id: UUID,
    wanted: EventFilter,
    page: Page | None = None,
    *,
    only: str | None = None,
) -> EventPage:
    """Events that ``wanted`` describes, in the order of the suite, each with the picture of its element; no page: all.

    Raises:
        RunNotFound: this tenant has no such run, or not in the project ``only``.
    """
    async with db.snapshot() as tx:
        if await RunStore(tx, tenant_id, only).get(run_id) is None:
            raise RunNotFound(run_id)
        store = HealingStore(tx, tenant_id)
        events, total = await store.events(run_id, asdict(wanted), page)
        tests = {event.test_id for event in events if event.heal.screenshot}
        screenshots = await store.screenshots(run_id, sorted(tests)) if tests else []
    return EventPage([(event, _picture_of(event, screenshots)) for event in events], total)


async def show_event(
    db: Database, tenant_id: UUID, run_id: UUID, test_id: str, event_id: str, *, only: str | None = None
) -> tuple[Event, Screenshot | None]:
    """One broken locator of a test in a run.

    Raises:
        RunNotFound: as for ``list_events``.
        EventNotFound: the test has no such event in the run.
    """
    page = await list_events(db, tenant_id, run_id, EventFilter(test_id=test_id), only=only)
    found = next((shown for shown in page.events if shown[0].id_in(run_id) == event_id), None)
    if found is None:
        raise EventNotFound(event_id)
    return found


def _picture_of(event: Event, screenshots: Sequence[Screenshot]) -> Screenshot | None:
    """The artifact of the attachment that the heal names: it is called like the attachment's file."""
    named = event.heal.screenshot
    if not named:
        return None
    paths = [attachment.path for attachment in event.attachments if attachment.name == named and attachment.path]
    names = {safe_name(posixpath.basename(path.replace("\\", "/")), "screenshot") for path in paths}
    names |= {safe_name(named, "screenshot"), safe_name(f"{named}.png", "screenshot")}
    return next(
        (
            picture
            for picture in screenshots
            if picture.test_id == event.test_id and picture.attempt in (None, event.attempt) and picture.name in names
        ),
        None,
    )
