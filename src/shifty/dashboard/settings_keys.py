"""API keys: who may talk to this server."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import Form, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from shifty.dashboard.page import go_to, pages
from shifty.dashboard.settings_frame import settings_page
from shifty.dashboard.visitor import Administrator, Reader, Visitor
from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.tenants.keys import NewKey, create_key, list_keys, revoke_key
from shifty.tenants.model import DEFAULT_SCOPES, Key, Scope
from shifty.tenants.projects import list_projects
from shifty.web.deps import Db
from shifty.web.pagination import MOST, Page

router = pages()

_OPENS: Final = {
    Scope.READ: "see everything",
    Scope.INGEST: "report results",
    Scope.ORCHESTRATE: "start and cancel runs, work on them",
    Scope.ADMIN: "all of these, and what is on these pages",
}


@dataclass(frozen=True)
class KeyLine:
    """A key as the list shows it."""

    key: Key
    state: str
    is_own: bool
    """The visitor has signed in with it."""

    @property
    def confirm(self) -> str:
        if self.is_own:
            return (
                "You have signed in with this key: you will be signed out, and whatever else uses it stops. Revoke it?"
            )
        return f"Whatever uses the key {self.key.name or self.key.id} stops. This can't be undone. Revoke it?"


@dataclass(frozen=True)
class KeysView:
    lines: Sequence[KeyLine] | None
    """None: the visitor may not see them."""
    projects: Sequence[str]
    only: str | None
    """The one project that the visitor's key opens."""
    scopes: Sequence[tuple[Scope, str, bool]] = field(
        default_factory=lambda: [(scope, words, scope in DEFAULT_SCOPES) for scope, words in _OPENS.items()]
    )
    """With what each opens, and whether it is ticked at first."""
    new: NewKey | None = None
    """The one occasion on which the text is known."""


_Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00]*$")]


class KeyForm(BaseModel):
    """An empty number is none."""

    name: _Text = ""
    scope: list[Scope] = Field(default_factory=list[Scope])
    project: _Text = ""
    days: Annotated[str, StringConstraints(pattern=r"^(|[1-9][0-9]{0,4})$")] = ""


def lines_of(keys: Sequence[Key], own_id: str, now: datetime) -> list[KeyLine]:
    """Those that open something first, each the newest first."""
    lines = [KeyLine(key, _state(key, now), key.id == own_id) for key in reversed(keys)]
    return sorted(lines, key=lambda line: line.state != "valid")


@router.get("/settings/keys")
async def get_settings_keys(visitor: Reader, request: Request, db: Db) -> Response:
    return settings_page(request, visitor, "keys", await _view(db, visitor))


@router.post("/settings/keys")
async def post_settings_key(
    visitor: Administrator, form: Annotated[KeyForm, Form()], request: Request, db: Db
) -> Response:
    """Answers with the page itself: the key must stand in no address and no cookie."""
    if not form.scope:
        fault = "Say what the key may do: tick at least one scope."
        return settings_page(request, visitor, "keys", await _view(db, visitor), fault=fault, status=400)
    expires_in = timedelta(days=int(form.days)) if form.days else None
    try:
        new = await create_key(
            *(db, visitor.caller, frozenset(form.scope)),
            name=form.name,
            project=form.project or None,
            expires_in=expires_in,
        )
    except Refusal as refusal:
        return settings_page(request, visitor, "keys", await _view(db, visitor), fault=refusal.message, status=400)
    response = settings_page(request, visitor, "keys", await _view(db, visitor, new))
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/settings/keys/{key_id}/revoke")
async def post_settings_key_revoke(visitor: Administrator, key_id: str, db: Db) -> Response:
    key = await revoke_key(db, key_id, visitor.caller)
    return go_to("/settings/keys", f"The key {key.name or key.id} is revoked: within seconds it opens nothing.")


async def _view(db: Database, visitor: Visitor, new: NewKey | None = None) -> KeysView:
    caller = visitor.caller
    if not visitor.may_administer:
        return KeysView(None, [], caller.project)
    known = [project.slug for project in (await list_projects(db, caller, Page(MOST))).projects]
    lines = lines_of(await list_keys(db, caller), caller.key_id, datetime.now(UTC))
    return KeysView(lines, known, caller.project, new=new)


def _state(key: Key, now: datetime) -> str:
    if key.revoked_at:
        return "revoked"
    return "expired" if key.expires_at and key.expires_at <= now else "valid"
