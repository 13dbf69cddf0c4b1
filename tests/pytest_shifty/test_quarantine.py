"""A session of pytest fails by what is not in quarantine, and by all of that."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from pytest_shifty.rules import Rule, Subject, is_about
from tests.pytest_shifty.conftest import PROJECT, Suite, address
from tests.support.quarantine import EXAMPLES, change_cap, quarantine
from tests.support.server import RunningServer
from tests.worker.playwright.conftest import SUITES

RULES = (("file", "test_shaky.py"), ("title", "test_half*"))
SYNTAX = "def test_(:\n"


@dataclass(frozen=True)
class Mix:
    """Modules that are run together, and how that ends."""

    modules: str
    code: int
    says: str
    """What is said of quarantine; empty: nothing."""
    arguments: Sequence[str] = ()

    def __str__(self) -> str:
        return "-".join([*self.modules.split(), *self.arguments])


MIXES = (
    Mix("good", 0, ""),
    Mix("bad", 1, ""),
    Mix("good shaky", 0, "4 quarantined tests failed and do not fail this session."),
    Mix("good shaky", 0, "4 quarantined tests failed and do not fail this session.", ["-n2"]),
    Mix("shaky bad", 1, "4 quarantined tests failed, but this session fails because of 1 other test."),
    Mix("shaky bad", 1, "4 quarantined tests failed, but this session fails because of 1 other test.", ["-n2"]),
    Mix("half", 0, "1 quarantined test failed and does not fail this session."),
    Mix("half", 1, "1 quarantined test failed, but this session fails because of 1 test that did not run", ["-x"]),
    Mix("half leaves", 1, "because of 1 test that did not run to the end."),
    Mix("half syntax", 1, "because of something beside its tests.", ["--continue-on-collection-errors"]),
    Mix("half syntax", 2, ""),
    Mix("half dies", 0, "2 quarantined tests failed and do not fail this session.", ["-n1"]),
    Mix("dies half", 1, "because of 2 tests that did not run to the end.", ["-n1", "--max-worker-restart=0"]),
)


@pytest.fixture
def plain(tmp_path: Path) -> Suite:
    folder = tmp_path / "plain"
    folder.mkdir()
    for module in (SUITES / "quarantine_pytest").glob("*.py"):
        shutil.copy(module, folder / f"test_{module.name}")
    (folder / "test_syntax.py").write_text(SYNTAX)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / ".git").mkdir()
    return Suite(folder)


@pytest.mark.parametrize("mix", MIXES, ids=str)
async def test_quarantine_excuses_what_it_names_and_nothing_else(server: RunningServer, plain: Suite, mix: Mix) -> None:
    await quarantine(server, PROJECT, *RULES)
    run_id = str(uuid4())

    modules = [f"test_{name}.py" for name in mix.modules.split()]
    played = await plain.play(*modules, *mix.arguments, **address(server), SHIFTY_RUN_ID=run_id)

    assert played.code == mix.code, played.printed
    assert mix.says in played.printed
    assert ("QUARANTINED" in played.printed) is bool(mix.says)
    if mix.says:
        assert re.search(r"QUARANTINED test_\w+\.py::\w+\n    SHOP-\d; @shop, until 20", played.printed)
    run = await run_of(server, run_id)
    assert run["conclusion"] == ("passed" if mix.code == 0 else "failed"), run


async def test_more_than_the_project_allows_is_not_excused(server: RunningServer, plain: Suite) -> None:
    await quarantine(server, PROJECT, *RULES)
    await change_cap(server, PROJECT, 3)

    played = await plain.play("test_shaky.py", **address(server), SHIFTY_RUN_ID=str(uuid4()))

    assert played.code == 1
    assert "because of its project's limit of 3 quarantined failures a run." in played.printed


async def test_what_nobody_hears_of_is_not_excused(server: RunningServer, plain: Suite) -> None:
    await quarantine(server, PROJECT, *RULES)
    away = {**address(server), "SHIFTY_API_URL": "http://127.0.0.1:9"}

    unreported = await plain.play("test_half.py", **address(server))
    unheard = await plain.play("test_half.py", **away, SHIFTY_RUN_ID=str(uuid4()))

    assert (unreported.code, unheard.code) == (1, 1)
    assert "quarantine could not be asked, so every failure counts" in unheard.printed


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_a_rule_is_about_the_same_tests_as_for_the_server(example: dict[str, dict[str, str]]) -> None:
    told, test = example["rule"], example["test"]
    until = datetime.now(UTC)
    rule = Rule(told["kind"], told["value"], told["projectName"], owner="", reason="", expires_at=until)
    subject = Subject(test["testId"], test["file"], test["projectName"], test["titlePath"], test["tags"])

    assert is_about(rule, subject) is example["matches"]


async def run_of(server: RunningServer, run_id: str) -> dict[str, object]:
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers) as client:
        answer = await client.get(f"/runs/{run_id}")
    return answer.json()["run"]
