"""What elements looked like when their locators worked: which of them the server knows, and those of passed tests."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal, cast
from urllib.parse import quote

from pytest_shifty.notes import Notes, reason_of
from pytest_shifty.running import RunningTest
from pytest_shifty.server import Server, Unanswered
from pytest_shifty.settings import Settings
from pytest_shifty.wire import KnownAnswer, Mode, Place, Seen

_ANSWER_MS = 5000
_MOST_AT_ONCE = 500


def _use_of(site: Place, selector: str) -> str:
    return f"{site['file']}:{site['line']} {selector}"


@dataclass
class Knowledge:
    mode: Mode = "heal"
    known: set[str] = field(default_factory=set[str])
    waits: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def of(cls, answer: KnownAnswer) -> "Knowledge":
        found = cls(answer["mode"])
        for one in answer["fingerprints"]:
            use = f"{one['file']}:{one['line']} {one['selector']}"
            found.known.add(f"{one['testId']} {use}")
            found.waits[use] = max(found.waits.get(use, 0), one["longestWaitMs"])
        return found


class Fingerprints:
    def __init__(self, server: Server, settings: Settings, notes: Notes) -> None:
        self._server = server
        self._settings = settings
        self._notes = notes
        self._threads = ThreadPoolExecutor(2, "shifty")
        self._asked: dict[str, Future[Knowledge | None]] = {}
        """By test file, asked for once."""
        self._seen: dict[str, Seen | None] = {}
        """By use, of the test that is running."""
        self._uses: set[str] = set()
        """That some test of this process has looked at."""

    def in_thread(self, request: Callable[[], object]) -> "asyncio.Future[object]":
        return asyncio.wrap_future(self._threads.submit(request))

    def prepare(self, test: RunningTest) -> None:
        """Start to fetch what is known of the test's file."""
        if test.file not in self._asked:
            self._asked[test.file] = self._threads.submit(self._fetch, test.file)

    def _fetch(self, file: str) -> Knowledge | None:
        query = f"project={quote(self._settings.project, safe='')}&testFile={quote(file, safe='')}"
        try:
            answer = self._server.get(f"/healing/fingerprints?{query}", _ANSWER_MS)
            return Knowledge.of(cast("KnownAnswer", answer))
        except (Unanswered, ValueError, KeyError, TypeError) as error:
            self._notes.once(f"nothing is known of earlier runs, {reason_of(error)}")
            return None

    def _knowledge(self, test: RunningTest) -> Knowledge:
        """What has arrived by now."""
        asked = self._asked.get(test.file)
        return (asked.result() if asked and asked.done() else None) or Knowledge()

    def allowed(self, test: RunningTest) -> Mode:
        """What the project allows."""
        return self._knowledge(test).mode

    async def settled(self, test: RunningTest) -> None:
        """Wait for what is on its way: a locator is broken, so there is time."""
        if asked := self._asked.get(test.file):
            await asyncio.wrap_future(asked)

    def longest_wait_ms(self, test: RunningTest, site: Place, selector: str) -> int | None:
        """At most so far, in any test of the file; None: never seen."""
        return self._knowledge(test).waits.get(_use_of(site, selector))

    def described(self, test: RunningTest, site: Place, selector: str) -> Literal["now", "behind", "not"]:
        """What a use needs: its element described on the way, where nobody has ever seen it; behind the call, once in a
        while, so that a locator that hits another element than it used to is noticed; or nothing."""
        use = _use_of(site, selector)
        if use in self._seen:
            return "not"
        self._seen[use] = None
        before = use in self._uses
        self._uses.add(use)
        if f"{test.id} {use}" not in self._knowledge(test).known:
            return "behind" if before else "now"
        return "not" if before else "behind"

    def remember(self, seen: Seen) -> None:
        """A call has passed on this element."""
        self._seen[_use_of(seen["callSite"], seen["selector"])] = seen

    def ended(self, test: RunningTest) -> None:
        """Send those of a test that has passed; nobody waits for it."""
        seen = [use for use in self._seen.values() if use is not None and use["testId"] == test.id]
        self._seen = {}
        if seen and test.passed:
            self._threads.submit(self._send, seen)

    def _send(self, seen: Sequence[Seen]) -> None:
        body = {"project": self._settings.project, "runId": self._settings.run_id}
        for at in range(0, len(seen), _MOST_AT_ONCE):
            if self._server.away():
                return
            try:
                route = "/healing/fingerprints"
                self._server.post(route, {**body, "seen": seen[at : at + _MOST_AT_ONCE]}, _ANSWER_MS)
            except Unanswered as error:
                self._notes.once(f"fingerprints are lost, {reason_of(error)}")

    def close(self) -> None:
        """Wait for what is on its way; each request has its own end."""
        self._threads.shutdown(wait=True)
