"""What all pages of a run have in common: the verdict, the buttons, the tabs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import quote
from uuid import UUID

from shifty.dashboard.run_buttons import RunButtons, buttons_of
from shifty.dashboard.run_failures import shown
from shifty.dashboard.run_words import Tone, headline, tone, verdict_word
from shifty.dashboard.visitor import Visitor
from shifty.database.pool import Database
from shifty.runs.head import RunHead, head_of_run
from shifty.runs.model import Run

TabKey: TypeAlias = Literal["overview", "tests", "timeline", "healing", "artifacts", "details"]


@dataclass(frozen=True)
class Tab:
    key: TabKey
    address: str
    name: str
    number: int | None
    """How many there are to see; None: it is no list."""


@dataclass(frozen=True)
class RunFrame:
    """For ``run/frame.html``: a page's view has one as ``frame``."""

    head: RunHead
    tab: TabKey
    buttons: RunButtons

    @property
    def run(self) -> Run:
        return self.head.run

    @property
    def address(self) -> str:
        return f"/runs/{self.run.id}"

    @property
    def live(self) -> str | None:
        """The stream of a page; None once nothing will change any more."""
        is_over = self.run.is_over and (self.head.closed or self.run.status != "cancelled")
        return None if is_over else f"{self.address}/live"

    @property
    def title(self) -> str:
        """Of the browser's tab: what it says of the run has to come first."""
        return f"{self.headline} · {self.run.project}"

    @property
    def headline(self) -> str:
        return headline(self.head)

    @property
    def tone(self) -> Tone:
        return tone(self.run)

    @property
    def word(self) -> str:
        return verdict_word(self.run)

    @property
    def branch(self) -> str:
        return shown(self.run.branch or "")

    @property
    def actor(self) -> str:
        return shown(self.run.actor or "")

    @property
    def short_id(self) -> str:
        return str(self.run.id)[:8]

    @property
    def project_address(self) -> str:
        return f"/runs?project={quote(self.run.project, safe='')}"

    @property
    def branch_address(self) -> str:
        return f"{self.project_address}&branch={quote(self.run.branch or '', safe='')}"

    @property
    def tabs(self) -> Sequence[Tab]:
        head, at = self.head, self.address
        return [
            Tab("overview", at, "Overview", None),
            Tab("tests", f"{at}/tests", "Tests", self.run.ledger.total),
            Tab("timeline", f"{at}/timeline", "Timeline", None),
            Tab("healing", f"{at}/healing", "Healing", head.healing + head.drifts),
            Tab("artifacts", f"{at}/artifacts", "Artifacts", head.artifacts),
            Tab("details", f"{at}/details", "Details", None),
        ]


async def frame_of(db: Database, visitor: Visitor, run_id: UUID, tab: TabKey) -> RunFrame:
    """The frame of a page of this run.

    Raises:
        RunNotFound: the visitor may see no such run.
    """
    head = await head_of_run(db, visitor.caller.tenant_id, run_id, visitor.caller.project)
    return RunFrame(head, tab, buttons_of(head.run, visitor))
