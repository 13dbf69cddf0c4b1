"""Which repository healing changes, and what else the server is set up with: whether, never with which secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from fastapi import Request
from starlette.responses import Response

from shifty.config import Settings
from shifty.dashboard.page import pages
from shifty.dashboard.settings_frame import settings_page
from shifty.dashboard.visitor import Reader, Visitor
from shifty.database.pool import Database
from shifty.pull_requests.forges import Forges
from shifty.pull_requests.store import has_one_tenant
from shifty.web.deps import Db

router = pages()


@dataclass(frozen=True)
class Part:
    """Something that the administrator of the machine can set up."""

    name: str
    is_set: bool
    said: str
    """What holds now, in words."""
    setting: str


@dataclass(frozen=True)
class RepositoryView:
    parts: Sequence[Part]
    is_ours: bool
    """Runs of this tenant may open changes there."""


@router.get("/settings/repository")
async def get_settings_repository(visitor: Reader, request: Request, db: Db) -> Response:
    forges, settings = cast("Forges", request.app.state.forges), cast("Settings", request.app.state.settings)
    is_ours = await _is_ours(db, visitor, forges)
    view = RepositoryView(parts_of(settings, forges.repository, is_ours=is_ours), is_ours)
    return settings_page(request, visitor, "repository", view)


def parts_of(settings: Settings, repository: str | None, *, is_ours: bool) -> list[Part]:
    """Another tenant's repository is told by nothing but that there is one."""
    named = repository if is_ours else None
    has_key = bool(settings.github_app_private_key or settings.github_app_private_key_file)
    has_app = bool(settings.github_app_id and has_key)
    has_token = bool(settings.github_token)
    by = "as a GitHub App" if has_app else "with a token" if has_token else "without credentials of GitHub"
    base = settings.healing_base_branch if is_ours else None
    model = settings.llm_model is not None
    return [
        Part("Repository", bool(named), named or "none: nothing is offered to this tenant", "healing_repository"),
        Part("Credentials", has_app or has_token, f"Changes are made {by}", "github_app_id"),
        Part(
            "Base branch",
            base is not None,
            base or "the run's branch, else the repository's default",
            "healing_base_branch",
        ),
        Part(
            "GitHub's webhook",
            settings.github_webhook_secret is not None,
            "GitHub tells what became of a pull request" if settings.github_webhook_secret else "Shifty asks by itself",
            "github_webhook_secret",
        ),
        Part("Language model", model, "asked in doubtful cases" if model else "none is asked", "llm_model"),
        Part(
            "Webhooks into the own network",
            settings.webhook_private_addresses,
            "allowed" if settings.webhook_private_addresses else "refused",
            "webhook_private_addresses",
        ),
    ]


async def _is_ours(db: Database, visitor: Visitor, forges: Forges) -> bool:
    if forges.tenants is not None:
        return any(visitor.caller.is_tenant(name) for name in forges.tenants)
    async with db.connection() as connection:
        return await has_one_tenant(connection)
