"""Run, report, don't fail: whether all that failed in a session is excused by the project's quarantine. Whatever is in
doubt is not: rules that could not be read, a file that could not be collected, tests that did not run."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from urllib.parse import quote

import pytest

from pytest_shifty.identity import TestName
from pytest_shifty.notes import Notes, reason_of
from pytest_shifty.rules import Rule, Subject, is_about
from pytest_shifty.server import Server, Unanswered
from pytest_shifty.settings import Settings

_ANSWER_MS = 5000
_FIELDS = ("kind", "value", "projectName", "owner", "reason", "expiresAt")


class Quarantine:
    def __init__(self, settings: Settings, folder: Path, notes: Notes) -> None:
        self._settings = settings
        self._project = quote(settings.project, safe="")
        self._folder = folder
        self._notes = notes
        self._server = Server(settings)
        self._to_run: set[str] = set()
        self._ended: set[str] = set()
        self._failed: dict[str, None] = {}
        self._failures = 0
        self.excused: list[tuple[str, Rule]] = []
        """Node ids of the tests that failed and are quarantined, whatever the session comes to."""
        self.verdict = ""
        """What that does to the session; empty without any."""

    def will_run(self, node_ids: Iterable[str]) -> None:
        self._to_run.update(node_ids)

    def saw(self, report: pytest.TestReport) -> None:
        if report.failed and not hasattr(report, "wasxfail"):
            self._failed.setdefault(report.nodeid)
            self._failures += 1
        # Another word than these is xdist's, of a test whose process died in it: there is nothing to follow.
        if report.when not in ("setup", "call"):
            self._ended.add(report.nodeid)

    def excuses(self, session: pytest.Session, *, is_reported: bool) -> bool:
        """Whether nothing failed but what is quarantined. ``is_reported``: the server knows what failed."""
        rules, cap = self._rules() if self._failed else ([], 0)
        now = datetime.now(UTC)
        active = [rule for rule in rules if rule.expires_at > now]
        found = [(node_id, self._rule_of(node_id, active)) for node_id in self._failed]
        self.excused = [(node_id, rule) for node_id, rule in found if rule]
        if not self.excused:
            return False
        why = self._why_not(session, cap, is_reported=is_reported)
        what, do = _count(len(self.excused), "quarantined test"), "does" if len(self.excused) == 1 else "do"
        self.verdict = (
            f"{what} failed, but this session fails because of {why}."
            if why
            else f"{what} failed and {do} not fail this session."
        )
        return not why

    def _rule_of(self, node_id: str, rules: Sequence[Rule]) -> Rule | None:
        name = TestName.of(node_id, self._folder, self._settings.root)
        test = Subject(name.id, name.file, name.project_name, name.titles)
        return next((rule for rule in rules if is_about(rule, test)), None)

    def _why_not(self, session: pytest.Session, cap: int, *, is_reported: bool) -> str:
        others = len(self._failed) - len(self.excused)
        left = len(self._to_run - self._ended)
        doubts = {
            _count(others, "other test"): others,
            f"{_count(left, 'test')} that did not run to the end": left,
            "something beside its tests": session.testsfailed != self._failures or session.shouldfail,
            f"its project's limit of {_count(cap, 'quarantined failure')} a run": len(self.excused) > cap,
            "results that did not reach the server": not is_reported,
        }
        return next((doubt for doubt, holds in doubts.items() if holds), "")

    def _rules(self) -> tuple[list[Rule], int]:
        """As they are now, as for the server: one that was released while the tests ran excuses nothing."""
        try:
            return rules_of(self._server.get(f"/quarantine/active?project={self._project}", _ANSWER_MS))
        except (Unanswered, ValueError) as error:
            # A server without quarantine has no rules.
            if not (isinstance(error, Unanswered) and error.status == 404):
                self._notes.once(f"quarantine could not be asked, so every failure counts: {reason_of(error)}")
            return [], 0


def rules_of(answer: object) -> tuple[list[Rule], int]:
    """With the project's cap. What is no rule is left out: half understood it could excuse too much.

    ValueError: the answer is no such list.
    """
    told = _fields_of(answer)
    rules, cap = told.get("rules"), told.get("cap")
    if not isinstance(rules, list) or not isinstance(cap, int):
        raise ValueError("its answer has no rules")
    read = map(_rule, cast("Sequence[object]", rules))
    return [rule for rule in read if rule], cap


def _rule(answer: object) -> Rule | None:
    told = _fields_of(answer)
    fields = {name: said for name in _FIELDS if isinstance(said := told.get(name), str)}
    if len(fields) < len(_FIELDS):
        return None
    try:
        expires_at = datetime.fromisoformat(fields["expiresAt"]).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Rule(
        kind=fields["kind"],
        value=fields["value"],
        project_name=fields["projectName"],
        owner=fields["owner"],
        reason=fields["reason"],
        expires_at=expires_at,
    )


def _fields_of(answer: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", answer) if isinstance(answer, dict) else {}


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
