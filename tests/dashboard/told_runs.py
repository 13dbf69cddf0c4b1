"""Runs that have ended, as reporters tell of them: a letter a run says what a test came to."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from shifty.flakiness.fold_runs import fold_due
from tests.dashboard.conftest import Account

PROJECT: Final = "shop"
NETWORK: Final = "Error: page.goto: net::ERR_CONNECTION_REFUSED at http://localhost:3000/"
WRONG: Final = 'Error: expect(locator).toHaveText(expected) failed\n\nExpected: "paid"\nReceived: "failed"'


def tell(
    account: Account, runs: Mapping[str, str], *, branch: str = "main", message: str = NETWORK, **about: str
) -> str:
    """``{"pays": "PRPF"}``: passed, passed on retry, passed, failed. All have as many letters; the last run's id."""
    run_id = ""
    for number in range(max(map(len, runs.values()))):
        run_id = str(uuid4())
        results = [_result(name, letters[number], message) for name, letters in runs.items()]
        tests = [{key: result[key] for key in ("testFile", "testName", "projectName", "line")} for result in results]
        start = {"runId": run_id, "totalTests": len(tests), "shardIndex": 0, "totalShards": 1, "tests": tests}
        start |= {"project": PROJECT, "branch": branch, "commitSha": uuid4().hex, **about}
        messages = [
            {"type": "run:start", "payload": start},
            {"type": "test:batch", "payload": {"runId": run_id, "results": results}},
            {"type": "run:end", "payload": {"runId": run_id, "status": "completed"}},
        ]
        account.api("POST", f"/runs/{run_id}/events", messages)
    account.site.run(_fold_all(account))
    return run_id


async def _fold_all(account: Account) -> None:
    """However slow the machine is: who asks waits two seconds at most."""
    for _ in range(20):
        if not await fold_due(account.site.db, account.tenant.id):
            return


def _result(name: str, letter: str, message: str) -> dict[str, Any]:
    failed = {"attempt": 0, "status": "failed", "durationMs": 4000, "errors": [{"message": message}]}
    attempts: Mapping[str, list[dict[str, Any]]] = {
        "P": [{"attempt": 0, "status": "passed", "durationMs": 900}],
        "R": [failed, {"attempt": 1, "status": "passed", "durationMs": 900}],
        "F": [failed, {**failed, "attempt": 1}],
    }
    tried = attempts[letter]
    named = {"testFile": "tests/pay.spec.ts", "testName": name, "projectName": "chromium", "line": 3}
    return {**named, "status": tried[-1]["status"], "retryCount": len(tried) - 1, "attempts": tried}
