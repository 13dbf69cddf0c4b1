"""Schemathesis against the server's own OpenAPI description: all checks, all phases, with a key and without."""

import asyncio
import sys
from pathlib import Path

import pytest

from shifty.config import Settings, load_settings
from tests.contract.conftest import API
from tests.support.server import RunningServer

EXAMPLES = 4
"""Of each operation, and as many chains of calls, beside the edge cases that it works out itself. A number and no
time: a faster machine must not try what no other has."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path / "data", requests_per_minute=0, ingest_requests_per_minute=0)


async def test_it_finds_nothing(server: RunningServer, tmp_path: Path) -> None:
    # A process of its own: it has an event loop, a Hypothesis profile and warnings of its own.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}{API}/openapi.json"),
        *("--header", f"Authorization: Bearer {server.key}", "--header", f"X-Tenant-ID: {server.tenant.id}"),
        *("--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--mode", "all"),
        # It would find its own key in the list of keys, and revoke it.
        *("--exclude-operation-id", "deleteKey"),
        *("--max-examples", str(EXAMPLES), "--seed", "1", "--generation-deterministic"),
        *("--no-shrink", "--request-timeout", "30", "--no-color", "--warnings", "off"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )

    said, _ = await process.communicate()

    assert process.returncode == 0, said.decode()
