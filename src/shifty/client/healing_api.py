"""The calls about healing: what was healed in a run, what drifted, what a project allows."""

from typing import Literal, TypeAlias

import msgspec

from shifty.client.answer import Answer, read
from shifty.client.attempts import Place
from shifty.client.model import Pagination
from shifty.client.transport import Transport

Mode: TypeAlias = Literal["off", "propose", "heal"]
HealingVerdict: TypeAlias = Literal["report", "warn", "fail"]


class AlternativeLocator(Answer, kw_only=True, frozen=True):
    locator: str
    confidence: float = 0.0


class Decided(Answer, kw_only=True, frozen=True):
    """What somebody has said about a replacement."""

    id: str
    decision: str
    """``accepted`` or ``refused``."""
    reason: str = ""
    decided_by: str = ""
    decided_at: str = ""


class HealingEvent(Answer, kw_only=True, frozen=True):
    """One broken locator in one attempt of a test, and what became of it."""

    id: str
    run_id: str
    test_id: str = ""
    test_file: str
    test_name: str = ""
    title_path: list[str] = []
    project_name: str = ""
    attempt: int = 0
    original_selector: str
    original_locator: str = ""
    healed_selector: str | None = None
    healed_locator: str | None = None
    decision: str
    confidence: float
    strategy: str
    success: bool = False
    reason: str = "not-found"
    action: str = ""
    explanation: str = ""
    alternatives: list[AlternativeLocator] = []
    call_site: Place | None = None
    frames: list[Place] = []
    page_url: str = ""
    waited_ms: int = 0
    execution_time_ms: int = 0
    screenshot_url: str | None = None
    test_outcome: str | None = None
    test_healed: bool = False
    decided: Decided | None = None


class HealingEvents(Answer, kw_only=True, frozen=True):
    events: list[HealingEvent] = []
    pagination: Pagination = Pagination()


class Drift(Answer, kw_only=True, frozen=True):
    """A locator that still matched, but another element than it used to."""

    id: str
    test_file: str = ""
    test_name: str = ""
    selector: str
    call_site: Place | None = None
    similarity: float = 0.0
    explanation: str = ""


class Drifts(Answer, kw_only=True, frozen=True):
    drifts: list[Drift] = []
    pagination: Pagination = Pagination()


class HealingSettings(Answer, kw_only=True, frozen=True):
    """What a project allows, and what its healed tests do to a run."""

    mode: Mode
    verdict: HealingVerdict


async def healing_events(transport: Transport, run_id: str, *, limit: int = 200) -> bytes:
    """The events as JSON; ``read_events`` makes sense of them."""
    return await transport.call("GET", "/healing/events", query={"runId": run_id, "limit": str(limit)})


def read_events(body: bytes) -> HealingEvents:
    return msgspec.json.decode(body, type=HealingEvents)


async def drifts(transport: Transport, run_id: str, *, limit: int = 200) -> bytes:
    """The drifts as JSON; ``read_drifts`` makes sense of them."""
    return await transport.call("GET", "/healing/drifts", query={"runId": run_id, "limit": str(limit)})


def read_drifts(body: bytes) -> Drifts:
    return msgspec.json.decode(body, type=Drifts)


async def settings(transport: Transport, project: str) -> HealingSettings:
    return read(await transport.call("GET", "/healing/settings", query={"project": project}), HealingSettings)


async def change_settings(
    transport: Transport, project: str, mode: Mode | None = None, verdict: HealingVerdict | None = None
) -> HealingSettings:
    """None stays as it is. Needs a key with the scope ``admin``."""
    body = msgspec.json.encode({"project": project, "mode": mode, "verdict": verdict})
    return read(await transport.call("PUT", "/healing/settings", body=body), HealingSettings)
