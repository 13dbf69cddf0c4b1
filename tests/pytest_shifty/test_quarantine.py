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

from pytest_shifty.quarantine import rules_of
from pytest_shifty.rules import Rule, Subject, is_about
from tests.pytest_shifty.conftest import PROJECT, Suite, address
from tests.support.quarantine import EXAMPLES, change_cap, quarantine
from tests.support.server import RunningServer
from tests.worker.playwright.conftest import SUITES

RULES = (("file", "test_shaky.py"), ("title", "test_half*"))
SYNTAX = "def test_(:\n"
OWN_STATUS = """
def pytest_sessionfinish(session):
    session.exitstatus = 7
"""
RELEASED = """
import json, os
from urllib.request import Request, urlopen

def pytest_sessionfinish():
    headers = {"Authorization": "Bearer " + os.environ["SHIFTY_API_KEY"], "X-Tenant-ID": os.environ["SHIFTY_TENANT_ID"]}
    base = os.environ["SHIFTY_API_URL"] + "/api/v1/quarantine"
    rules = json.load(urlopen(Request(base + "/active?project=shop", headers=headers)))["rules"]
    for rule in rules:
        urlopen(Request(base + "/" + rule["id"], headers=headers, method="DELETE")).close()
"""
TOO_LONG = """
import pytest

@pytest.mark.parametrize("text", [1], ids=["y" * 10_100])
def test_half_told(text):
    raise AssertionError
"""
RULE = {
    "kind": "file",
    "value": "*",
    "projectName": "",
    "owner": "o",
    "reason": "r",
    "expiresAt": "2999-01-01T00:00:00Z",
}


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


@pytest.mark.parametrize(("own", "code"), [(OWN_STATUS, 7), (RELEASED, 1)], ids=["status", "release"])
async def test_what_happens_at_the_end_counts(server: RunningServer, plain: Suite, own: str, code: int) -> None:
    await quarantine(server, PROJECT, *RULES)
    (plain.folder / "conftest.py").write_text(own)

    played = await plain.play("test_half.py", **address(server), SHIFTY_RUN_ID=str(uuid4()))

    assert played.code == code, played.printed
    assert "QUARANTINED" not in played.printed


async def test_what_the_server_refuses_is_not_excused(server: RunningServer, plain: Suite) -> None:
    await quarantine(server, PROJECT, *RULES)
    (plain.folder / "test_long.py").write_text(TOO_LONG)

    played = await plain.play("test_long.py", "test_half.py", **address(server), SHIFTY_RUN_ID=str(uuid4()))

    assert played.code == 1, played.printed
    assert "because of results that did not reach the server." in played.printed
    assert "note: the server refused a message, which is lost: " in played.printed


def test_what_is_no_rule_is_left_out() -> None:
    wrong: list[object] = [None, "all", [], {}, RULE | {"reason": None}, RULE | {"projectName": 0}]
    ends = ["soon", "0001-01-01T00:00:00+14:00"]

    rules, cap = rules_of({"rules": [*wrong, *(RULE | {"expiresAt": end} for end in ends), RULE], "cap": 2})

    assert ([rule.value for rule in rules], cap) == (["*"], 2)


@pytest.mark.parametrize("answer", [None, [], "x", {"rules": {}, "cap": 2}, {"rules": [RULE], "cap": "NaN"}])
def test_an_answer_without_rules_is_none(answer: object) -> None:
    with pytest.raises(ValueError, match="no rules"):
        rules_of(answer)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_a_rule_is_about_the_same_tests_as_for_the_server(example: dict[str, dict[str, str]]) -> None:
    told, test = example["rule"], example["test"]
    until = datetime.now(UTC)
    rule = Rule(told["kind"], told["value"], told["projectName"], owner="", reason="", expires_at=until)
    subject = Subject(test["testId"], test["file"], test["projectName"], test["titlePath"], test["tags"])

    assert is_about(rule, subject) is example["matches"]


async def run_of(server: RunningServer, run_id: str) -> dict[str, object]:
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers, timeout=60) as client:
        answer = await client.get(f"/runs/{run_id}")
    return answer.json()["run"]
