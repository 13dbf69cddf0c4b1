"""GitHub: branches without a clone, by its Git Data API, and pull requests."""

import base64
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import quote

import msgspec

from shifty.pull_requests.errors import BranchProtected, BranchTaken, ForgeRefused
from shifty.pull_requests.forge import Forge
from shifty.pull_requests.github_api import Credentials, GitHubApi, sign_in
from shifty.pull_requests.model import MOST_BYTES, Change, Pull

_FILE_MODES: Final = ("100644", "100755")


class _Repository(msgspec.Struct):
    default_branch: str


class _Object(msgspec.Struct):
    sha: str


class _Branch(msgspec.Struct):
    commit: _Object
    protected: bool = False


class _Commit(msgspec.Struct):
    sha: str
    tree: _Object


class _Entry(msgspec.Struct):
    path: str
    mode: str
    type: str
    sha: str
    size: int = 0


class _Tree(msgspec.Struct):
    sha: str
    tree: list[_Entry] = []


class _Blob(msgspec.Struct):
    content: str


class _Compared(msgspec.Struct):
    status: str
    files: list["_ComparedFile"] = []


class _ComparedFile(msgspec.Struct):
    filename: str
    sha: str | None = None


class _Pull(msgspec.Struct):
    number: int
    html_url: str
    state: str
    merged_at: str | None = None

    def noun(self) -> Pull:
        return Pull(
            self.number, self.html_url, "merged" if self.merged_at else "open" if self.state == "open" else "closed"
        )


@asynccontextmanager
async def open_github(api_url: str, repository: str, credentials: Credentials) -> AsyncGenerator[Forge]:
    async with sign_in(api_url, repository, credentials) as api:
        yield GitHubForge(api)


class GitHubForge:
    """One repository on GitHub, or on a GitHub Enterprise Server."""

    def __init__(self, api: GitHubApi) -> None:
        self.repository = api.repository
        self._api = api
        self._owner = api.repository.partition("/")[0]

    async def default_branch(self) -> str:
        return (await self._api.ask(_Repository, "GET", "", doing="be read")).default_branch

    async def tip(self, branch: str) -> str | None:
        found = await self._branch(branch)
        return found.commit.sha if found else None

    async def holds(self, branch: str, sha: str) -> bool:
        tip = await self.tip(branch)
        compared = await self._compare(tip, sha) if tip else None
        return compared is not None and compared.status in ("identical", "behind")

    async def texts(self, sha: str, paths: Sequence[str]) -> Mapping[str, str]:
        entries = await self._entries(sha, paths)
        texts: dict[str, str] = {}
        for path, entry in entries.items():
            if entry.mode not in _FILE_MODES or entry.size > MOST_BYTES:
                continue
            blob = await self._api.ask(_Blob, "GET", f"/git/blobs/{entry.sha}", doing=f"show {path}")
            try:
                texts[path] = base64.b64decode(blob.content).decode()
            except UnicodeDecodeError:
                continue
        return texts

    async def push(self, change: Change) -> None:
        found = await self._branch(change.branch)
        if found is None:
            head = await self._commit(change)
            if await self._create_branch(change.branch, head):
                return
            # Somebody else was faster: another try at the same run.
            found = await self._branch(change.branch)
        if found is None or not await self._is_ours(change, found.commit.sha):
            raise BranchTaken(self.repository, change.branch)
        if found.protected:
            raise BranchProtected(self.repository, change.branch)

    async def offer(self, change: Change, title: str, body: str) -> Pull | None:
        known = await self._pull_of(change)
        if known is None:
            asked = {"title": title, "body": body, "head": change.branch, "base": change.base_branch}
            try:
                created = await self._api.ask(_Pull, "POST", "/pulls", asked, doing="take a pull request")
                return created.noun()
            except ForgeRefused:
                # Two tries at once: the other one's is there now. Any other no is a no.
                known = await self._pull_of(change)
                if known is None:
                    raise
        return known

    async def redescribe(self, number: int, title: str, body: str) -> None:
        asked = {"title": title, "body": body}
        await self._api.ask(_Pull, "PATCH", f"/pulls/{number}", asked, doing=f"change pull request {number}")

    async def look(self, number: int) -> Pull | None:
        found = await self._api.find(_Pull, "GET", f"/pulls/{number}", doing=f"show pull request {number}")
        return found.noun() if found else None

    async def _pull_of(self, change: Change) -> Pull | None:
        query = {"head": f"{self._owner}:{change.branch}", "base": change.base_branch, "state": "all", "per_page": "10"}
        pulls = await self._api.ask(list[_Pull], "GET", "/pulls", query=query, doing="list pull requests")
        newest = max(pulls, key=lambda pull: (pull.state == "open", pull.number), default=None)
        return newest.noun() if newest else None

    async def _branch(self, branch: str) -> _Branch | None:
        return await self._api.find(
            _Branch, "GET", f"/branches/{quote(branch, safe='')}", doing=f"show branch {branch}"
        )

    async def _compare(self, base: str, head: str) -> _Compared | None:
        return await self._api.find(_Compared, "GET", f"/compare/{base}...{head}", doing="compare commits")

    async def _is_ours(self, change: Change, head: str) -> bool:
        compared = await self._compare(change.base_sha, head)
        if compared is None or compared.status != "ahead":
            return False
        return {file.filename: file.sha for file in compared.files} == {file.path: file.blob for file in change.files}

    async def _commit(self, change: Change) -> str:
        """The last of the commits, each with one file more; nothing points to it yet."""
        doing = "take commits"
        entries = await self._entries(change.base_sha, [file.path for file in change.files])
        commit = await self._api.ask(_Commit, "GET", f"/git/commits/{change.base_sha}", doing="show the base commit")
        head, tree = commit.sha, commit.tree.sha
        for file in change.files:
            mode = entries[file.path].mode if file.path in entries else _FILE_MODES[0]
            entry = {"path": file.path, "mode": mode, "type": "blob", "content": file.content}
            asked: dict[str, object] = {"base_tree": tree, "tree": [entry]}
            tree = (await self._api.ask(_Tree, "POST", "/git/trees", asked, doing=doing)).sha
            asked = {"message": file.message, "tree": tree, "parents": [head]}
            head = (await self._api.ask(_Object, "POST", "/git/commits", asked, doing=doing)).sha
        return head

    async def _create_branch(self, branch: str, sha: str) -> bool:
        """False: there is one of that name."""
        try:
            await self._api.ask(
                msgspec.Raw, "POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": sha}, doing="take a branch"
            )
        except ForgeRefused:
            if await self.tip(branch):
                return False
            raise
        return True

    async def _entries(self, sha: str, paths: Sequence[str]) -> dict[str, _Entry]:
        """By path; read folder by folder, since a listing of a large repository is cut short."""
        folders: dict[str, dict[str, _Entry]] = {"": await self._folder(sha)}
        for path in paths:
            above = ""
            for name in path.split("/")[:-1]:
                folder = f"{above}/{name}".lstrip("/")
                entry = folders[above].get(name)
                if folder not in folders:
                    folders[folder] = await self._folder(entry.sha) if entry and entry.type == "tree" else {}
                above = folder
        found = {path: folders[path.rpartition("/")[0]].get(path.rpartition("/")[2]) for path in paths}
        return {path: entry for path, entry in found.items() if entry and entry.type == "blob"}

    async def _folder(self, sha: str) -> dict[str, _Entry]:
        tree = await self._api.find(_Tree, "GET", f"/git/trees/{sha}", doing="show its files")
        return {entry.path: entry for entry in tree.tree} if tree else {}
