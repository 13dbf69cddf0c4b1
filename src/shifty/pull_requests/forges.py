"""The forge that the settings name: GitHub by App or token, or a plain git remote."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from shifty.errors import UsageError
from shifty.pull_requests.errors import HealingNotConfigured
from shifty.pull_requests.forge import Forge, ForgeSettings
from shifty.pull_requests.git import open_remote, shown
from shifty.pull_requests.github import open_github
from shifty.pull_requests.github_api import AppKey, Credentials, Token

_ON_GITHUB: Final = re.compile(r"[\w-][\w.-]*/[\w.-]*[\w-][\w.-]*", re.ASCII)


@dataclass(frozen=True)
class Forges:
    repository: str | None
    """As rows have it; None: no change is offered to anybody."""
    open: Callable[[], AbstractAsyncContextManager[Forge]]
    base_branch: str | None = None
    webhook_secret: str | None = None
    tenants: frozenset[str] | None = None
    """Names and ids of those whose runs may open changes; None: of the only tenant that there is."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Who changes the repository, of this process: the others wait here, not each with a connection to the database."""


def forges_of(settings: ForgeSettings) -> Forges:
    """
    Raises:
        UsageError: the settings name a file with a private key that can't be read.
    """
    tenants = settings.healing_tenants
    repository = (settings.healing_repository or "").strip() or None
    return Forges(
        shown(repository) if repository else None,
        _opener(settings, repository),
        settings.healing_base_branch,
        settings.github_webhook_secret,
        frozenset(name.strip() for name in tenants.split(",")) - {""} if tenants else None,
    )


def _opener(settings: ForgeSettings, repository: str | None) -> Callable[[], AbstractAsyncContextManager[Forge]]:
    if repository is None:
        return _nothing
    if not _ON_GITHUB.fullmatch(repository):
        return lambda: open_remote(repository)
    credentials = _credentials(settings)
    if credentials is None:
        return lambda: _no_credentials(repository)
    return lambda: open_github(settings.github_api_url, repository, credentials)


def _credentials(settings: ForgeSettings) -> Credentials | None:
    """The App where there is one: what it may do is told apart by repository, and it needs no person."""
    key, file = settings.github_app_private_key, settings.github_app_private_key_file
    if settings.github_app_id and not key and file:
        try:
            key = file.read_text(encoding="ascii")
        except (OSError, UnicodeError) as error:
            raise UsageError(
                f"The private key of the GitHub App can't be read ({error}): check SHIFTY_GITHUB_APP_PRIVATE_KEY_FILE."
            ) from None
    if settings.github_app_id and key:
        return AppKey(settings.github_app_id, key)
    return Token(settings.github_token) if settings.github_token else None


@asynccontextmanager
async def _nothing() -> AsyncGenerator[Forge]:
    raise HealingNotConfigured.for_nobody()
    yield  # pyright: ignore[reportUnreachable]  # what makes it a generator


@asynccontextmanager
async def _no_credentials(repository: str) -> AsyncGenerator[Forge]:
    raise HealingNotConfigured.without_credentials(repository)
    yield  # pyright: ignore[reportUnreachable]  # what makes it a generator
