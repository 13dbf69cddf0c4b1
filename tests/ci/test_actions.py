"""The composite GitHub Actions: their syntax, and their steps, run as GitHub runs them."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.ci.environments import GITHUB
from tests.ci.jobs import make_checkout
from tests.support.server import RunningServer

pytestmark = pytest.mark.timeout(700)

ACTIONS = Path(__file__).resolve().parents[2] / "actions"
NAMES = ["orchestrate", "rerun-failed"]
# From the description of action.yml that GitHub's runner checks each one against.
CONTEXTS = {"default": {"github", "strategy", "matrix", "job", "runner"}, "value": {"steps"}, "env": {"inputs"}}
EXPRESSION = re.compile(r"\$\{\{ *(?P<context>[a-z]+)\.(?P<name>[a-z.-]+) *\}\}")


def load(name: str) -> Any:
    return yaml.safe_load((ACTIONS / name / "action.yml").read_text())


def expressions(text: str) -> list[tuple[str, str]]:
    found = [(match["context"], match["name"]) for match in EXPRESSION.finditer(text)]
    assert len(found) == text.count("${{")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_an_action_is_what_the_runner_accepts(name: str) -> None:
    action = load(name)

    assert set(action) == {"name", "description", "inputs", "outputs", "runs"}
    assert action["runs"]["using"] == "composite"
    for text in action["inputs"].values():
        assert set(text) <= {"description", "required", "default"}
        assert text["description"]
        assert {context for context, _ in expressions(str(text.get("default", "")))} <= CONTEXTS["default"]
    ids = {step.get("id") for step in action["runs"]["steps"]}
    for output in action["outputs"].values():
        [(context, path)] = expressions(output["value"])
        assert context == "steps"
        assert path.split(".")[0] in ids
    for step in action["runs"]["steps"]:
        assert set(step) <= {"name", "id", "run", "env", "working-directory", "shell"}
        assert step["shell"] == "bash"


@pytest.mark.parametrize("name", NAMES)
def test_inputs_reach_scripts_by_the_environment_only_and_each_is_used(name: str) -> None:
    action = load(name)
    used: set[str] = set()

    for step in action["runs"]["steps"]:
        assert "${{" not in step["run"]
        for text in [*step.get("env", {}).values(), step.get("working-directory", "")]:
            used.update(path for context, path in expressions(text) if context == "inputs")

    assert used == set(action["inputs"])


class Runner:
    """A job of GitHub Actions that uses one of the actions."""

    def __init__(self, folder: Path, server: RunningServer, repaired: bool) -> None:
        folder.mkdir()
        self.machine = make_checkout(folder)
        if repaired:
            (self.machine.project / "repaired").touch()
        self.folder = folder
        self.secrets = {"api-url": server.url, "api-key": server.key, "tenant-id": str(server.tenant.id)}

    def use(self, name: str, inputs: Mapping[str, str], environment: Mapping[str, str] = GITHUB) -> tuple[int, str]:
        action = load(name)
        given = {key: self._evaluated(str(text.get("default", "")), {}) for key, text in action["inputs"].items()}
        given |= {**self.secrets, "data-dir": str(self.folder / "data"), **inputs}
        printed = ""
        for step in action["runs"]["steps"]:
            env = {key: self._evaluated(text, given) for key, text in step.get("env", {}).items()}
            script = self.folder / "step.sh"
            script.write_text(step["run"])
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
                cwd=self.machine.project / self._evaluated(step.get("working-directory", "."), given),
                env={
                    "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
                    "HOME": str(self.folder),
                    "RUNNER_TEMP": str(self.folder),
                    "GITHUB_OUTPUT": str(self.folder / "output"),
                    **environment,
                    **env,
                },
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
            printed += done.stdout + done.stderr
            if done.returncode:
                return done.returncode, printed
        return 0, printed

    @property
    def outputs(self) -> dict[str, str]:
        lines = (self.folder / "output").read_text().splitlines()
        return {line.partition("=")[0]: line.partition("=")[2] for line in lines}

    def _evaluated(self, text: str, inputs: Mapping[str, str]) -> str:
        known = {"strategy.job-index": "0", "strategy.job-total": "1"}
        known |= {f"inputs.{name}": value for name, value in inputs.items()}
        return EXPRESSION.sub(lambda match: known[f"{match['context']}.{match['name']}"], text)


async def test_one_action_runs_the_suite_and_the_other_what_failed(server: RunningServer, tmp_path: Path) -> None:
    first = Runner(tmp_path / "first", server, repaired=False)
    second = Runner(tmp_path / "second", server, repaired=True)

    code, printed = await asyncio.to_thread(first.use, "orchestrate", {"files": "specs/moody.spec.js\nspecs/other\n"})
    run_id = first.outputs["run-id"]
    async with httpx.AsyncClient(base_url=server.url, headers=server.headers, timeout=60) as client:
        failed = (await client.get(f"/api/v1/runs/{run_id}/failed-tests")).text
    other_build = {**GITHUB, "GITHUB_RUN_ID": "4712"}
    again, said = await asyncio.to_thread(second.use, "rerun-failed", {"failed-tests": failed}, other_build)

    assert (code, first.outputs["conclusion"]) == (1, "failed"), printed
    assert "::error file=specs/moody.spec.js" in printed
    assert (again, second.outputs["conclusion"]) == (0, "passed"), said
    assert "1 passed of 1 in" in said


async def test_what_makes_no_sense_is_refused_and_never_run(server: RunningServer, tmp_path: Path) -> None:
    runner = Runner(tmp_path / "job", server, repaired=False)
    commands = f"$(touch {tmp_path}/pwned)\n`touch {tmp_path}/pwned`\n; touch {tmp_path}/pwned"

    tried = [
        runner.use("rerun-failed", {}),
        runner.use("rerun-failed", {"run-id": "x", "failed-tests": "{}"}),
        runner.use("rerun-failed", {"failed-tests": commands}),
        runner.use("rerun-failed", {"failed-tests": '{"failedTests": []}'}),
        runner.use("orchestrate", {"files": "--config=evil"}),
        runner.use("orchestrate", {"workers": commands}),
        runner.use("orchestrate", {"rerun": commands}),
        runner.use("orchestrate", {"shard-index": commands}),
    ]

    assert [code for code, _ in tried] == [2, 2, 2, 0, 2, 2, 2, 2], tried
    assert "nothing to run" in tried[3][1]
    assert not (tmp_path / "pwned").exists()


def test_where_shifty_is_not_installed_the_action_installs_it(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "bash").symlink_to("/bin/bash")
    (tools / "python3").write_text(
        '#!/bin/bash\nbin="$3/bin"\n/bin/mkdir -p "$bin"\n'
        """printf '#!/bin/bash\\necho "$@" > "%s/asked"\\n' "$RUNNER_TEMP" > "$bin/pip"\n/bin/chmod +x "$bin/pip"\n"""
    )
    (tools / "python3").chmod(0o755)
    [install, *_] = load("orchestrate")["runs"]["steps"]

    subprocess.run(
        ["/bin/bash", "-eo", "pipefail", "-c", install["run"]],
        env={
            "PATH": str(tools),
            "RUNNER_TEMP": str(tmp_path),
            "GITHUB_PATH": str(tmp_path / "path"),
            "GITHUB_ACTION_PATH": "/actions/shifty/actions/orchestrate",
            "INPUT_PACKAGE": "",
        },
        check=True,
    )

    assert (tmp_path / "asked").read_text().split()[-1] == "/actions/shifty/actions/orchestrate/../.."
    assert (tmp_path / "path").read_text().strip() == str(tmp_path / "shifty" / "bin")
