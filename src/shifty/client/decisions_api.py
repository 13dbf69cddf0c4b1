"""The calls about what replaces broken locators, over all runs, and what people say about it."""

from collections.abc import Mapping
from typing import Literal, TypeAlias
from urllib.parse import quote

import msgspec

from shifty.client.answer import Answer, read
from shifty.client.healing_api import HealingEvent
from shifty.client.model import Pagination
from shifty.client.transport import Transport

Word: TypeAlias = Literal["accepted", "refused"]


class ReplacementRun(Answer, kw_only=True, frozen=True):
    id: str
    branch: str | None = None


class Replacement(Answer, kw_only=True, frozen=True):
    """A broken locator of a file and what took its place, as it was last seen."""

    project: str
    run: ReplacementRun
    times: int = 1
    tests: int = 1
    runs: int = 1
    event: HealingEvent


class Replacements(Answer, kw_only=True, frozen=True):
    replacements: list[Replacement] = []
    pagination: Pagination = Pagination()


class Decision(Answer, kw_only=True, frozen=True):
    """What was said about a locator in a file of a project, and what takes its place."""

    id: str
    project: str
    file: str
    selector: str
    healed_selector: str
    decision: str
    reason: str = ""
    decided_by: str = ""
    decided_at: str = ""


class Decisions(Answer, kw_only=True, frozen=True):
    decisions: list[Decision] = []
    pagination: Pagination = Pagination()


async def replacements(transport: Transport, wanted: Mapping[str, str]) -> bytes:
    """As JSON; ``read_replacements`` makes sense of it. ``wanted`` are parameters of the call."""
    return await transport.call("GET", "/healing/replacements", query=wanted)


def read_replacements(body: bytes) -> Replacements:
    return msgspec.json.decode(body, type=Replacements)


async def decisions(transport: Transport, wanted: Mapping[str, str]) -> bytes:
    """As JSON; ``read_decisions`` makes sense of it. ``wanted`` are parameters of the call."""
    return await transport.call("GET", "/healing/decisions", query=wanted)


def read_decisions(body: bytes) -> Decisions:
    return msgspec.json.decode(body, type=Decisions)


async def decide(transport: Transport, event: HealingEvent, word: Word, reason: str = "") -> Decision:
    """Needs a key with the scope ``orchestrate``. The last word counts."""
    names = {"runId": event.run_id, "testId": event.test_id, "eventId": event.id}
    body = msgspec.json.encode({**names, "decision": word, "reason": reason})
    return read(await transport.call("POST", "/healing/decisions", body=body), Decision)


async def withdraw(transport: Transport, decision_id: str) -> Decision:
    """Needs a key with the scope ``orchestrate``. The answer is what was said."""
    return read(await transport.call("DELETE", f"/healing/decisions/{quote(decision_id, safe='')}"), Decision)
