"""GitHub's own description of its API, cut down to what is used, and Prism, which holds requests to it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from shifty.database import launch

HOME: Final = Path(__file__).parent / "github"
_PRISM: Final = HOME / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
_DESCRIPTION: Final = HOME / "node_modules" / "@octokit" / "openapi" / "generated" / "api.github.com.json"
_REPO: Final = "/repos/{owner}/{repo}"
_USED: Final = (
    _REPO,
    *(f"{_REPO}/{path}" for path in ("branches/{branch}", "compare/{basehead}", "installation", "git/refs")),
    *(f"{_REPO}/git/{path}" for path in ("trees", "trees/{tree_sha}", "blobs/{file_sha}")),
    *(f"{_REPO}/git/{path}" for path in ("commits", "commits/{commit_sha}")),
    *(f"{_REPO}/{path}" for path in ("pulls", "pulls/{pull_number}")),
    "/app/installations/{installation_id}/access_tokens",
)
_REFERENCE: Final = re.compile(r'"#/components/(\w+)/([^"]+)"')
_START_S: Final = 120.0


class Prism:
    """One process for a test session. It remembers nothing: what it answers are the description's own examples."""

    def __init__(self, folder: Path) -> None:
        if not _PRISM.is_file():
            pytest.fail(f"{HOME} has no Prism: run `npm ci` there, or `make test`.", pytrace=False)
        file = folder / "github.json"
        file.write_text(json.dumps(_cut(json.loads(_DESCRIPTION.read_text(encoding="utf-8")))))
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port = taken.getsockname()[1]
        self._log = folder / "prism.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(
                        sys.executable,
                        "-I",
                        "-S",
                        launch.__file__,
                        str(os.getpid()),
                        str(int(signal.SIGKILL)),
                        "-1",
                        "-1",
                    ),
                    *(
                        _which("node"),
                        str(_PRISM),
                        "mock",
                        "-h",
                        "127.0.0.1",
                        "-p",
                        str(self.port),
                        "--errors",
                        str(file),
                    ),
                ],
                stdout=log,
                stderr=log,
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> None:
        until = time.monotonic() + _START_S
        while time.monotonic() < until and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"Prism did not start:\n{self._log.read_text()[-3000:]}")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def _which(name: str) -> str:
    for folder in os.environ["PATH"].split(os.pathsep):
        if (file := Path(folder) / name).is_file():
            return str(file)
    raise RuntimeError(f"{name} is not on the PATH")


def _cut(whole: dict[str, Any]) -> dict[str, Any]:
    """The used paths, and whatever they refer to. All of it takes Prism half a minute to read."""
    paths = {path: whole["paths"][path] for path in _USED}
    for operation in (operation for path in paths.values() for operation in path.values()):
        for response in operation["responses"].values():
            for content in response.get("content", {}).values():
                # Some of the examples are none by their own schema, and Prism then answers 500.
                content.pop("schema", None)
    components: dict[str, dict[str, Any]] = {}
    waiting = set(_REFERENCE.findall(json.dumps(paths)))
    while waiting:
        kind, name = waiting.pop()
        part: Mapping[str, Any] = whole["components"][kind][name]
        components.setdefault(kind, {})[name] = part
        found = set(_REFERENCE.findall(json.dumps(part)))
        waiting |= {(kind, name) for kind, name in found if name not in components.get(kind, {})}
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components}
