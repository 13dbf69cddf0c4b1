"""Runs that a suite of its own reports, message by message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.dashboard.conftest import Account


@dataclass(frozen=True)
class Suite:
    """A run that is under way, and what it still has to tell."""

    account: Account
    run_id: str
    tests: Sequence[Mapping[str, Any]]

    @property
    def path(self) -> str:
        return f"/runs/{self.run_id}"

    def report(self, outcomes: Mapping[int, str], message: str = "Error: it broke", **fields: object) -> None:
        """By the number of the test: ``passed``, ``failed``, ``flaky``, ``skipped``."""
        results = [_result(self.tests[number], outcome, message, fields) for number, outcome in outcomes.items()]
        self.send({"type": "test:batch", "payload": {"results": results}})

    def begin(self, number: int) -> None:
        self.send({"type": "test:start", "payload": dict(self.tests[number])})

    def fail_outside(self, message: str, file: str) -> None:
        """An error that belongs to no test."""
        error = {"message": message, "location": {"file": file, "line": 3, "column": 1}}
        self.send({"type": "run:error", "payload": {"error": error, "testFile": file}})

    def end(self) -> None:
        self.send({"type": "run:end", "payload": {"totalTests": len(self.tests)}})

    def send(self, *messages: Mapping[str, Any]) -> None:
        answer = self.account.api("POST", f"/runs/{self.run_id}/events", list(messages))
        assert answer.json()["errors"] == [], answer.text


def begin(account: Account, titles: Sequence[str], *, branch: str = "main", file: str = "tests/shop.spec.ts") -> Suite:
    """A run of these tests, of which none has run."""
    tests = [
        {
            "testFile": file,
            "testName": title,
            "titlePath": ["the shop", title],
            "projectName": "chromium",
            "line": 3 + n,
        }
        for n, title in enumerate(titles)
    ]
    suite = Suite(account, str(uuid4()), tests)
    began = {"totalTests": len(tests), "project": "shop", "branch": branch, "commitSha": f"{suite.run_id[:8]}0"}
    suite.send({"type": "run:start", "payload": {**began, "tests": tests}})
    return suite


def whole(
    account: Account, outcomes: Mapping[str, str], *, branch: str = "main", message: str = "Error: it broke"
) -> Suite:
    """A run that is over, by the titles of its tests."""
    suite = begin(account, list(outcomes), branch=branch)
    suite.report(dict(enumerate(outcomes.values())), message)
    suite.end()
    return suite


def _result(test: Mapping[str, Any], outcome: str, message: str, fields: Mapping[str, object]) -> dict[str, Any]:
    failed = {"attempt": 0, "status": "failed", "durationMs": 400, "errors": [{"message": message}]}
    tried: Mapping[str, list[dict[str, Any]]] = {
        "failed": [failed],
        "flaky": [failed, {"attempt": 1, "status": "passed", "durationMs": 90}],
        "passed": [{"attempt": 0, "status": "passed", "durationMs": 90}],
        "skipped": [],
    }
    attempts = tried[outcome]
    status = "passed" if outcome == "flaky" else outcome
    told = {"errorMessage": message} if outcome == "failed" else {}
    return {**test, "status": status, "retryCount": max(0, len(attempts) - 1), "attempts": attempts, **told, **fields}
