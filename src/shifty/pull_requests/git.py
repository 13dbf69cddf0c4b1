"""A plain git remote: branches by the git binary, in a bare repository that lives as long as one use."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from shifty.pull_requests.errors import BranchTaken, ForgeAway, ForgeRefused
from shifty.pull_requests.forge import Forge
from shifty.pull_requests.model import MOST_BYTES, Change, Pull

_TIMEOUT_S: Final = 120.0
_DEPTH: Final = 1000
"""Commits of the base branch that are looked at: a run that is older has nothing to say about the code of today."""
_FETCHED: Final = "refs/shifty/"
_FILE_MODES: Final = ("100644", "100755")
_AUTHOR: Final = {"NAME": "Shifty", "EMAIL": "shifty@localhost"}


@asynccontextmanager
async def open_remote(address: str) -> AsyncGenerator[Forge]:
    with tempfile.TemporaryDirectory(prefix="shifty-heal-", ignore_cleanup_errors=True) as folder:
        remote = GitRemote(Path(folder), address)
        await remote.start()
        yield remote


def shown(address: str) -> str:
    """The address without user and password."""
    if "://" not in address:
        return address
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


class GitRemote:
    """A remote that knows branches and no pull requests. Credentials are whatever git on this machine has for it."""

    def __init__(self, folder: Path, address: str) -> None:
        self.repository = shown(address)
        self._address = address
        self._folder = folder
        self._fetched: set[str] = set()

    async def start(self) -> None:
        await self._do("init", "--quiet", "--bare", "--template=", ".")
        await self._do("remote", "add", "origin", "--", self._address)

    async def default_branch(self) -> str:
        answer = await self._do("ls-remote", "--symref", "origin", "HEAD")
        for line in answer.decode(errors="replace").splitlines():
            if line.startswith("ref: refs/heads/"):
                return line.removeprefix("ref: refs/heads/").partition("\t")[0]
        raise ForgeRefused(self.repository, "name its default branch", "its HEAD points to no branch")

    async def tip(self, branch: str) -> str | None:
        answer = await self._do("ls-remote", "origin", f"refs/heads/{branch}")
        return answer.decode().partition("\t")[0] or None

    async def holds(self, branch: str, sha: str) -> bool:
        await self._fetch(branch)
        status, _, _ = await self._git("merge-base", "--is-ancestor", sha, f"{_FETCHED}{branch}")
        return status == 0

    async def texts(self, sha: str, paths: Sequence[str]) -> Mapping[str, str]:
        texts: dict[str, str] = {}
        for path, (mode, blob) in (await self._entries(sha, paths)).items():
            content = await self._do("cat-file", "blob", blob) if mode in _FILE_MODES else b""
            if content and len(content) <= MOST_BYTES:
                with suppress(UnicodeDecodeError):
                    texts[path] = content.decode()
        return texts

    async def push(self, change: Change) -> None:
        head = await self._commit(change)
        tip = await self.tip(change.branch)
        if tip == head:
            return
        if tip is not None:
            raise BranchTaken(self.repository, change.branch)
        ref = f"refs/heads/{change.branch}"
        # The lease is on nothing: whoever has made the branch in between keeps it.
        await self._do("push", "--quiet", f"--force-with-lease={ref}:", "origin", f"{head}:{ref}")

    async def offer(self, change: Change, title: str, body: str) -> Pull | None:
        del change, title, body
        return None

    async def redescribe(self, number: int, title: str, body: str) -> None:
        del number, title, body

    async def look(self, number: int) -> Pull | None:
        del number
        return None

    async def _fetch(self, branch: str) -> None:
        if branch not in self._fetched:
            # Commits and folders; the few files that are wanted follow when they are read.
            limits = ("--quiet", "--no-tags", f"--depth={_DEPTH}", "--filter=blob:none")
            await self._do("fetch", *limits, "origin", f"+refs/heads/{branch}:{_FETCHED}{branch}")
            self._fetched.add(branch)

    async def _entries(self, sha: str, paths: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Mode and blob by path."""
        listed = await self._do("ls-tree", "-z", "--full-tree", sha, "--", *paths)
        entries: dict[str, tuple[str, str]] = {}
        for line in listed.decode(errors="surrogateescape").split("\0"):
            about, _, path = line.partition("\t")
            if path:
                mode, _, blob = about.split(" ")
                entries[path] = (mode, blob)
        return entries

    async def _commit(self, change: Change) -> str:
        """The last of the commits. Made again, they are the same."""
        await self._fetch(change.base_branch)
        entries = await self._entries(change.base_sha, [file.path for file in change.files])
        await self._do("read-tree", change.base_sha)
        head = change.base_sha
        for file in change.files:
            blob = (await self._do("hash-object", "-w", "--stdin", given=file.content.encode())).decode().strip()
            mode = entries.get(file.path, (_FILE_MODES[0], ""))[0]
            line = f"{mode} {blob}\t{file.path}\0".encode()
            await self._do("update-index", "-z", "--index-info", given=line)
            # The blobs of all other files were never fetched.
            tree = (await self._do("write-tree", "--missing-ok")).decode().strip()
            made = await self._do(
                "commit-tree", tree, "-p", head, given=file.message.encode(), at=f"@{change.at.timestamp():.0f} +0000"
            )
            head = made.decode().strip()
        return head

    async def _do(self, *arguments: str, given: bytes = b"", at: str = "") -> bytes:
        status, out, said = await self._git(*arguments, given=given, at=at)
        if status == 0:
            return out
        if any(sign in said for sign in _AWAY):
            raise ForgeAway(self.repository, said)
        raise ForgeRefused(self.repository, f"git {arguments[0]}", said)

    async def _git(self, *arguments: str, given: bytes = b"", at: str = "") -> tuple[int, bytes, str]:
        process = await asyncio.create_subprocess_exec(
            *("git", "--literal-pathspecs", "-c", "core.quotePath=false", "-c", "gc.auto=0", *arguments),
            cwd=self._folder,
            env=_environment(at),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # No terminal to ask for a password at, and one group to end.
            start_new_session=True,
        )
        try:
            out, errors = await asyncio.wait_for(process.communicate(given), _TIMEOUT_S)
        except TimeoutError:
            raise ForgeAway(self.repository, f"git {arguments[0]} took longer than {_TIMEOUT_S:.0f} s") from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        return process.returncode or 0, out, self._without_secrets(errors)

    def _without_secrets(self, errors: bytes) -> str:
        text = errors.decode(errors="replace").replace(self._address, self.repository)
        secret = urlsplit(self._address).netloc.rpartition("@")[0] if "://" in self._address else ""
        for part in {secret, *secret.split(":")} - {""}:
            text = text.replace(part, "…")
        return " ".join(text.split())[:300]


_AWAY: Final = (
    "Could not resolve host",
    "Connection refused",
    "Connection timed out",
    "unable to access",
    "early EOF",
    "unexpected disconnect",
)


def _environment(at: str) -> dict[str, str]:
    """Without whatever points git to another repository, and without anybody to ask for a password."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SHIFTY_", *_POINTERS))}
    moment = {f"GIT_{who}_DATE": at for who in ("AUTHOR", "COMMITTER")} if at else {}
    author = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _AUTHOR.items()}
    return {
        **kept,
        **author,
        **moment,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
        "LC_ALL": "C",
    }


_POINTERS: Final = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
)
