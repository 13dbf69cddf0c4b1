"""The stand-alone reporter uploads what tests attach, and links it to the attempt."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shifty.config import Settings, load_settings
from shifty.ids import stable_test_id
from tests.reporter.conftest import Stage, ended
from tests.support.server import RunningServer

SUITE = """const { test, expect } = require('@playwright/test'); const fs = require('fs');
test('fails', async ({}, info) => {
  await info.attach('page', { body: Buffer.from('not really a picture'), contentType: 'image/png' });
  expect(1).toBe(2);
});
test('passes', async ({}, info) => {
  fs.writeFileSync(info.outputPath('notes.txt'), `attempt ${info.retry}`);
  info.attachments.push({ name: 'notes', path: info.outputPath('notes.txt'), contentType: 'text/plain' });
  info.attachments.push({ name: 'gone', path: info.outputPath('gone.txt'), contentType: 'text/plain' });
});"""
CONFIG = "module.exports = { retries: 1, use: { trace: 'on-first-retry' } };"


async def artifacts_of(server: RunningServer, run_id: str) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers, timeout=60) as client:
        answer = await client.get(f"/runs/{run_id}/artifacts")
    assert answer.status_code == 200, answer.text
    return answer.json()["artifacts"]


async def bytes_of(server: RunningServer, artifact: dict[str, Any]) -> bytes:
    async with httpx.AsyncClient(headers=server.headers, follow_redirects=True, timeout=60) as client:
        return (await client.get(artifact["url"])).content


async def check_uploads(server: RunningServer, stage: Stage) -> None:
    stage.write("a.spec.js", SUITE)
    stage.write("playwright.config.js", CONFIG)
    run_id = str(uuid4())

    played = await stage.play(server, SHIFTY_RUN_ID=run_id)

    found = await artifacts_of(server, run_id)
    fails, passes = (stable_test_id("a.spec.js", "", [title]) for title in ("fails", "passes"))
    assert sorted((each["artifactType"], each["name"], each["testId"], each["attempt"]) for each in found) == [
        ("log", "error-context.md", fails, 0),
        ("log", "error-context.md", fails, 1),
        ("log", "notes.txt", passes, 0),
        ("screenshot", "page.png", fails, 0),
        ("screenshot", "page.png", fails, 1),
        ("trace", "trace.zip", fails, 1),
    ]
    by_name = {each["name"]: await bytes_of(server, each) for each in found}
    assert by_name["notes.txt"] == b"attempt 0"
    assert by_name["trace.zip"].startswith(b"PK")
    assert played.said == [f"shifty: 2 tests reported to run {run_id}, 6 artifacts uploaded"]


async def test_attachments_are_uploaded_and_linked_to_their_attempt(server: RunningServer, stage: Stage) -> None:
    await check_uploads(server, stage)


async def test_only_those_of_failures_where_that_is_wanted(server: RunningServer, stage: Stage) -> None:
    stage.write("a.spec.js", SUITE)
    stage.write(
        "playwright.config.js", "module.exports = { reporter: [['@shifty/reporter', { artifacts: 'failed' }]] };"
    )
    run_id = str(uuid4())

    await ended(await stage.start_as_configured(server, SHIFTY_RUN_ID=run_id))

    names = sorted(each["name"] for each in await artifacts_of(server, run_id))
    assert names == ["error-context.md", "page.png"]


class TestInAnObjectStore:
    @pytest.fixture
    def settings(self, tmp_path: Path, s3_url: str) -> Settings:
        return load_settings(data_dir=tmp_path / "data", storage_url=s3_url)

    async def test_they_go_straight_to_the_store(self, server: RunningServer, stage: Stage) -> None:
        await check_uploads(server, stage)


class TestTooLarge:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return load_settings(data_dir=tmp_path / "data", artifact_max_bytes=1000)

    async def test_what_the_server_does_not_take_is_told_once_and_holds_up_nothing(
        self, server: RunningServer, stage: Stage
    ) -> None:
        stage.write(
            "a.spec.js",
            """const { test } = require('@playwright/test'); test('one', async ({}, info) => {
            for (const size of [2000, 10, 3000]) await info.attach(`a${size}`, { body: 'x'.repeat(size) });
            });""",
        )
        run_id = str(uuid4())

        played = await stage.play(server, SHIFTY_RUN_ID=run_id)

        assert played.code == 0
        assert [each["sizeBytes"] for each in await artifacts_of(server, run_id)] == [10]
        assert [line for line in played.said if "not uploaded" in line] == [played.said[0]]
