"""``shifty quarantine``: what is in quarantine, and what a person reads of it."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner, Result

from shifty.cli.main import application
from shifty.cli.quarantine import chosen
from shifty.cli.quarantine_show import sentence, what
from shifty.client.errors import Stopped
from shifty.client.quarantine_api import Kind, Rule, RuledTest
from shifty.errors import UsageError
from tests.support.quarantine import quarantine
from tests.support.server import RunningServer


async def shifty(server: RunningServer, *arguments: str) -> Result:
    address = ("--api-url", server.url, "--api-key", server.key, "--tenant", server.tenant.slug)
    line = ["quarantine", *arguments, *address]
    return await asyncio.to_thread(CliRunner().invoke, application(line), line)


async def test_a_rule_from_its_making_to_its_release(server: RunningServer) -> None:
    await quarantine(server, "shop")
    line = ("add", "--project", "shop", "--file", "specs/cart*", "--browser", "webkit", "--owner", "@shop")

    made = await shifty(server, *line, "--reason", "SHOP-12", "--days", "3")
    again = await shifty(server, *line, "--reason", "SHOP-13")
    (listed,) = json.loads((await shifty(server, "list", "--json")).stdout)["rules"]
    rule = listed["id"][:8]
    extended = await shifty(server, "extend", rule, "--days", "30", "--owner", "@cart")
    shown = await shifty(server, "show", rule)
    released = await shifty(server, "release", rule, "--reason", "mended")
    none = await shifty(server, "list", "--project", "shop")
    every = await shifty(server, "list", "--state", "all")

    assert made.stdout.startswith("Quarantined: file specs/cart* in webkit (0 tests) until 2")
    assert "No test that the project has had so far is meant by it" in made.stdout
    assert f"shifty quarantine release {rule}" in made.stdout
    assert again.stdout.startswith("It is in quarantine already. Quarantined: file specs/cart* in webkit")
    assert (listed["reason"], listed["owner"], listed["state"]) == ("SHOP-12", "@shop", "active")
    assert f"owner @cart. Rule {rule}." in extended.stdout
    assert "SHOP-12" in shown.stdout
    assert [word for word in ("created", "changed") if word in shown.stdout] == ["created", "changed"]
    assert released.stdout == f"Released: file specs/cart* in webkit. Its failures fail runs again. Rule {rule}.\n"
    assert none.stdout == "Nothing is quarantined.\n"
    assert "mended" in every.stdout


async def test_what_a_project_allows_stays_where_it_is_not_named(server: RunningServer) -> None:
    await quarantine(server, "shop")

    before = await shifty(server, "settings", "shop")
    await shifty(server, "settings", "shop", "--cap", "3", "--auto", "on")
    after = await shifty(server, "settings", "shop", "--auto-rate", "30")
    found = json.loads((await shifty(server, "settings", "shop", "--json")).stdout)

    assert "at most 20 tests in quarantine, a rule holds for 14 days" in before.stdout
    assert "no test is quarantined by itself" in before.stdout
    assert "at most 3 tests in quarantine" in after.stdout
    assert "from a flakiness rate of 30 % on, at 95 % confidence" in after.stdout
    assert (found["cap"], found["days"], found["auto"], found["autoRate"]) == (3, 14, True, 30)


async def test_a_rule_that_nobody_knows_is_told_with_the_remedy(server: RunningServer) -> None:
    unknown = await shifty(server, "release", "c0ffee")
    nowhere = await shifty(server, "add", "--project", "nowhere", "--tag", "@slow", "--reason", "SHOP-1")

    assert isinstance(unknown.exception, UsageError)
    assert "`shifty quarantine list --state all` has them" in str(unknown.exception)
    assert isinstance(nowhere.exception, Stopped)
    assert "A project is made by its first run" in str(nowhere.exception)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"test": None, "file": None}, "Say what to quarantine: one of --test ID, --file PATTERN"),
        ({"test": "a", "tag": "b"}, "A rule is about one thing, not --test --tag: add a rule for each."),
        ({"title": "  "}, "--title is empty"),
    ],
)
def test_a_rule_is_about_one_thing(given: dict[Kind, str | None], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        chosen(given)


def test_a_rule_about_an_error_counts_no_tests() -> None:
    until = datetime(2026, 12, 12, tzinfo=UTC)
    rule = Rule(
        id="1a2b3c4d-0000-0000-0000-000000000000", kind="error", value="0123", matching_tests=0, expires_at=until
    )

    assert sentence(rule) == "Quarantined: error 0123 until 2026-12-12. Rule 1a2b3c4d."


def test_what_only_programs_understand_is_said_in_words() -> None:
    until = datetime(2026, 12, 12, tzinfo=UTC)
    ruled = RuledTest(title="cart › adds", file="cart.spec.ts", project_name="webkit")
    test = Rule(id="1", kind="test", value="ff0d", test=ruled, expires_at=until)
    error = Rule(id="2", kind="error", value="0123456789abcdef", error_message="Time out\n  at …", expires_at=until)

    assert what(test) == "test cart › adds (cart.spec.ts) in webkit"
    assert what(error) == "error 01234567: Time out"
