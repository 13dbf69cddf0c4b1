"""Where changes are offered: what is asked of GitHub, and of a plain git remote."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from shifty.pull_requests.model import Change, Pull


class Forge(Protocol):
    """A repository, open for one use. Every call may be repeated.

    All raise ``ForgeAway`` where nobody answers, and ``ForgeRefused`` where the answer is no.
    """

    repository: str
    """``owner/repo``, or the address of the remote without what is secret in it."""

    async def default_branch(self) -> str: ...

    async def tip(self, branch: str) -> str | None:
        """The newest commit of a branch; None: there is no such one."""
        ...

    async def holds(self, branch: str, sha: str) -> bool:
        """Whether a branch that is there has this commit in its history. One of a fork is in none."""
        ...

    async def texts(self, sha: str, paths: Sequence[str]) -> Mapping[str, str]:
        """The files as they were in that commit; those that are missing, or no text, are left out."""
        ...

    async def push(self, change: Change) -> None:
        """Make the branch, one commit a file; one that is there with just this change is left as it is.

        Raises:
            BranchTaken: it holds something else.
            BranchProtected: it is there, and protected.
        """
        ...

    async def offer(self, change: Change, title: str, body: str) -> Pull | None:
        """A pull request of the branch; one that is there, open or not, is taken. None: the remote knows none."""
        ...

    async def redescribe(self, number: int, title: str, body: str) -> None: ...

    async def look(self, number: int) -> Pull | None:
        """How a pull request stands; None: there is no such one."""
        ...


class ForgeSettings(Protocol):
    """The settings that this room reads; ``config.Settings`` has them."""

    @property
    def healing_repository(self) -> str | None: ...
    @property
    def healing_tenants(self) -> str | None: ...
    @property
    def healing_base_branch(self) -> str | None: ...
    @property
    def github_api_url(self) -> str: ...
    @property
    def github_token(self) -> str | None: ...
    @property
    def github_app_id(self) -> str | None: ...
    @property
    def github_app_private_key(self) -> str | None: ...
    @property
    def github_app_private_key_file(self) -> Path | None: ...
    @property
    def github_webhook_secret(self) -> str | None: ...
