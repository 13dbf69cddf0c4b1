"""The stand-alone reporter tells what the hook has healed, as a worker does."""

from uuid import uuid4

from tests.reporter.conftest import Stage, run_of
from tests.support.server import RunningServer

SPEC = """const { test } = require('@playwright/test');
const path = require('path');
test('is healed', async ({}, info) => {
  const place = { file: path.join(path.dirname(info.file), 'pages', 'cart.js'), line: 4, column: 2 };
  const heal = {
    originalSelector: '#a', healedSelector: '#b', decision: 'heal', confidence: 0.9, strategy: 'text-content-matching',
    success: true, callSite: place, frames: [place],
  };
  info.annotations.push({ type: 'shifty:heal', description: JSON.stringify(heal) });
  info.annotations.push({ type: 'shifty:heal', description: '{"originalSelector": []}' });
});
test('is not', async () => {});
"""


async def test_what_was_healed_is_told_with_its_attempt(server: RunningServer, stage: Stage) -> None:
    stage.write("specs/cart.spec.js", SPEC)
    run_id = str(uuid4())

    played = await stage.play(server, SHIFTY_RUN_ID=run_id)

    assert played.code == 0, played.output
    run, results = await run_of(server, run_id)
    healed = {result["testName"]: (result["healed"], result["healingAttempted"]) for result in results.values()}
    assert healed == {"is healed": (True, True), "is not": (False, False)}
    assert (run["status"], run["healedTests"]) == ("completed", 1)
    (heal,) = next(result for result in results.values() if result["healed"])["attempts"][0]["heals"]
    assert (heal["originalSelector"], heal["success"]) == ("#a", True)
    assert heal["callSite"] == {"file": "specs/pages/cart.js", "line": 4, "column": 2}
