"""Every example of docs/client.md runs."""

import asyncio
import re
from pathlib import Path

import pytest

from shifty.client.sync_client import Client
from tests.client.hand import hand_worker
from tests.support.server import RunningServer

PAGE = (Path(__file__).parents[2] / "docs" / "client.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


async def test_the_examples_run_one_after_the_other(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHIFTY_API_URL", server.url)
    monkeypatch.setenv("SHIFTY_API_KEY", server.key)
    monkeypatch.setenv("SHIFTY_TENANT_ID", server.tenant.slug)

    async with hand_worker(server):
        await asyncio.to_thread(_run, EXAMPLES)

    said = capsys.readouterr().out
    assert "passed 2 0" in said
    assert "RUN_NOT_FOUND" in said
    assert "NOTHING_TO_RERUN" in said


def _run(examples: list[str]) -> None:
    names: dict[str, object] = {}
    for number, example in enumerate(examples):
        exec(compile(example, f"docs/client.md, example {number + 1}", "exec"), names)


def test_every_method_has_its_place() -> None:
    methods = {name for name, value in vars(Client).items() if not name.startswith("_") and callable(value)}

    assert {name for name in methods if f"`{name}(" not in PAGE} <= {"close"}
