"""An answer for a broken locator: what it is compared with, and what is allowed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import pytest

from shifty.database.pool import Database
from shifty.healing.engine.decide import decide
from shifty.healing.engine.element import Element
from shifty.healing.engine.model import Question
from shifty.healing.heal import Healer
from shifty.healing.model import Mode
from shifty.healing.remember import remember
from shifty.healing.settings import change_settings
from shifty.healing.wire import CallSite, HealAnswer, HealRequest
from tests.healing.elements import FILE, button, seen, told
from tests.healing.test_arbiter import chose, serving
from tests.runs.seed import Seed

NOW = button("Sign in", id="log-in-button", x=40, y=200, w=90, h=30, ref="#log-in-button")
PAGE = [
    Element(tag="a", role="link", text="Help", accessible_name="Help", href="/help", id="help"),
    NOW,
    button("Register", id="register", test_id="register", ref="#register"),
]
WAS = button("Sign in", x=40, y=180, w=90, h=30)

UNSURE = [
    [button(text, id=given, test_id="", x=40, y=180, w=90, h=30), PAGE[0]]
    for given in ("", "login", "go")
    for text in ("Log in", "Continue", "Sign in to your account", "Enter")
]
"""Whatever the engine was trained on, about one of these it is not sure."""


def question_of(page: Sequence[Element]) -> Question:
    return Question(selector="#sign-in", candidates=page, fingerprints=[WAS], action="click")


def asking(**fields: Any) -> HealRequest:
    given: dict[str, Any] = {
        "project": "shop",
        "test_id": "t1",
        "selector": "#sign-in",
        "leg": "#sign-in",
        "action": "click",
        "call_site": CallSite(file=FILE, line=12),
        "candidates": PAGE,
        **fields,
    }
    return HealRequest(**given)


@pytest.fixture
def healer(db: Database) -> Healer:
    return Healer(db)


@pytest.fixture
async def _known(db: Database, tenant_id: UUID) -> None:
    await remember(db, tenant_id, told(seen(WAS, waited_ms=1_000)))


@pytest.mark.usefixtures("_known")
async def test_the_element_is_found_by_what_the_locator_used_to_hit(healer: Healer, tenant_id: UUID) -> None:
    answer = await healer.heal(tenant_id, asking(waited_ms=5_000))

    assert (answer.decision, answer.candidate, answer.strategy) == ("heal", 1, "data-testid-recovery")
    assert answer.fingerprint == WAS
    assert answer.explanation


@pytest.mark.usefixtures("_known")
async def test_it_is_too_early_while_the_locator_has_needed_longer(healer: Healer, tenant_id: UUID) -> None:
    answer = await healer.heal(tenant_id, asking(waited_ms=2_500))

    assert (answer.decision, answer.wait_ms, answer.candidate) == ("wait", 500, None)


@pytest.mark.usefixtures("_known")
async def test_an_element_that_is_gone_is_refused_and_no_other_is_named_for_it(healer: Healer, tenant_id: UUID) -> None:
    answer = await healer.heal(tenant_id, asking(waited_ms=5_000, candidates=[PAGE[0]]))

    assert (answer.decision, answer.candidate) == ("refuse", None)
    assert [other.candidate for other in answer.alternatives] == [0]


@pytest.mark.usefixtures("_known")
@pytest.mark.parametrize(
    ("project", "test", "decision"),
    [
        ("heal", "propose", "propose"),
        ("propose", "heal", "propose"),
        ("off", "heal", "refuse"),
        ("heal", "off", "refuse"),
    ],
)
async def test_the_strictest_of_project_and_test_counts(
    db: Database, healer: Healer, tenant_id: UUID, project: Mode, test: Mode, decision: str
) -> None:
    await change_settings(db, tenant_id, "shop", project, None)

    answer = await healer.heal(tenant_id, asking(waited_ms=5_000, mode=test))

    assert answer.decision == decision
    assert (answer.candidate == 1) is (decision == "propose")


@pytest.mark.parametrize("fields", [{"reason": "strict"}, {"action": "expect:to.be.visible"}])
async def test_without_a_fingerprint_neither_a_crowd_nor_an_expectation_is_healed(
    healer: Healer, tenant_id: UUID, fields: dict[str, str]
) -> None:
    answer = await healer.heal(tenant_id, asking(**fields))

    assert (answer.decision, answer.candidate) == ("refuse", None)
    assert "never seen to work" in answer.explanation


async def test_an_unknown_project_is_asked_about_what_the_locator_says(healer: Healer, tenant_id: UUID) -> None:
    said = 'internal:testid=[data-testid="sign-in"s]'
    answer = await healer.heal(tenant_id, asking(project="nobody's", selector=said, leg=said, candidates=[NOW]))

    assert answer.fingerprint is None
    assert answer.decision != "wait"


@pytest.mark.usefixtures("_known")
async def test_the_project_of_the_run_wins_unless_the_key_is_for_another(
    db: Database, healer: Healer, tenant_id: UUID
) -> None:
    run_id = str(await Seed(db, tenant_id).run(project="shop"))
    asked = asking(project="mistaken", run_id=run_id, waited_ms=5_000)

    seen_by_all = await healer.heal(tenant_id, asked)
    seen_by_mistaken = await healer.heal(tenant_id, asked, only="mistaken")

    assert seen_by_all.fingerprint == WAS
    assert seen_by_mistaken.fingerprint is None


@pytest.mark.usefixtures("_known")
async def test_where_the_engine_is_not_sure_a_model_is_asked(db: Database, tenant_id: UUID) -> None:
    page = next(page for page in UNSURE if decide(question_of(page)).band == "propose")

    async with serving((200, chose("2"))) as (model, arbiter):
        unsure = await Healer(db, arbiter).heal(tenant_id, asking(waited_ms=5_000, candidates=page))
        sure = await Healer(db, arbiter).heal(tenant_id, asking(waited_ms=5_000))

    assert (unsure.decision, unsure.candidate, unsure.strategy) == ("propose", 1, "ai-powered-analysis")
    assert (sure.decision, sure.strategy) == ("heal", "data-testid-recovery")
    assert len(model.asked) == 1


async def test_an_answer_is_read_as_it_was_written(healer: Healer, tenant_id: UUID) -> None:
    answer = await healer.heal(tenant_id, asking(candidates=[]))

    assert answer.decision == "refuse"
    assert msgspec.json.decode(msgspec.json.encode(answer), type=HealAnswer) == answer
