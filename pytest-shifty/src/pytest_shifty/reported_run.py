"""Tells the server what the tests did, where no worker does: as messages of the contract, in batches, again until they
are acknowledged. They are idempotent, and a server that is away costs the tests nothing."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from pytest_shifty.calls import part
from pytest_shifty.checkout import told_by
from pytest_shifty.identity import TestName, relative_to
from pytest_shifty.notes import Notes, reason_of
from pytest_shifty.server import Server, Unanswered
from pytest_shifty.settings import Settings
from pytest_shifty.summary import heals_of

_EVERY_S = 2.0
_ANSWER_MS = 10_000
_LAST_TRIES = 3
_LONGEST = 100_000

Message = dict[str, object]


@dataclass
class _Running:
    """Attempts of one test so far, and the reports of the one that is on its way."""

    phases: list[pytest.TestReport] = field(default_factory=list[pytest.TestReport])
    attempts: list[Message] = field(default_factory=list[Message])
    told: int = 0
    """Heals of earlier attempts: pytest's properties pile up."""


class ReportedRun:
    def __init__(self, settings: Settings, folder: Path, notes: Notes) -> None:
        self._settings = settings
        self._folder = folder
        self._notes = notes
        self._server = Server(settings)
        self._thread = ThreadPoolExecutor(1, "shifty-report")
        self._waiting: list[Message] = []
        self._running: dict[str, _Running] = {}
        self._sent_at = time.monotonic()
        self._started = False
        self._is_refused = False
        """The server takes some of it never."""
        self._early: list[Message] = []
        """Errors before the run was started, of which the server would not know whose they are."""

    def start(self, node_ids: Sequence[str]) -> None:
        """Without ``node_ids`` the tests become known as they end. Once is enough: each process of xdist collects."""
        if self._started:
            return
        self._started = True
        tests = [self._named(node_id) for node_id in node_ids]
        known: Message = {"tests": tests, "totalTests": len(tests)} if tests else {}
        self._put("run:start", {"project": self._settings.project, **told_by(self._settings.root), **known})
        for error in self._early:
            self._put("run:error", error)
        self._thread.submit(self._send)

    def add(self, report: pytest.TestReport) -> None:
        if not self._started:
            self.start([])
        test = self._running.setdefault(report.nodeid, _Running())
        test.phases.append(report)
        # Another word than pytest's own for a phase: xdist's, of a test whose process died in it.
        if report.when in ("setup", "call"):
            return
        outcomes = {phase.outcome for phase in test.phases}
        test.attempts.append(_attempt(test, report))
        final = "rerun" not in outcomes
        last, expected = test.attempts[-1], _expected(test.phases)
        result = {"status": last["status"], "durationMs": last["durationMs"], "retryCount": len(test.attempts) - 1}
        more = {"expectedStatus": expected, "attempts": list(test.attempts), "final": final}
        self._put("test:batch", {"results": [{**self._named(report.nodeid), **result, **more}]})
        test.phases.clear()
        if final:
            del self._running[report.nodeid]
        if time.monotonic() - self._sent_at > _EVERY_S:
            self._sent_at = time.monotonic()
            self._thread.submit(self._send)

    def add_error(self, report: pytest.CollectReport) -> None:
        """A file that can't be collected runs nowhere, and must fail the run all the same."""
        file = relative_to(self._settings.root, str(self._folder / report.nodeid)) if report.nodeid else None
        error: Message = {"shardIndex": 0, "testFile": file, "error": _error(report)}
        if self._started:
            self._put("run:error", error)
        else:
            self._early.append(error)

    def end(self) -> bool:
        """Whether the server knows all of it."""
        if not self._started and self._early:
            self.start([])
        if not self._started:
            return False
        self._put("run:end", {"shardIndex": 0, "status": "completed"})
        is_told = any(self._thread.submit(self._send).result() for _ in range(_LAST_TRIES))
        self._thread.shutdown()
        return is_told and not self._is_refused

    def _put(self, kind: str, payload: Message) -> None:
        self._waiting.append({"type": kind, "payload": {"runId": self._settings.run_id, **payload}})

    def _send(self) -> bool:
        """Whether all is acknowledged. In the thread; what is put meanwhile is for the next time."""
        messages = list(self._waiting)
        try:
            answer = self._server.post(f"/runs/{self._settings.run_id}/events", messages, _ANSWER_MS)
        except (Unanswered, ValueError) as error:
            self._notes.once(f"results did not arrive, {reason_of(error)}")
            return False
        if isinstance(answer, dict) and (refused := cast("Message", answer).get("errors")):
            self._is_refused = True
            self._notes.once(f"the server refused a message, which is lost: {str(refused)[:300]}")
        del self._waiting[: len(messages)]
        return True

    def _named(self, node_id: str) -> Message:
        name = TestName.of(node_id, self._folder, self._settings.root)
        titles = {"testName": name.titles[-1] if name.titles else name.file, "titlePath": list(name.titles)}
        return {"testFile": name.file, "projectName": name.project_name, **titles}


def _attempt(test: _Running, last: pytest.TestReport) -> Message:
    heals = heals_of(last.user_properties)
    attempt: Message = {
        "attempt": len(test.attempts),
        "status": _status(test.phases),
        "durationMs": round(sum(phase.duration for phase in test.phases) * 1000),
        "startedAt": _utc(min((part(phase, "start") or time.time()) for phase in test.phases)),
        "errors": [_error(phase) for phase in test.phases if phase.outcome not in ("passed", "skipped")],
        "stdout": last.capstdout[:_LONGEST],
        "stderr": last.capstderr[:_LONGEST],
        "heals": heals[test.told :],
    }
    test.told = len(heals)
    return attempt


def _status(phases: Sequence[pytest.TestReport]) -> str:
    if any(phase.outcome not in ("passed", "skipped") for phase in phases):
        return "failed"
    if any(phase.skipped for phase in phases):
        return "failed" if _expected(phases) == "failed" else "skipped"
    return "passed"


def _expected(phases: Sequence[pytest.TestReport]) -> str:
    """A test marked xfail that failed has done what was expected of it."""
    return "failed" if any(phase.skipped and hasattr(phase, "wasxfail") for phase in phases) else "passed"


def _error(phase: pytest.TestReport | pytest.CollectReport) -> Message:
    crash = part(phase.longrepr, "reprcrash")
    text = phase.longreprtext
    return {"message": str(part(crash, "message") or text)[:_LONGEST], "stack": text[:_LONGEST]}


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
