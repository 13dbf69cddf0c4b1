"""What people say about replacements, and what follows from it."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.healing.decide import Wanted, decide, list_decisions, withdraw
from shifty.healing.engine.element import Element
from shifty.healing.errors import DecisionNotFound, EventNotFound, NothingToDecide
from shifty.healing.events import EventFilter, list_events
from shifty.healing.heal import Healer
from shifty.healing.list_replacements import ReplacementFilter, list_replacements
from shifty.healing.model import Event, Refused, Word
from shifty.healing.refused import ENTER_FRAME, refusal_of
from shifty.healing.remember import remember
from shifty.results.ingest import Report, ingest
from shifty.results.store import RunKey
from shifty.runs.errors import RunNotFound
from shifty.tenants.audit import list_changes
from shifty.tenants.keys import create_key
from shifty.tenants.model import Caller, Scope
from shifty.web.pagination import Page
from shifty.wire import Attempt, Heal, HealedElement, Location, TestBatch, TestBatchMessage, TestResult
from tests.healing.elements import FILE, button, seen, told
from tests.healing.test_heal import NOW, PAGE, WAS, asking
from tests.runs.seed import Seed

HEALED = 'internal:testid=[data-testid="sign-in"s]'


def heal(**fields: object) -> Heal:
    given: dict[str, object] = {
        "original_selector": "#sign-in",
        "healed_selector": HEALED,
        "decision": "heal",
        "confidence": 0.95,
        "strategy": "data-testid-recovery",
        "success": True,
        "call_site": Location(file=FILE, line=12),
        "after": HealedElement(tag="button"),
        **fields,
    }
    return Heal(**given)  # pyright: ignore[reportArgumentType]  # any field


async def report(db: Database, tenant_id: UUID, run_id: UUID, *heals: Heal, name: str = "logs in") -> None:
    attempt = Attempt(attempt=0, status="passed", duration_ms=9, heals=list(heals))
    result = TestResult(test_file=FILE, test_name=name, status="passed", attempts=[attempt])
    await ingest(db, [Report(RunKey(run_id, tenant_id), [TestBatchMessage(payload=TestBatch(results=[result]))])])


async def events(db: Database, caller: Caller, run_id: UUID) -> Sequence[Event]:
    page = await list_events(db, caller.tenant_id, run_id, EventFilter())
    return [event for event, _ in page.events]


async def say(db: Database, caller: Caller, run_id: UUID, word: Word, reason: str = "") -> str:
    event = (await events(db, caller, run_id))[0]
    wanted = Wanted(run_id, event.test_id, event.id_in(run_id), word, reason)
    return (await decide(db, caller, wanted)).id


@pytest.fixture
async def caller(db: Database, tenant_id: UUID) -> Caller:
    key = await create_key(db, tenant_id, frozenset(Scope), name="Ada")
    return Caller(tenant_id, "t", key.key.id, frozenset(Scope), None)


@pytest.fixture
async def run_id(db: Database, tenant_id: UUID) -> UUID:
    run_id = await Seed(db, tenant_id).run(project="shop")
    await report(db, tenant_id, run_id, heal())
    return run_id


async def test_the_last_word_counts_and_says_who_and_why(db: Database, caller: Caller, run_id: UUID) -> None:
    first = await say(db, caller, run_id, "accepted")
    again = await say(db, caller, run_id, "refused", " Another button. ")

    page = await list_decisions(db, caller, Page(50))

    assert (first, page.total) == (again, 1)
    (decision,) = page.decisions
    assert (decision.word, decision.reason, decision.by, decision.project) == (
        "refused",
        "Another button.",
        "Ada",
        "shop",
    )
    assert (decision.file, decision.selector, decision.healed_selector) == (FILE, "#sign-in", HEALED)
    changes = (await list_changes(db, caller, Page(50), "healing")).entries
    assert [(entry.action, entry.subject, entry.project) for entry in changes] == [
        ("healing.refused", FILE, "shop"),
        ("healing.accepted", FILE, "shop"),
    ]


async def test_a_word_holds_in_every_run_of_the_project_and_in_no_other(
    db: Database, caller: Caller, run_id: UUID
) -> None:
    await say(db, caller, run_id, "refused")
    later = await Seed(db, caller.tenant_id).run(project="shop")
    elsewhere = await Seed(db, caller.tenant_id).run(project="other")
    for run in (later, elsewhere):
        await report(db, caller.tenant_id, run, heal())

    words = [(await events(db, caller, run))[0].decided for run in (later, elsewhere)]

    assert [word and word.word for word in words] == ["refused", None]


async def test_what_is_taken_back_is_said_no_more(db: Database, caller: Caller, run_id: UUID) -> None:
    named = await say(db, caller, run_id, "refused")

    await withdraw(db, caller, named)

    assert (await list_decisions(db, caller, Page(50))).total == 0
    with pytest.raises(DecisionNotFound):
        await withdraw(db, caller, named)
    with pytest.raises(DecisionNotFound):
        await withdraw(db, caller, "no id")


async def test_there_is_nothing_to_say_about_what_was_declined(db: Database, caller: Caller, run_id: UUID) -> None:
    await report(
        db, caller.tenant_id, run_id, heal(decision="refuse", healed_selector=None, success=False), name="pays"
    )

    declined = next(event for event in await events(db, caller, run_id) if event.heal.decision == "refuse")
    with pytest.raises(NothingToDecide):
        await decide(db, caller, Wanted(run_id, declined.test_id, declined.id_in(run_id), "accepted"))


async def test_only_events_of_ones_own_runs_are_decided(db: Database, caller: Caller, run_id: UUID) -> None:
    event = (await events(db, caller, run_id))[0]
    wanted = Wanted(run_id, event.test_id, event.id_in(run_id), "accepted")
    other = Caller(caller.tenant_id, "t", caller.key_id, frozenset(Scope), "other")

    with pytest.raises(RunNotFound):
        await decide(db, other, wanted)
    with pytest.raises(EventNotFound):
        await decide(db, caller, Wanted(run_id, event.test_id, "f" * 32, "accepted"))
    named = (await decide(db, caller, wanted)).id
    with pytest.raises(DecisionNotFound):
        await withdraw(db, other, named)


async def test_what_was_refused_is_neither_healed_nor_proposed_and_the_next_best_is_not_taken(
    db: Database, caller: Caller, run_id: UUID
) -> None:
    await remember(db, caller.tenant_id, told(seen(WAS)))
    healer = Healer(db)
    before = await healer.heal(caller.tenant_id, asking(waited_ms=9000))

    await say(db, caller, run_id, "refused", "It only looks alike.")
    after = await healer.heal(caller.tenant_id, asking(waited_ms=9000))
    elsewhere = await healer.heal(
        caller.tenant_id, asking(waited_ms=9000, call_site=asking().call_site, selector="#other")
    )

    assert (before.decision, before.candidate) == ("heal", 1)
    assert (after.decision, after.candidate) == ("refuse", None)
    assert "Ada has refused it: It only looks alike." in after.explanation
    assert elsewhere.explanation.find("refused") < 0


async def test_an_accepted_one_is_healed_as_ever(db: Database, caller: Caller, run_id: UUID) -> None:
    await remember(db, caller.tenant_id, told(seen(WAS)))
    await say(db, caller, run_id, "accepted")

    answer = await Healer(db).heal(caller.tenant_id, asking(waited_ms=9000))

    assert (answer.decision, answer.candidate) == ("heal", 1)


@pytest.mark.parametrize(
    ("healed", "element", "is_refused"),
    [
        (HEALED, NOW, True),
        ('internal:testid=[data-testid="register"s]', NOW, False),
        ('internal:role=button[name="Sign in"i]', NOW, True),
        ('internal:role=button[name="Register"i]', NOW, False),
        ('internal:role=link[name="Sign in"i]', NOW, False),
        ("#log-in-button", NOW, True),
        ("#sign-in", NOW, False),
        ("button.primary", NOW, False),
        ("button.primary", button(classes=["primary", "wide"]), True),
        ("button >> nth=2", NOW, True),
        ("", PAGE[0], True),
        ('internal:testid=[data-qa="sign-in"s]', NOW, True),
        ('internal:testid=[data-qa="pay"s]', NOW, False),
        ('internal:label="User name"i', Element(tag="input", label="User name"), True),
        ('internal:text="' + "a" * 200 + '"s', Element(tag="p", text="a" * 79 + "…"), True),
        ("#log-in-button > span:nth-of-type(2)", NOW, False),
    ],
)
def test_an_element_is_refused_when_all_that_the_selector_says_holds_for_it(
    healed: str, element: Element, is_refused: bool
) -> None:
    refused = [Refused("#sign-in", healed, "Ada", "")]

    assert (refusal_of(element, "#sign-in", refused) is not None) is is_refused


def test_of_a_frame_that_broke_its_own_leg_counts() -> None:
    refused = [Refused(f"#old{ENTER_FRAME}#pay", f"#new{ENTER_FRAME}#pay", "Ada", "")]

    assert refusal_of(Element(tag="iframe", id="new"), "#old", refused)
    assert not refusal_of(Element(tag="iframe", id="other"), "#old", refused)


async def test_replacements_of_all_runs_are_told_once_as_they_were_last_seen(
    db: Database, caller: Caller, run_id: UUID
) -> None:
    later = await Seed(db, caller.tenant_id).run(project="shop")
    await report(db, caller.tenant_id, later, heal(decision="propose", success=False), heal(), name="pays")
    await report(db, caller.tenant_id, later, heal(original_selector="#pay", healed_selector="#buy"), name="buys")

    page = await list_replacements(db, caller, ReplacementFilter(), Page(50))

    told = {each.newest.heal.original_selector: each for each in page.replacements}
    assert (page.total, set(told)) == (2, {"#sign-in", "#pay"})
    assert (told["#sign-in"].times, told["#sign-in"].tests, told["#sign-in"].runs) == (3, 2, 2)
    assert told["#sign-in"].run_id == later
    assert (await list_replacements(db, caller, ReplacementFilter(), Page(1, 9))).total == 2


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (ReplacementFilter(search="SIGN-IN"), 1),
        (ReplacementFilter(search="nowhere"), 0),
        (ReplacementFilter(project="shop"), 1),
        (ReplacementFilter(project="other"), 0),
        (ReplacementFilter(decision="heal", success=True), 1),
        (ReplacementFilter(decision="propose"), 0),
        (ReplacementFilter(decided="undecided"), 0),
        (ReplacementFilter(decided="accepted"), 1),
        (ReplacementFilter(test_id="another"), 0),
    ],
)
async def test_replacements_are_narrowed(
    db: Database, caller: Caller, run_id: UUID, wanted: ReplacementFilter, found: int
) -> None:
    await say(db, caller, run_id, "accepted")

    assert (await list_replacements(db, caller, wanted, Page(50))).total == found
