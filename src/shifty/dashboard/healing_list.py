"""Healing in all runs: what took the place of broken locators, and what to say about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import Depends, Query, Request
from starlette.responses import Response

from shifty.dashboard.healing_addresses import LIST
from shifty.dashboard.healing_line import HealLine, line_of, offered_by
from shifty.dashboard.page import page, pages
from shifty.dashboard.visitor import Reader, Visitor
from shifty.dashboard.words import query
from shifty.database.pool import Database
from shifty.healing.list_replacements import Decided, ReplacementFilter, list_replacements
from shifty.pull_requests.list_prs import list_prs
from shifty.runs.known_names import known_names
from shifty.tenants.caller import require_project
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage, Page
from shifty.wire import Words

OUTCOMES: Final = (
    ("", "Any"),
    ("healed", "Healed"),
    ("tried", "Healed, step failed"),
    ("proposed", "Proposed"),
    ("declined", "Declined"),
)
DECIDED: Final = (("", "Any"), ("undecided", "Undecided"), ("accepted", "Accepted"), ("refused", "Refused"))
_AS_ASKED: Final[Mapping[str, tuple[Literal["heal", "propose", "refuse"], bool | None]]] = {
    "healed": ("heal", True),
    "tried": ("heal", False),
    "proposed": ("propose", None),
    "declined": ("refuse", None),
}
_PRS_LOOKED_AT: Final = 100

router = pages()


@dataclass(frozen=True)
class HealingFilter:
    """As the address has it; empty: any."""

    project: str = ""
    test: str = ""
    outcome: str = ""
    decided: str = ""
    search: str = ""

    @property
    def is_given(self) -> bool:
        return any(vars(self).values())

    def address(self, offset: int = 0) -> str:
        return LIST + query(**vars(self), offset=offset or None)


@dataclass(frozen=True)
class HealingListView:
    lines: Sequence[HealLine]
    total: int
    page: Page
    filter: HealingFilter
    projects: Sequence[str]
    may_decide: bool
    outcomes: Sequence[tuple[str, str]] = OUTCOMES
    decisions: Sequence[tuple[str, str]] = DECIDED

    def address(self, offset: int) -> str:
        return self.filter.address(offset)

    @property
    def back(self) -> str:
        """This page of the list."""
        return self.filter.address(self.page.offset)


def _filter(
    project: Annotated[Words, Query(max_length=200)] = "",
    test: Annotated[Words, Query(max_length=200)] = "",
    outcome: Literal["", "healed", "tried", "proposed", "declined"] = "",
    decided: Literal["", "undecided", "accepted", "refused"] = "",
    search: Annotated[Words, Query(max_length=200)] = "",
) -> HealingFilter:
    return HealingFilter(project, test, outcome, decided, search.strip())


@router.get("/healing")
async def get_healing(
    visitor: Reader, request: Request, db: Db, asked: Annotated[HealingFilter, Depends(_filter)], part: AskedPage
) -> Response:
    if asked.project:
        require_project(visitor.caller, asked.project)
    view = await _view(db, visitor, asked, part, with_form="part" not in request.query_params)
    return page(request, visitor, "healing/list.html", view, title="Healing", section="healing", live="/live")


async def _view(
    db: Database, visitor: Visitor, asked: HealingFilter, wanted: Page, *, with_form: bool
) -> HealingListView:
    caller = visitor.caller
    found = await list_replacements(db, caller, wanted_of(asked), wanted)
    offered = offered_by((await list_prs(db, caller, None, Page(_PRS_LOOKED_AT))).prs)
    return HealingListView(
        lines=[line_of(each, offered) for each in found.replacements],
        total=found.total,
        page=wanted,
        filter=asked,
        projects=(await known_names(db, caller.tenant_id, caller.project)).projects if with_form else (),
        may_decide=visitor.may_orchestrate,
    )


def wanted_of(asked: HealingFilter) -> ReplacementFilter:
    """What the filter of the page means to the list."""
    decision, success = _AS_ASKED.get(asked.outcome, (None, None))
    known: Mapping[str, Decided] = {"undecided": "undecided", "accepted": "accepted", "refused": "refused"}
    return ReplacementFilter(
        project=asked.project or None,
        test_id=asked.test or None,
        decision=decision,
        success=success,
        decided=known.get(asked.decided),
        search=asked.search or None,
    )
