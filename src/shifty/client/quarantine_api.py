"""The calls about quarantine: which failures do not fail a run, whose they are, and until when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from shifty.client.answer import Answer, read
from shifty.client.model import Pagination
from shifty.client.transport import Transport

Kind: TypeAlias = Literal["test", "file", "title", "tag", "error"]
State: TypeAlias = Literal["active", "released", "expired", "all"]


class RuledTest(Answer, kw_only=True, frozen=True):
    """What a test id stands for."""

    title: str
    file: str = ""
    project_name: str = ""


class Rule(Answer, kw_only=True, frozen=True):
    """Excuses the failures of the tests that it matches, until it expires or is released."""

    id: str
    project: str = ""
    kind: str
    value: str
    test: RuledTest | None = None
    """Of a rule about one test that is known."""
    error_message: str | None = None
    """Of a rule about an error that is known."""
    project_name: str = ""
    """A browser project; empty: any."""
    owner: str = ""
    reason: str = ""
    source: str = "manual"
    state: str = "active"
    matching_tests: int | None = None
    """None: it is active no more."""
    created_at: datetime | None = None
    created_by: str = ""
    expires_at: datetime
    released_at: datetime | None = None
    released_by: str | None = None
    release_reason: str | None = None
    green_runs: int = 0
    green_runs_needed: int | None = None
    """More green runs, and it is released by itself."""
    excused: int = 0
    """Failures, over all runs."""
    last_excused_at: datetime | None = None


class LogEntry(Answer, kw_only=True, frozen=True):
    at: datetime
    who: str = ""
    what: str
    details: dict[str, object] = {}


class Made(Answer, kw_only=True, frozen=True):
    """``is_new`` is False where the same rule was there already."""

    rule: Rule
    is_new: bool = True


class Rules(Answer, kw_only=True, frozen=True):
    rules: list[Rule] = []
    pagination: Pagination = Pagination()


class RuleInFull(Answer, kw_only=True, frozen=True):
    rule: Rule
    log: list[LogEntry] = []
    """Who did what to it, oldest first."""


class QuarantineSettings(Answer, kw_only=True, frozen=True):
    project: str = ""
    cap: int
    """Tests that may be quarantined at once, and excused in one run."""
    days: int
    """For which a rule holds that does not say."""
    auto: bool = False
    """Whether tests are quarantined by themselves, at the rate (percent) and the confidence (0 to 1) that follow."""
    auto_rate: float = 0.0
    auto_confidence: float = 0.0
    default_branch: str | None = None


class NewRule(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True, frozen=True):
    """The body of ``POST /quarantine``."""

    project: str
    kind: Kind
    value: str
    reason: str
    owner: str | None = None
    """None: who calls."""
    project_name: str = ""
    days: int | None = None
    """None: as the project has it."""


async def add(transport: Transport, wanted: NewRule) -> bytes:
    """Needs a key with the scope ``admin``. To add what is there already changes nothing."""
    return await transport.call("POST", "/quarantine", body=msgspec.json.encode(wanted))


def read_made(body: bytes) -> Made:
    return read(body, Made)


async def list_rules(transport: Transport, query: Mapping[str, str]) -> bytes:
    return await transport.call("GET", "/quarantine", query=query)


def read_rules(body: bytes) -> Rules:
    return read(body, Rules)


async def rule(transport: Transport, rule_id: str) -> bytes:
    """The rule with its log."""
    return await transport.call("GET", f"/quarantine/{rule_id}")


def read_rule(body: bytes) -> RuleInFull:
    return read(body, RuleInFull)


async def change(transport: Transport, rule_id: str, changes: Mapping[str, object]) -> bytes:
    """``changes`` to ``days``, ``owner`` or ``reason``. Needs the scope ``admin``, as ``release`` does."""
    return await transport.call("PATCH", f"/quarantine/{rule_id}", body=msgspec.json.encode(changes))


async def release(transport: Transport, rule_id: str, reason: str | None) -> bytes:
    return await transport.call("DELETE", f"/quarantine/{rule_id}", query={"reason": reason} if reason else None)


async def settings(transport: Transport, project: str) -> bytes:
    return await transport.call("GET", "/quarantine/settings", query={"project": project})


async def change_settings(transport: Transport, project: str, changes: Mapping[str, object]) -> bytes:
    """What is not named stays as it is. Needs the scope ``admin``."""
    body = msgspec.json.encode({"project": project, **changes})
    return await transport.call("PUT", "/quarantine/settings", body=body)


def read_settings(body: bytes) -> QuarantineSettings:
    return read(body, QuarantineSettings)
