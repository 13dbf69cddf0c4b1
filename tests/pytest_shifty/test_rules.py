"""What the plugin for pytest must do as the hook for Node and the server do."""

import re
import sys
from pathlib import Path
from typing import cast

import msgspec
import pytest

from pytest_shifty import policy, wire
from pytest_shifty.code import code_of
from pytest_shifty.identity import TestName
from pytest_shifty.looking import program
from pytest_shifty.patch import UnknownPlaywright, patch
from pytest_shifty.settings import Settings
from pytest_shifty.steps import Steps
from pytest_shifty.waiting import is_too_early, patience
from shifty.ids import stable_test_id
from shifty.wire import Heal

HOOK = Path(__file__).parents[2] / "js" / "heal"


@pytest.mark.parametrize(
    ("node_id", "name"),
    [
        ("tests/test_a.py::test_b[chromium]", TestName("suite/tests/test_a.py", ("test_b[chromium]",), "chromium")),
        ("test_a.py::Cart::test_b", TestName("suite/test_a.py", ("Cart", "test_b"), "")),
        ("a[1]/test_a.py::test_b", TestName("suite/a[1]/test_a.py", ("test_b",), "")),
        ("a[1]/test_a.py::Cart::b[x]", TestName("suite/a[1]/test_a.py", ("Cart", "b[x]"), "")),
        ("a[1]/cart.yaml", TestName("suite/a[1]/cart.yaml", (), "")),
        ("test_a.py::test_b[firefox-a::b]", TestName("suite/test_a.py", ("test_b[firefox-a::b]",), "firefox")),
    ],
)
def test_a_test_is_known_by_its_node_id(node_id: str, name: TestName) -> None:
    found = TestName.of(node_id, Path("/repo/suite"), Path("/repo"))

    assert found == name
    assert found.id == stable_test_id(name.file, name.project_name, name.titles)


@pytest.mark.parametrize(
    ("selector", "code"),
    [
        ("#buy", 'locator("#buy")'),
        ('internal:testid=[data-testid="buy"s]', 'get_by_test_id("buy")'),
        ('internal:role=button[name="Buy \\"it\\""i]', 'get_by_role("button", name="Buy \\"it\\"")'),
        ('internal:role=link[name="Help"s] >> nth=0', 'get_by_role("link", name="Help", exact=True).first'),
        ('internal:label="User"i', 'get_by_label("User")'),
        ('internal:attr=[placeholder="Search"i]', 'get_by_placeholder("Search")'),
        ('li >> internal:has-text="a >> b"i', 'locator("li >> internal:has-text=\\"a >> b\\"i")'),
        (
            '#pay >> internal:control=enter-frame >> internal:text="Card"i',
            'locator("#pay").content_frame.get_by_text("Card")',
        ),
    ],
)
def test_a_selector_is_written_as_python(selector: str, code: str) -> None:
    assert code_of(selector) == code


def test_the_same_is_healed_as_by_the_hook_for_node() -> None:
    source = (HOOK / "policy.cjs").read_text()
    actions, expectations = (set(said.split()) for said in re.findall(r"= setOf\(\s*`(.*?)`", source, re.DOTALL))

    assert {word for word in actions if policy.may_heal(word, {"selector": "a"})} == actions
    assert {word for word in expectations if policy.may_heal("expect", {"selector": "a", "expression": word})} == (
        expectations
    )
    for expression in ("to.be.hidden", "to.be.detached", "to.have.count", "to.have.text.array"):
        assert not policy.may_heal("expect", {"selector": "a", "expression": expression})
    assert not policy.may_heal("expect", {"selector": "a", "expression": "to.be.visible", "isNot": True})
    assert not policy.may_heal("waitForSelector", {"selector": "a", "state": "hidden"})
    assert not policy.may_heal("queryCount", {"selector": "a"})


def test_a_heal_is_told_as_the_contract_has_it() -> None:
    assert set(wire.Heal.__annotations__) == {field.encode_name for field in msgspec.structs.fields(Heal)}
    assert (HOOK / "collect.js").read_text().strip().removesuffix(";") in program()


@pytest.mark.parametrize(
    ("timeout_ms", "missing_ms", "early"),
    [(500, 0, True), (500, 1900, True), (500, 2000, False), (2000, 0, False), (0, 0, False)],
)
def test_a_step_with_little_time_may_be_tried_in_a_loop(timeout_ms: float, missing_ms: float, early: bool) -> None:
    assert is_too_early(timeout_ms, missing_ms) is early


@pytest.mark.parametrize(
    ("available_ms", "longest_wait_ms", "healed_before", "ms"),
    [
        (30_000, None, False, 22_500),
        (30_000, 100, False, 2000),
        (30_000, 4000, False, 12_000),
        (5000, 4000, False, 3500),
        (2000, 10, False, 1000),
        (float("inf"), None, False, 60_000),
        (30_000, None, True, 1000),
    ],
)
def test_a_locator_is_believed_for_as_long_as_it_needed(
    available_ms: float, longest_wait_ms: int | None, healed_before: bool, ms: float
) -> None:
    assert ms == patience(available_ms=available_ms, longest_wait_ms=longest_wait_ms, healed_before=healed_before)


@pytest.mark.parametrize(
    ("env", "wanted", "mode"),
    [
        ({}, "", "heal"),
        ({"SHIFTY_HEALING": "propose"}, "heal", "propose"),
        ({"SHIFTY_HEALING": "heal"}, "off", "off"),
        ({"SHIFTY_HEALING": "what"}, "", "off"),
        ({"SHIFTY_HEAL": '{"url": "http://b", "token": "t", "mode": "propose"}'}, "", "propose"),
    ],
)
def test_the_strictest_decides(env: dict[str, str], wanted: str, mode: str) -> None:
    server = {"SHIFTY_API_URL": "http://a/", "SHIFTY_API_KEY": "k", "SHIFTY_RUN_ID": "nightly"}

    settings = Settings.told({**server, **env}, Path("/repo"), wanted)

    assert settings
    assert settings.mode == mode
    assert settings.url == ("http://b" if "SHIFTY_HEAL" in env else "http://a/api/v1")
    assert settings.reports == ("SHIFTY_HEAL" not in env)
    assert Settings.told({**server, "SHIFTY_ENABLED": "0"}, Path("/repo"), "") is None
    assert Settings.told({}, Path("/repo"), "") is None


def test_a_playwright_that_is_not_known_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from playwright._impl.connection import Connection

    def send(self: object, message: object) -> None: ...

    monkeypatch.setattr(Connection, "send_message_to_server", send)

    with pytest.raises(UnknownPlaywright, match="takes message"):
        patch(cast("Steps", None))

    assert getattr(Connection, "send_message_to_server", None) is send
    monkeypatch.setitem(sys.modules, "playwright._impl.connection", None)
    with pytest.raises(UnknownPlaywright, match="sends in another way"):
        patch(cast("Steps", None))
