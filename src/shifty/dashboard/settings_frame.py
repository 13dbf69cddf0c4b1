"""What all pages of settings share: their tabs, and what a visitor's key is good for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from shifty.dashboard.page import go_to, page, pages
from shifty.dashboard.visitor import Reader, Visitor

NEEDS_ADMIN: Final = "This needs a key with the scope admin."

_TABS: Final = (
    ("projects", "Projects"),
    ("keys", "API keys"),
    ("webhooks", "Webhooks"),
    ("tenant", "Plan and usage"),
    ("repository", "Repository"),
    ("audit", "Audit log"),
)

router = pages()


@dataclass(frozen=True)
class Tab:
    address: str
    name: str
    is_here: bool


@dataclass(frozen=True)
class SettingsView:
    """``content`` is what the page itself shows."""

    tabs: Sequence[Tab]
    content: object
    disabled: str | None
    """Why the visitor can't press anything here; None: it can."""
    fault: str | None = None
    """What is wrong with what was sent, or came of it."""


@router.get("/settings")
async def get_settings(visitor: Reader) -> Response:
    assert visitor
    return go_to("/settings/projects")


def settings_page(
    request: Request,
    visitor: Visitor,
    tab: str,
    content: object,
    *,
    template: str | None = None,
    fault: str | None = None,
    live: str | None = None,
    status: int = 200,
) -> Response:
    """A page below the tab ``tab``; its template has the tab's name unless another is given."""
    name = dict(_TABS)[tab]
    view = SettingsView(
        tabs=[Tab(f"/settings/{key}", shown, key == tab) for key, shown in _TABS],
        content=content,
        disabled=None if visitor.may_administer else NEEDS_ADMIN,
        fault=fault,
    )
    return page(
        *(request, visitor, template or f"settings/{tab}.html", view),
        title=f"{name} · Settings",
        section="settings",
        live=live,
        status=status,
    )
