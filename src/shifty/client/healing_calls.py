"""What a client can ask about healing: a part of ``AsyncClient``."""

from collections.abc import AsyncGenerator
from typing import Literal

from shifty.client import healing_api
from shifty.client.answer import read
from shifty.client.healing_api import Drift, Drifts, HealingEvent, HealingEvents, HealingSettings, HealingVerdict, Mode
from shifty.client.transport import Transport

_A_PAGE = 200


class HealingCalls:
    """Of the class that has the transport."""

    transport: Transport

    async def healing_events(
        self,
        run_id: str,
        *,
        min_confidence: float | None = None,
        decision: Literal["heal", "propose", "refuse"] | None = None,
        success: bool | None = None,
    ) -> AsyncGenerator[HealingEvent]:
        """Broken locators of the run and what became of them, in the order of the suite."""
        wanted = {
            "minConfidence": None if min_confidence is None else str(min_confidence),
            "decision": decision,
            "success": None if success is None else str(success).lower(),
        }
        query = {"runId": run_id, "limit": str(_A_PAGE), **{name: value for name, value in wanted.items() if value}}
        offset = 0
        while True:
            part = {**query, "offset": str(offset)}
            page = read(await self.transport.call("GET", "/healing/events", query=part), HealingEvents)
            for event in page.events:
                yield event
            offset += _A_PAGE
            if not page.pagination.has_more:
                return

    async def drifts(self, run_id: str) -> AsyncGenerator[Drift]:
        """Locators of the run that still matched, but another element than before; the least alike first."""
        offset = 0
        while True:
            query = {"runId": run_id, "limit": str(_A_PAGE), "offset": str(offset)}
            page = read(await self.transport.call("GET", "/healing/drifts", query=query), Drifts)
            for drift in page.drifts:
                yield drift
            offset += _A_PAGE
            if not page.pagination.has_more:
                return

    async def healing_settings(self, project: str) -> HealingSettings:
        """What the project allows, and what its healed tests do to a run."""
        return await healing_api.settings(self.transport, project)

    async def set_healing(
        self, project: str, *, mode: Mode | None = None, verdict: HealingVerdict | None = None
    ) -> HealingSettings:
        """None stays as it is."""
        return await healing_api.change_settings(self.transport, project, mode, verdict)
