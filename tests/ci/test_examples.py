"""The examples of docs/ci, run as a reader would who copies them."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import click
import httpx
import pytest
import typer.main
import yaml

from shifty.cli.ci_provider import read_build
from shifty.cli.main import application
from tests.ci.environments import GITLAB, PROVIDERS
from tests.ci.jobs import make_checkout, secrets
from tests.support.server import RunningServer

pytestmark = pytest.mark.timeout(700)

DOCS = Path(__file__).resolve().parents[2] / "docs" / "ci"
ACTIONS = DOCS.parents[1] / "actions"
PAGES = {
    "github": "github-actions",
    "gitlab": "gitlab",
    "circleci": "circleci",
    "buildkite": "buildkite",
    "azure": "azure",
    "jenkins": "jenkins",
}


def examples(page: str, language: str = "yaml") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", (DOCS / f"{page}.md").read_text(), re.M | re.S)


def texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in cast("dict[str, object]", value).values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in cast("list[object]", value) for text in texts(item)]
    return [value] if isinstance(value, str) else []


def command_of(provider: str) -> str:
    """The command of the provider's example that calls Shifty."""
    page = PAGES[provider]
    if provider == "jenkins":
        [called] = re.findall(r'sh "(exec shifty ci.*)"', examples(page, "groovy")[0])
        return called.replace("${part}", "2").replace("${attempt}", "1")
    blocks = [texts(yaml.safe_load(block)) for block in examples(page)]
    found = [text for block in blocks for text in block if "shifty ci" in text]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder for the PATH: what an example calls beside Shifty does nothing."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("npm", "npx", "apt-get"):
        (folder / name).write_text("#!/bin/bash\nexit 0\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize("provider", PAGES)
def test_the_command_of_an_example_is_understood_and_finds_its_build(
    provider: str, tools: Path, tmp_path: Path
) -> None:
    (tools / "shifty").write_text(f'#!/bin/bash\nprintf "%s\\n" "$@" > {tmp_path}/arguments\n')
    (tools / "shifty").chmod(0o755)
    environment = {**PROVIDERS[provider], "PATH": f"{tools}:/usr/bin:/bin"}

    subprocess.run(["/bin/bash", "-e", "-c", command_of(provider)], env=environment, check=True)

    arguments = (tmp_path / "arguments").read_text().split()
    group = cast("click.Group", typer.main.get_command(application(["ci"])))
    assert arguments[0] == "ci"
    group.commands["ci"].make_context("ci", arguments[1:])
    assert read_build(PROVIDERS[provider]).build_id
    knows_its_part = read_build(PROVIDERS[provider]).part == "2/2"
    assert knows_its_part or "--shard" in arguments or "SHIFTY_TOTAL_SHARDS" in "".join(examples(PAGES[provider]))


def test_the_github_examples_use_the_actions_with_inputs_that_they_have() -> None:
    used: list[str] = []
    for block in examples("github-actions"):
        workflow: Any = yaml.safe_load(block)
        jobs: list[Any] = [{"steps": workflow}] if isinstance(workflow, list) else list(workflow["jobs"].values())
        steps: list[Any] = [step for job in jobs for step in job["steps"]]
        for step in steps:
            path = re.fullmatch(r"shifty/shifty/actions/([a-z-]+)@main", step.get("uses", ""))
            if path:
                inputs = yaml.safe_load((ACTIONS / path[1] / "action.yml").read_text())["inputs"]
                assert set(step["with"]) <= set(inputs)
                assert {name for name, text in inputs.items() if text.get("required")} <= set(step["with"])
                used.append(path[1])

    assert used == ["orchestrate", "rerun-failed"]


def test_every_provider_is_in_the_table_and_every_page_is_linked() -> None:
    index = (DOCS / "README.md").read_text()

    assert all(f"({page}.md)" in index for page in [*PAGES.values(), "reruns"])


async def test_a_job_of_the_gitlab_example_that_is_retried_runs_what_failed(
    server: RunningServer, tools: Path, tmp_path: Path
) -> None:
    example = yaml.safe_load(examples("gitlab")[0])["e2e"]
    machine = make_checkout(tmp_path / "job")
    python = Path(sys.executable).parent

    async def job(**more: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{tools}:{python}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "SHIFTY_DATA_DIR": example["variables"]["SHIFTY_DATA_DIR"].replace("$CI_PROJECT_DIR", str(tmp_path)),
            **secrets(server),
            **GITLAB,
            **more,
        }
        return await asyncio.to_thread(
            subprocess.run,
            ["/bin/bash", "-e", "-c", "\n".join(example["script"])],
            cwd=machine.project,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    first = await job()
    late = await job(CI_JOB_ID="1001", CI_JOB_NAME="e2e 1/2", CI_NODE_INDEX="1")
    (machine.project / "repaired").touch()
    retried = await job(CI_JOB_ID="1003")

    assert (first.returncode, late.returncode, retried.returncode) == (1, 1, 0), first.stdout + retried.stdout
    assert "came late" in late.stdout
    async with httpx.AsyncClient(base_url=server.url, headers=server.headers, timeout=60) as client:
        runs = (await client.get("/api/v1/runs")).json()["runs"]
    assert [(run["ciBuildId"], run["totalTests"]) for run in runs] == [
        ("gitlab/7/815/e2e/2", 1),
        ("gitlab/7/815/e2e", 6),
    ]
