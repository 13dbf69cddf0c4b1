"""Accept or refuse what a locator was, or would be, replaced by; take such a word back; list what was said.

A word is about a locator in a file of a project and what takes its place, in whichever run: the healer takes no refused
one again, and source repair leaves it out; an accepted one is repaired, however sure the healer was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database
from shifty.healing.decision_store import DecisionStore, Said
from shifty.healing.errors import DecisionNotFound, EventNotFound, NothingToDecide
from shifty.healing.events import EventFilter
from shifty.healing.model import Event, ListedDecision, Word
from shifty.healing.store import HealingStore
from shifty.runs.errors import RunNotFound
from shifty.runs.store import RunStore
from shifty.tenants.audit import record
from shifty.tenants.model import Caller
from shifty.web.pagination import Page


@dataclass(frozen=True)
class Wanted:
    """A word about the replacement that an event of a run tells of."""

    run_id: UUID
    test_id: str
    event_id: str
    word: Word
    reason: str = ""


@dataclass(frozen=True)
class DecisionPage:
    decisions: Sequence[ListedDecision]
    total: int
    """Of all pages."""


async def decide(db: Database, caller: Caller, wanted: Wanted) -> ListedDecision:
    """The last word about a replacement counts.

    Raises:
        RunNotFound: the caller has no such run.
        EventNotFound: the test has no such event in the run.
        NothingToDecide: the event names nothing that takes the locator's place.
    """
    async with db.transaction() as tx:
        if await RunStore(tx, caller.tenant_id, caller.project).get(wanted.run_id) is None:
            raise RunNotFound(wanted.run_id)
        event = await _event(HealingStore(tx, caller.tenant_id), wanted)
        heal = event.heal
        if heal.healed_selector is None:
            raise NothingToDecide(wanted.event_id)
        said = Said(
            run_id=wanted.run_id,
            file=event.file_of_locator,
            selector=heal.original_selector,
            healed_selector=heal.healed_selector,
            word=wanted.word,
            reason=wanted.reason.strip(),
            key_id=caller.key_id,
        )
        decision = await DecisionStore(tx, caller.tenant_id).put(said)
        if decision is None:
            raise RunNotFound(wanted.run_id)
        await record(
            tx, caller, f"healing.{wanted.word}", decision.file, project=decision.project, details=_told(decision)
        )
    return decision


async def withdraw(db: Database, caller: Caller, decision_id: str) -> ListedDecision:
    """From now on nothing is said about it; what the word was is answered.

    Raises:
        DecisionNotFound: there is no such word, or not in the caller's project.
    """
    async with db.transaction() as tx:
        decision = await DecisionStore(tx, caller.tenant_id, caller.project).withdraw(decision_id)
        if decision is None:
            raise DecisionNotFound(decision_id)
        await record(tx, caller, "healing.undecided", decision.file, project=decision.project, details=_told(decision))
    return decision


async def list_decisions(
    db: Database, caller: Caller, page: Page, *, project: str | None = None, word: Word | None = None
) -> DecisionPage:
    """Newest first; None: any."""
    async with db.snapshot() as tx:
        store = DecisionStore(tx, caller.tenant_id, caller.project)
        return DecisionPage(*await store.page(project, word, page))


async def _event(store: HealingStore, wanted: Wanted) -> Event:
    events, _ = await store.events(wanted.run_id, vars(EventFilter(test_id=wanted.test_id)))
    found = next((event for event in events if event.id_in(wanted.run_id) == wanted.event_id), None)
    if found is None:
        raise EventNotFound(wanted.event_id)
    return found


def _told(decision: ListedDecision) -> dict[str, object]:
    locator = {"selector": decision.selector, "healedSelector": decision.healed_selector}
    return {**locator, **({"reason": decision.reason} if decision.reason else {})}
