"""A GitHub that remembers: commits and pull requests are ours, the shape of every request and answer is theirs."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Files: TypeAlias = dict[str, tuple[str, bytes]]
"""Mode and content by path."""
Json: TypeAlias = dict[str, Any]


@dataclass
class Commit:
    sha: str
    files: Files
    parents: Sequence[str]
    message: str


@dataclass
class Hub:
    """One repository. ``faults`` are statuses to answer in place of the next call that begins like that."""

    prism: str
    name: str
    token: str = "ghs_secret0123456789"
    default_branch: str = "main"
    commits: dict[str, Commit] = field(default_factory=dict[str, Commit])
    branches: dict[str, str] = field(default_factory=dict[str, str])
    protected: set[str] = field(default_factory=set[str])
    pulls: list[Json] = field(default_factory=list[Json])
    asked: list[str] = field(default_factory=list[str])
    """Method and path of every call."""
    malformed: list[str] = field(default_factory=list[str])
    """Calls that are none by GitHub's description."""
    faults: dict[str, int] = field(default_factory=dict[str, int])
    lost: set[str] = field(default_factory=set[str])
    """Calls that are done, and whose answer is lost: as when our server dies in between."""
    _trees: dict[str, Files] = field(default_factory=dict[str, Files])
    _blobs: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def add_commit(
        self, files: Mapping[str, str | tuple[str, bytes]], parent: str | None = None, message: str = ""
    ) -> str:
        """The files that are named change; those of the parent stay."""
        changed = {path: ("100644", one.encode()) if isinstance(one, str) else one for path, one in files.items()}
        return self._commit(
            {**(self.commits[parent].files if parent else {}), **changed}, [parent] if parent else [], message
        )

    def log(self, branch: str) -> list[Commit]:
        """Newest first."""
        commits = [self.commits[self.branches[branch]]]
        while commits[-1].parents:
            commits.append(self.commits[commits[-1].parents[0]])
        return commits

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST", "PATCH"])])

    async def _answer(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode().partition("?")[0].removeprefix("/api/v3")
        call = f"{request.method} {path.removeprefix(f'/repos/{self.name}')}"
        self.asked.append(call)
        if fault := next((prefix for prefix in self.faults if call.startswith(prefix)), None):
            return JSONResponse({"message": f"no: {self.token}"[:3], "errors": []}, self.faults.pop(fault))
        body = await request.body()
        example = await self._example(request, path, body)
        if isinstance(example, Response):
            return example
        refused = self._unknown(request, path)
        if refused:
            return refused
        status, answer = self._done(call, json.loads(body or b"{}"), request)
        if lost := next((prefix for prefix in self.lost if call.startswith(prefix)), None):
            self.lost.remove(lost)
            return JSONResponse({"message": "Server Error"}, 502)
        return JSONResponse(_laid_over(example, answer), status)

    async def _example(self, request: Request, path: str, body: bytes) -> Json | list[Any] | Response:
        """What the description has for this call; a call that it does not know is remembered, and refused."""
        # Without `Accept`: the description says application/json where GitHub's guide says application/vnd.github+json.
        kept = {name: value for name, value in request.headers.items() if name == "content-type"}
        url = f"{self.prism}{path}" + (f"?{request.url.query}" if request.url.query else "")
        async with httpx.AsyncClient(trust_env=False, verify=False, timeout=30) as http:
            answer = await http.request(request.method, url, content=body, headers=kept)
        if answer.status_code >= 400 or "sl-violations" in answer.headers:
            self.malformed.append(
                f"{request.method} {path} {body[:300]!r}: {answer.headers.get('sl-violations', answer.text)[:1000]}"
            )
            return JSONResponse({"message": "malformed"}, 500)
        return answer.json()

    def _unknown(self, request: Request, path: str) -> Response | None:
        signed = request.headers.get("authorization", "")
        if path.endswith(("/installation", "/access_tokens")):
            return None if signed.startswith("Bearer ey") else JSONResponse({"message": "Bad credentials"}, 401)
        if signed.rpartition(" ")[2] != self.token:
            return JSONResponse({"message": "Bad credentials"}, 401)
        if not path.startswith(f"/repos/{self.name}"):
            return JSONResponse({"message": "Not Found"}, 404)
        return None

    def _done(self, call: str, body: Json, request: Request) -> tuple[int, Json | list[Any]]:
        method, _, path = call.partition(" ")
        first, _, rest = path.lstrip("/").partition("/")
        if first == "git":
            first, _, rest = rest.partition("/")
        if path.endswith("/access_tokens"):
            return 201, {"token": self.token, "expires_at": "2099-01-01T00:00:00Z"}
        doers: dict[str, Callable[[str, Json, Request], tuple[int, Json | list[Any]]]] = {
            "GET ": self._get_repository,
            "GET installation": self._get_installation,
            "GET branches": self._get_branch,
            "GET compare": self._get_compare,
            "GET trees": self._get_tree,
            "GET blobs": self._get_blob,
            "GET commits": self._get_commit,
            "POST trees": self._post_tree,
            "POST commits": self._post_commit,
            "POST refs": self._post_ref,
            "GET pulls": self._get_pulls,
            "POST pulls": self._post_pull,
            "PATCH pulls": self._patch_pull,
        }
        return doers[f"{method} {first}"](rest, body, request)

    def _get_repository(self, _rest: str, _body: Json, _request: Request) -> tuple[int, Json]:
        return 200, {"default_branch": self.default_branch}

    def _get_installation(self, _rest: str, _body: Json, _request: Request) -> tuple[int, Json]:
        return 200, {"id": 7}

    def _get_branch(self, rest: str, _body: Json, _request: Request) -> tuple[int, Json]:
        name = httpx.URL(f"http://x/{rest}").path[1:]
        if name not in self.branches:
            return _NOT_FOUND
        return 200, {"name": name, "commit": {"sha": self.branches[name]}, "protected": name in self.protected}

    def _get_compare(self, rest: str, _body: Json, _request: Request) -> tuple[int, Json]:
        base, _, head = rest.partition("...")
        if base not in self.commits or head not in self.commits:
            return _NOT_FOUND
        ahead, behind = self._history(head) - self._history(base), self._history(base) - self._history(head)
        status = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
        was, now = self.commits[base].files, self.commits[head].files
        files = [{"filename": path, "sha": _blob(now[path][1])} for path in now if was.get(path) != now[path]]
        return 200, {"status": status, "ahead_by": len(ahead), "behind_by": len(behind), "files": files}

    def _get_tree(self, rest: str, _body: Json, _request: Request) -> tuple[int, Json]:
        commit = self.commits.get(rest)
        files = commit.files if commit else self._trees.get(rest)
        if files is None:
            return _NOT_FOUND
        entries: dict[str, Json] = {}
        for path, (mode, content) in files.items():
            name, slash, _ = path.partition("/")
            if slash:
                below = {one.partition("/")[2]: entry for one, entry in files.items() if one.startswith(f"{name}/")}
                entries[name] = {"path": name, "mode": "040000", "type": "tree", "sha": self._tree(below)}
            else:
                self._blobs[_blob(content)] = content
                entries[name] = {
                    "path": name,
                    "mode": mode,
                    "type": "blob",
                    "sha": _blob(content),
                    "size": len(content),
                }
        return 200, {"sha": rest, "tree": list(entries.values()), "truncated": False}

    def _get_blob(self, rest: str, _body: Json, _request: Request) -> tuple[int, Json]:
        return 200, {"content": base64.encodebytes(self._blobs[rest]).decode(), "encoding": "base64", "sha": rest}

    def _get_commit(self, rest: str, _body: Json, _request: Request) -> tuple[int, Json]:
        commit = self.commits.get(rest)
        return (200, {"sha": commit.sha, "tree": {"sha": self._tree(commit.files)}}) if commit else _NOT_FOUND

    def _post_tree(self, _rest: str, body: Json, _request: Request) -> tuple[int, Json]:
        files = dict(self._trees[body["base_tree"]])
        for entry in body["tree"]:
            files[entry["path"]] = (entry["mode"], entry["content"].encode())
        return 201, {"sha": self._tree(files), "tree": []}

    def _post_commit(self, _rest: str, body: Json, _request: Request) -> tuple[int, Json]:
        sha = self._commit(self._trees[body["tree"]], body["parents"], body["message"])
        return 201, {"sha": sha, "tree": {"sha": body["tree"]}}

    def _post_ref(self, _rest: str, body: Json, _request: Request) -> tuple[int, Json]:
        name = body["ref"].removeprefix("refs/heads/")
        if name in self.branches:
            return 422, {"message": "Reference already exists"}
        self.branches[name] = body["sha"]
        return 201, {"ref": body["ref"], "object": {"sha": body["sha"]}}

    def _get_pulls(self, rest: str, _body: Json, request: Request) -> tuple[int, Json | list[Any]]:
        if rest:
            found = [pull for pull in self.pulls if pull["number"] == int(rest)]
            return (200, found[0]) if found else _NOT_FOUND
        head = request.query_params["head"].partition(":")[2]
        return 200, [pull for pull in self.pulls if pull["head"]["ref"] == head]

    def _post_pull(self, _rest: str, body: Json, _request: Request) -> tuple[int, Json]:
        if any(pull["head"]["ref"] == body["head"] and pull["state"] == "open" for pull in self.pulls):
            return 422, {"message": "Validation Failed", "errors": [{"message": "A pull request already exists"}]}
        number = len(self.pulls) + 1
        pull: Json = {
            "number": number,
            "html_url": f"https://github.com/{self.name}/pull/{number}",
            "state": "open",
            "title": body["title"],
            "body": body["body"],
            "head": {"ref": body["head"]},
            "base": {"ref": body["base"]},
            "merged_at": None,
        }
        self.pulls.append(pull)
        return 201, pull

    def _patch_pull(self, rest: str, body: Json, _request: Request) -> tuple[int, Json]:
        pull = self.pulls[int(rest) - 1]
        pull |= body
        return 200, pull

    def _history(self, sha: str) -> set[str]:
        return {sha}.union(*(self._history(parent) for parent in self.commits[sha].parents))

    def _tree(self, files: Files) -> str:
        said = json.dumps([(path, mode, content.hex()) for path, (mode, content) in sorted(files.items())])
        sha = hashlib.sha1(f"tree {said}".encode()).hexdigest()
        self._trees[sha] = files
        return sha

    def _commit(self, files: Files, parents: Sequence[str], message: str) -> str:
        said = json.dumps([self._tree(files), list(parents), message, len(self.commits)])
        sha = hashlib.sha1(f"commit {said}".encode()).hexdigest()
        self.commits[sha] = Commit(sha, files, parents, message)
        return sha


_NOT_FOUND: Final[tuple[int, Json]] = (404, {"message": "Not Found"})


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _laid_over(example: object, answer: object) -> object:
    """Our values in an example of theirs, so that an answer has all that GitHub's has."""
    if isinstance(example, dict) and isinstance(answer, dict):
        theirs, ours = cast("Json", example), cast("Json", answer)
        return {**theirs, **{name: _laid_over(theirs.get(name), value) for name, value in ours.items()}}
    if isinstance(example, list) and isinstance(answer, list) and example:
        first = cast("list[Any]", example)[0]
        return [_laid_over(first, value) for value in cast("list[Any]", answer)]
    return cast("object", answer)
