"""What a client can ask about healing."""

import uuid

from shifty.client import AsyncClient
from tests.healing.elements import FILE, HEAL
from tests.support.server import RunningServer


async def test_events_are_read_narrowed_and_typed(server: RunningServer) -> None:
    run_id = str(uuid.uuid4())
    unsure = {**HEAL, "confidence": 0.4, "decision": "refuse", "success": False}
    attempt = {"attempt": 0, "status": "passed", "durationMs": 9, "heals": [HEAL, unsure]}
    result = {"testFile": FILE, "testName": "logs in", "status": "passed", "attempts": [attempt]}

    async with AsyncClient(server.url, server.key, server.tenant.slug) as shifty:
        await shifty.report(run_id, [{"type": "run:start", "payload": {"project": "shop", "totalTests": 1}}])
        await shifty.report(run_id, [{"type": "test:batch", "payload": {"results": [result]}}])
        every = [event async for event in shifty.healing_events(run_id)]
        sure = [event async for event in shifty.healing_events(run_id, min_confidence=0.7, success=True)]
        drifts = [drift async for drift in shifty.drifts(run_id)]
        changed = await shifty.set_healing("shop", verdict="report")

        assert [event.confidence for event in every] == [0.95, 0.4]
        assert [(event.healed_locator, event.decision) for event in sure] == [("getByTestId('log-in')", "heal")]
        assert drifts == []
        assert await shifty.healing_settings("shop") == changed
    assert (changed.mode, changed.verdict) == ("heal", "report")
