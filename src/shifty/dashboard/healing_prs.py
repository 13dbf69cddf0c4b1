"""Pull requests that write down what was healed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from shifty.dashboard.healing_addresses import PULL_REQUESTS, run_address
from shifty.dashboard.healing_words import percent_of
from shifty.dashboard.page import page, pages
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import query
from shifty.pull_requests.list_prs import list_prs
from shifty.pull_requests.model import ListedPr, PrStatus
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage, Page

_STATES: Final[dict[PrStatus, tuple[str, str]]] = {
    "pending": ("waiting", "being made"),
    "branch": ("open", "branch"),
    "open": ("open", "open"),
    "merged": ("merged", "merged"),
    "closed": ("cancelled", "closed"),
    "failed": ("failed", "failed"),
}

router = pages()


@dataclass(frozen=True)
class PrLine:
    pr: ListedPr

    @property
    def id(self) -> str:
        return f"pr-{self.pr.id}"

    @property
    def name(self) -> str:
        return f"#{self.pr.pr_number}" if self.pr.pr_number else self.pr.branch_name

    @property
    def link(self) -> str | None:
        """None: there is no pull request, or its address is none that a browser should follow."""
        return web_address(self.pr.pr_url)

    @property
    def badge(self) -> str:
        return _STATES[self.pr.pr_status][0]

    @property
    def state(self) -> str:
        return _STATES[self.pr.pr_status][1]

    @property
    def percent(self) -> str:
        return percent_of(self.pr.avg_confidence)

    @property
    def run_address(self) -> str:
        return run_address(self.pr.run_id)

    @property
    def short_run(self) -> str:
        return str(self.pr.run_id)[:8]


@dataclass(frozen=True)
class PrsView:
    lines: Sequence[PrLine]
    total: int
    page: Page

    def address(self, offset: int) -> str:
        return PULL_REQUESTS + query(offset=offset or None)


@router.get("/healing/prs")
async def get_prs(visitor: Reader, request: Request, db: Db, wanted: AskedPage) -> Response:
    found = await list_prs(db, visitor.caller, None, wanted)
    view = PrsView([PrLine(pr) for pr in found.prs], found.total, wanted)
    title = "Healing pull requests"
    return page(request, visitor, "healing/prs.html", view, title=title, section="healing", live="/live")


def web_address(address: str | None) -> str | None:
    """What the forge has told, where a link may lead there."""
    return address if address and urlsplit(address).scheme in ("http", "https") else None
