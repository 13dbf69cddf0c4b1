"""Puts tests of a project into quarantine, as a person would over the API."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.support.server import RunningServer

EXAMPLES: Sequence[Mapping[str, Any]] = json.loads(
    (Path(__file__).resolve().parents[1] / "quarantine" / "examples.json").read_text()
)
"""Which rule is about which test: one table for the server, for Playwright's reporter and for pytest's plugin."""


async def quarantine(server: RunningServer, project: str, *rules: tuple[str, str]) -> None:
    """``rules`` are kinds with their values, in their order."""
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers, timeout=60) as client:
        # A project is there from its first run on.
        start = [{"type": "run:start", "payload": {"project": project}}]
        (await client.post(f"/runs/{uuid4()}/events", json=start)).raise_for_status()
        for number, (kind, value) in enumerate(rules, 1):
            rule = {"project": project, "kind": kind, "value": value, "owner": "@shop", "reason": f"SHOP-{number}"}
            answer = await client.post("/quarantine", json=rule)
            assert answer.status_code == 200, answer.text


async def change_cap(server: RunningServer, project: str, cap: int) -> None:
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers, timeout=60) as client:
        (await client.put("/quarantine/settings", json={"project": project, "cap": cap})).raise_for_status()
