"""One broken locator: what took its place, why, and the word that somebody has about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

from fastapi import Form, Path, Request
from starlette.responses import Response

from shifty.dashboard.healing_addresses import event_address, run_address
from shifty.dashboard.healing_line import HealLine, offered_by
from shifty.dashboard.healing_words import (
    SENTENCES,
    Compared,
    compared,
    evidence_of,
    healed_of,
    original_of,
    outcome_of,
)
from shifty.dashboard.page import go_to, page, pages
from shifty.dashboard.sign_in import own_path
from shifty.dashboard.visitor import Orchestrator, Reader
from shifty.dashboard.words import page_of_result
from shifty.healing.decide import Wanted, decide, withdraw
from shifty.healing.events import show_event
from shifty.healing.model import Screenshot, Word
from shifty.healing.wire_decisions import LONGEST_REASON
from shifty.pull_requests.list_prs import list_prs
from shifty.pull_requests.rewrite import suggestion_of
from shifty.runs.access import run_of
from shifty.runs.routes import RunId
from shifty.web.deps import Db
from shifty.web.pagination import Page
from shifty.wire import Words

TestId = Annotated[Words, Path(alias="testId", max_length=200)]
EventId = Annotated[Words, Path(alias="eventId", max_length=64)]

_PRS_LOOKED_AT: Final = 100

router = pages()


@dataclass(frozen=True)
class HealView:
    line: HealLine
    picture: Screenshot | None
    sentence: str
    was_code: str
    becomes_code: str | None
    """As the source would have it; None: nothing takes its place."""
    compared: Sequence[Compared]
    evidence: str
    may_decide: bool

    @property
    def explanation(self) -> Sequence[tuple[str, bool]]:
        """Its parts; those that stand between backticks are code."""
        parts = self.line.event.heal.explanation.split("`")
        return [(text, number % 2 == 1) for number, text in enumerate(parts) if text]

    @property
    def run_address(self) -> str:
        return run_address(self.line.run_id)

    @property
    def test_address(self) -> str:
        return page_of_result(self.line.run_id, self.line.event.test_id)


@router.get("/healing/runs/{runId}/tests/{testId}/{eventId}")
async def get_heal(
    visitor: Reader, run_id: RunId, test_id: TestId, event_id: EventId, request: Request, db: Db
) -> Response:
    caller = visitor.caller
    run = await run_of(db, caller, run_id)
    event, picture = await show_event(db, caller.tenant_id, run_id, test_id, event_id, only=caller.project)
    prs = await list_prs(db, caller, None, Page(_PRS_LOOKED_AT))
    line = HealLine(run_id, event, run.project, run.branch, run.created_at)
    pr = offered_by(prs.prs).get((run.project, line.original, line.healed or ""))
    view = view_of(replace(line, pr=pr), picture, may_decide=visitor.may_orchestrate)
    return page(request, visitor, "healing/event.html", view, title="Broken locator", section="healing")


@router.post("/healing/runs/{runId}/tests/{testId}/{eventId}/decision")
async def post_word(
    visitor: Orchestrator,
    run_id: RunId,
    test_id: TestId,
    event_id: EventId,
    db: Db,
    word: Annotated[Literal["accepted", "refused", "undecided"], Form()],
    reason: Annotated[Words, Form(max_length=LONGEST_REASON)] = "",
    after: Annotated[str, Form(alias="next", max_length=2000)] = "",
) -> Response:
    """Accept or refuse, or take that back."""
    caller = visitor.caller
    event, _ = await show_event(db, caller.tenant_id, run_id, test_id, event_id, only=caller.project)
    back = own_path(after) if after else event_address(run_id, event)
    if word == "undecided":
        if event.decided:
            await withdraw(db, caller, event.decided.id)
        return go_to(back, "Taken back: nobody says anything about this replacement now.")
    await decide(db, caller, Wanted(run_id, test_id, event_id, word, reason))
    return go_to(back, _said(word))


def view_of(line: HealLine, picture: Screenshot | None, *, may_decide: bool) -> HealView:
    heal, file = line.event.heal, line.event.file_of_locator
    return HealView(
        line=line,
        picture=picture,
        sentence=SENTENCES[outcome_of(heal)],
        was_code=original_of(heal),
        becomes_code=(suggestion_of(heal, file) or healed_of(heal)) if heal.healed_selector else None,
        compared=compared(heal.before, heal.after),
        evidence=evidence_of(heal.strategy),
        may_decide=may_decide,
    )


def _said(word: Word) -> str:
    if word == "accepted":
        return "Accepted: `shifty heal apply` and pull requests write it once the tests have passed with it."
    return "Refused: it is neither healed nor proposed again in this project, and never written."
