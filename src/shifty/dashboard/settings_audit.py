"""Who has changed what."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, cast

from fastapi import Query, Request
from starlette.responses import Response

from shifty.dashboard.page import pages
from shifty.dashboard.settings_frame import settings_page
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import query
from shifty.tenants.audit import Entry, list_changes
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage, Page
from shifty.wire import Words

router = pages()

KINDS: Final[Mapping[str, str]] = {
    "key.": "API keys",
    "session.": "Sign-ins",
    "project.": "Projects",
    "quarantine.": "Quarantine",
    "run.": "Runs",
    "healing.": "Healing",
    "webhook.": "Webhooks",
    "plan.": "Plan",
    "history.": "History",
}
_LONGEST: Final = 200


@dataclass(frozen=True)
class AuditLine:
    entry: Entry

    @property
    def who(self) -> str:
        if self.entry.key_id is None:
            return "administrator of the machine"
        return self.entry.key_name or self.entry.key_id

    @property
    def address(self) -> str | None:
        """The page of what was changed."""
        return f"/runs/{self.entry.subject}" if self.entry.action.startswith("run.") else None

    @property
    def details(self) -> list[tuple[str, str]]:
        """A change is ``[before, after]``."""
        is_change = self.entry.action.endswith(".changed")
        shown = [(name, value) for name, value in self.entry.details.items() if value not in (None, "", [])]
        return [(name, _change(value) if is_change else _plain(value)) for name, value in shown]


@dataclass(frozen=True)
class AuditView:
    lines: Sequence[AuditLine] | None
    """None: the visitor may not see them."""
    total: int
    page: Page
    kind: str
    kinds: Mapping[str, str]

    def address(self, offset: int) -> str:
        return f"/settings/audit{query(kind=self.kind, offset=offset or None)}"


@router.get("/settings/audit")
async def get_settings_audit(
    visitor: Reader, request: Request, db: Db, wanted: AskedPage, kind: Annotated[Words, Query(max_length=100)] = ""
) -> Response:
    if not visitor.may_administer:
        return settings_page(request, visitor, "audit", AuditView(None, 0, wanted, kind, KINDS))
    found = await list_changes(db, visitor.caller, wanted, kind or None)
    view = AuditView([AuditLine(entry) for entry in found.entries], found.total, wanted, kind, KINDS)
    return settings_page(request, visitor, "audit", view)


def _change(value: object) -> str:
    if not isinstance(value, list) or len(pair := cast("list[object]", value)) != 2:
        return _plain(cast("object", value))
    return f"{_plain(pair[0])} → {_plain(pair[1])}"


def _plain(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, list) and all(isinstance(item, str) for item in cast("list[object]", value)):
        value = ", ".join(cast("list[str]", value))
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"
