"""A server that is away costs no test, no exit code and no result."""

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from tests.reporter.conftest import Stage, ended, run_of, wait_for
from tests.support.server import RunningServer
from tests.worker.cable import Cable

TWO = "const { test } = require('@playwright/test'); test('one', () => {}); test('two', () => {});"
WAITING = """const { test } = require('@playwright/test'); const fs = require('fs');
test('one', () => {});
test('two', async () => { while (!fs.existsSync('go')) await new Promise((r) => setTimeout(r, 20)); });"""


@pytest.fixture
async def cable(server: RunningServer) -> AsyncGenerator[Cable]:
    line = Cable(server.url)
    await line.mend()
    yield line
    await line.cut()


def over(cable: Cable, server: RunningServer) -> RunningServer:
    return replace(server, url=cable.url)


def spooled(stage: Stage) -> list[Path]:
    return sorted(stage.spool.glob("*.ndjson"))


async def test_what_was_not_delivered_goes_with_the_next_start(
    server: RunningServer, stage: Stage, cable: Cable
) -> None:
    stage.write("a.spec.js", TWO)
    first, second = str(uuid4()), str(uuid4())
    await cable.cut()

    alone = await stage.play(over(cable, server), SHIFTY_RUN_ID=first, SHIFTY_FLUSH_TIMEOUT_MS="300")
    left = spooled(stage)
    mode, text = left[0].stat().st_mode & 0o777, left[0].read_text()
    owner = json.loads(text.splitlines()[0]) | {"pid": 2**30}
    others = {"server": "https://elsewhere.example", "tenant": str(uuid4()), "project": "blog"}
    for name, value in others.items():
        (stage.spool / f"other-{name}.ndjson").write_text(json.dumps(owner | {name: value}) + "\n{}\n")
    (stage.spool / "other.ndjson").write_text("not even JSON")
    await cable.mend()
    later = await stage.play(over(cable, server), SHIFTY_RUN_ID=second)

    assert alone.code == 0
    assert len(alone.said) == 1
    assert "does not answer" in alone.said[0]
    assert str(left[0]) in alone.said[0]
    assert mode == 0o600
    assert server.key not in text, "a key lies on disk"
    delivered = [
        line for line in later.said if line.endswith(f"messages of run {first} that an earlier start had left")
    ]
    assert len(delivered) == 1
    for run_id in (first, second):
        assert (await run_of(server, run_id))[0]["conclusion"] == "passed"
    assert [file.name.partition("-")[0].partition(".")[0] for file in spooled(stage)] == ["other"] * 4


async def test_a_server_that_comes_back_in_the_middle_has_everything(
    server: RunningServer, stage: Stage, cable: Cable
) -> None:
    stage.write("a.spec.js", WAITING)
    run_id = str(uuid4())
    process = await stage.start(over(cable, server), SHIFTY_RUN_ID=run_id, SHIFTY_FLUSH_TIMEOUT_MS="60000")

    async def first_one_passed() -> bool:
        return (await run_of(server, run_id))[0].get("passedTests") == 1

    await wait_for(first_one_passed)
    await cable.cut()
    stage.write("go", "")

    async def second_one_waits_on_disk() -> bool:
        return any("run:end" in file.read_text() for file in spooled(stage))

    await wait_for(second_one_waits_on_disk)
    await cable.mend()
    played = await ended(process)

    assert (played.code, played.said) == (0, [f"shifty: 2 tests reported to run {run_id}"])
    run, _ = await run_of(server, run_id)
    assert (run["conclusion"], run["passedTests"], run["totalTests"]) == ("passed", 2, 2)


async def test_what_a_killed_start_has_told_is_delivered_by_the_next(
    server: RunningServer, stage: Stage, cable: Cable
) -> None:
    stage.write("a.spec.js", WAITING)
    run_id = str(uuid4())
    await cable.cut()
    process = await stage.start(over(cable, server), SHIFTY_RUN_ID=run_id)

    async def first_one_is_on_disk() -> bool:
        return any("test:batch" in file.read_text() for file in spooled(stage))

    await wait_for(first_one_is_on_disk)
    process.kill()
    await ended(process)
    await cable.mend()
    stage.write("go", "")
    await stage.play(over(cable, server), SHIFTY_RUN_ID=str(uuid4()))

    run, results = await run_of(server, run_id)
    assert run["status"] == "running", "nobody has said that its shard is over"
    assert [result["testName"] for result in results.values() if result["status"] == "passed"] == ["one"]


async def test_a_place_that_cannot_be_written_costs_the_safety_net_only(server: RunningServer, stage: Stage) -> None:
    stage.write("a.spec.js", TWO)
    stage.write("a-file", "")
    run_id = str(uuid4())

    played = await stage.play(server, SHIFTY_RUN_ID=run_id, SHIFTY_SPOOL_DIR=str(stage.folder / "a-file"))

    assert played.code == 0
    assert "only kept in memory" in played.said[0]
    assert (await run_of(server, run_id))[0]["conclusion"] == "passed"
