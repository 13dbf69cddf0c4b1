"""One repository at GitHub's API: githubkit signs in, and what goes wrong becomes a refusal in words."""

import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, TypeVar, cast

import httpx
import msgspec

from shifty.pull_requests.errors import ForgeAway, ForgeRefused

if TYPE_CHECKING:
    from githubkit import GitHub
    from githubkit.auth import BaseAuthStrategy

_TIMEOUT_S: Final = 15.0
_HEADERS: Final = {"X-GitHub-Api-Version": "2022-11-28"}

T = TypeVar("T")


@dataclass(frozen=True)
class Token:
    text: str

    def __repr__(self) -> str:
        return "Token(…)"


@dataclass(frozen=True)
class AppKey:
    app_id: str
    private_key: str

    def __repr__(self) -> str:
        return f"AppKey({self.app_id})"


Credentials: TypeAlias = Token | AppKey


class _Answer(Protocol):
    @property
    def content(self) -> bytes: ...


class _Client(Protocol):
    """The one method of githubkit's that is used: its typed ones would import a thousand models."""

    async def arequest(
        self,
        method: str,
        url: str,
        *,
        json: Mapping[str, object] | None,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str],
    ) -> _Answer: ...


class _Installation(msgspec.Struct):
    id: int


class _Detail(msgspec.Struct):
    message: str = ""


class _Problem(msgspec.Struct):
    message: str = ""
    errors: list[_Detail | str] = []


@asynccontextmanager
async def sign_in(api_url: str, repository: str, credentials: Credentials) -> AsyncGenerator["GitHubApi"]:
    # Here, not above: it takes a second, and most processes never need it.
    from githubkit import AppAuthStrategy, TokenAuthStrategy

    match credentials:
        case Token(text):
            async with _client(TokenAuthStrategy(text), api_url) as github:
                yield GitHubApi(cast("_Client", github), repository)
        case AppKey(app_id, private_key):
            app = AppAuthStrategy(app_id, private_key)
            async with _client(app, api_url) as github:
                signed_in = GitHubApi(cast("_Client", github), repository)
                found = await signed_in.ask(_Installation, "GET", "/installation", doing="show the App's installation")
            async with _client(app.as_installation(found.id), api_url) as github:
                yield GitHubApi(cast("_Client", github), repository)


def _client(auth: "BaseAuthStrategy", api_url: str) -> "GitHub[BaseAuthStrategy]":
    from githubkit import GitHub

    # What is tried again is tried as a whole: a person waits for the answer.
    return GitHub(
        auth,
        base_url=api_url,
        user_agent="shifty",
        timeout=httpx.Timeout(_TIMEOUT_S),
        ssl_verify=_trusted(),
        auto_retry=False,
        http_cache=False,
    )


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: to read all certificate authorities takes longer than a call."""
    return httpx.create_ssl_context()


class GitHubApi:
    """Calls below ``/repos/{owner}/{repo}``."""

    def __init__(self, client: _Client, repository: str) -> None:
        self.repository = repository
        self._client = client

    async def ask(
        self,
        kind: type[T],
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        doing: str,
        query: Mapping[str, str] | None = None,
    ) -> T:
        found = await self.find(kind, method, path, body, doing=doing, query=query)
        if found is None:
            raise ForgeRefused(
                self.repository, doing, "there is no such thing, or the credentials do not open it (404)"
            )
        return found

    async def find(
        self,
        kind: type[T],
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        doing: str,
        query: Mapping[str, str] | None = None,
    ) -> T | None:
        """None: 404."""
        from githubkit.exception import GitHubException, RateLimitExceeded, RequestFailed

        try:
            answer = await self._client.arequest(
                method, f"/repos/{self.repository}{path}", json=body, params=query, headers=_HEADERS
            )
        except RateLimitExceeded as error:
            wait = max(1, int(error.retry_after.total_seconds()))
            raise ForgeAway(self.repository, "its rate limit is used up", retry_after_s=wait) from None
        except RequestFailed as error:
            status = error.response.status_code
            if status == 404:
                return None
            if status >= 500:
                raise ForgeAway(self.repository, f"it answers {status}") from None
            raise ForgeRefused(self.repository, doing, f"{_words(error.response.content)} ({status})") from None
        except GitHubException as error:
            raise ForgeAway(self.repository, type(getattr(error, "exc", error)).__name__) from None
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except msgspec.MsgspecError:
            raise ForgeAway(self.repository, "its answer can't be read; is SHIFTY_GITHUB_API_URL right?") from None


def _words(body: bytes) -> str:
    """What GitHub says, short: it is shown to whoever asked."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "no reason given"
    reasons = [one if isinstance(one, str) else one.message for one in problem.errors]
    return " ".join(" ".join([problem.message, *reasons]).split())[:300] or "no reason given"
