"""One step of a test: plan what to send, send it once, tell what came of it.

Only the plan may take a different selector, and a plan that goes wrong is to send the original.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from pytest_shifty.calls import Call
from pytest_shifty.fingerprints import Fingerprints
from pytest_shifty.healing import Healing, Symptom, Use
from pytest_shifty.legs import joined, legs_of
from pytest_shifty.looking import QUIET_MS, Looking
from pytest_shifty.notes import Notes, reason_of
from pytest_shifty.policy import action_of, is_strict, strictest
from pytest_shifty.running import RunningTest
from pytest_shifty.server import Server
from pytest_shifty.settings import Settings
from pytest_shifty.telling import tell
from pytest_shifty.timeouts import speak_of_authors_time
from pytest_shifty.waiting import is_too_early, patience
from pytest_shifty.wire import Glance, Heal, Snapshot

_LEAST_MS = 250
_LEAST_HEALED_MS = 500
_UNNOTICED_MS = 100
_MOST_REFUSALS = 3
_GLANCE_BEFORE_MS = 4 * QUIET_MS

Described = list[tuple[str, Snapshot]]


@dataclass(frozen=True)
class Plan:
    selector: str
    timeout_ms: float | None = None
    """None: the author's."""
    heal: Heal | None = None
    """To be told."""
    use: Use | None = None
    seen: "asyncio.Task[Described] | None" = None
    """What the locator hits, for its fingerprint."""
    waited_ms: float = 0.0


class Steps:
    def __init__(self, settings: Settings, notes: Notes) -> None:
        self._settings = settings
        self._notes = notes
        self._server = Server(settings)
        self.fingerprints = Fingerprints(self._server, settings, notes)
        self.test: RunningTest | None = None
        """None between tests."""

    async def perform(self, call: Call) -> Any:
        __tracebackhide__ = True
        plan = await self._plan(call)
        try:
            result = await call.send(plan.selector, plan.timeout_ms)
        except BaseException as error:
            self._after(call, plan, passed=False)
            if plan.timeout_ms is not None:
                speak_of_authors_time(error, plan.timeout_ms, call.timeout_ms)
            raise
        self._after(call, plan, passed=not _is_unmet(result))
        if plan.timeout_ms is not None:
            speak_of_authors_time(result, plan.timeout_ms, call.timeout_ms)
        return result

    async def _plan(self, call: Call) -> Plan:
        try:
            return await self._planned(call)
        except Exception as error:  # noqa: BLE001 - Whatever goes wrong in here must not fail the test.
            self._notes.once(f"a step was left alone, {reason_of(error)}")
            return Plan(call.selector, _remaining(call, _LEAST_MS))

    async def _planned(self, call: Call) -> Plan:
        original = Plan(call.selector)
        use = self._use_of(call)
        if use is None:
            return original
        count, seen = await self._probe(use)
        if count == 1:
            return replace(original, use=use, seen=seen)
        if self._is_hopeless(use) or (count > 1 and not is_strict(call.method, call.params)):
            return original
        available_ms = min(call.timeout_ms or float("inf"), use.test.left_ms())
        if count > 1:
            return await self._healed(use, Symptom("strict", 0, available_ms, None))
        if is_too_early(call.timeout_ms, use.test.missing_ms(use.key)):
            return original
        await self.fingerprints.settled(use.test)
        ms = patience(
            available_ms=available_ms,
            longest_wait_ms=self.fingerprints.longest_wait_ms(use.test, use.site, call.selector),
            healed_before=call.selector in use.test.healed,
        )
        earlier = await self._wait_for(use, ms - call.spent_ms())
        waited_ms = call.spent_ms()
        if earlier is None:
            seen = await self._describe(use)
            left = _remaining(call, _LEAST_MS)
            return Plan(call.selector, left, use=use, seen=seen, waited_ms=waited_ms)
        return await self._healed(use, Symptom("not-found", waited_ms, available_ms, earlier))

    def _use_of(self, call: Call) -> Use | None:
        """None: not ours."""
        test, places = self.test, call.places(self._settings.root)
        if test is None or not places:
            return None
        self.fingerprints.prepare(test)
        mode = strictest(self._settings.mode, test.mode, self.fingerprints.allowed(test))
        if mode == "off":
            return None
        looking = Looking(call, test.test_id_attribute)
        return Use(call, test, places, action_of(call.method, call.params), mode, looking)

    def _is_hopeless(self, use: Use) -> bool:
        """A test may try the same in a loop until it works."""
        return self._server.away() or use.test.refused.get(use.key, 0) >= _MOST_REFUSALS

    async def _probe(self, use: Use) -> "tuple[int, asyncio.Task[Described] | None]":
        """How much the locator finds, and what."""
        described = self.fingerprints.described(use.test, use.site, use.call.selector)
        if described == "now":
            page = await use.looking.matches(use.call.selector)
            return page["count"], await self._describe(use, page) if page["count"] == 1 else None
        count = await use.looking.count(use.call.selector)
        return count, await self._describe(use) if described == "behind" and count == 1 else None

    async def _describe(self, use: Use, known: Snapshot | None = None) -> "asyncio.Task[Described]":
        """Not awaited before the real call, but sent before it, so that it sees the page as the call does."""
        selector = use.call.selector
        legs = legs_of(selector)
        frames = [joined(legs[:at]) for at in range(1, len(legs))]

        async def described() -> Described:
            wanted = frames if known else [selector, *frames]
            pages = await asyncio.gather(*map(use.looking.matches, wanted))
            found = list(zip(wanted, pages, strict=True))
            return [(selector, known), *found] if known else found

        task = asyncio.ensure_future(described())
        # A page that is gone has nothing to remember, and nobody need hear of it.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        if frames or not known:
            await asyncio.sleep(0)  # Its first step, and those of what it gathers: they send.
            await asyncio.sleep(0)
        return task

    async def _wait_for(self, use: Use, ms: float) -> "tuple[list[str], Glance] | None":
        """None: found. Else a glance at the page from shortly before the end of the wait."""
        looking, selector = use.looking, use.call.selector
        until = use.call.spent_ms() + ms
        if await looking.appears(selector, ms - _GLANCE_BEFORE_MS):
            return None
        prefix = (await looking.broken(selector)).prefix
        glance = await looking.glance(prefix)
        if await looking.appears(selector, until - use.call.spent_ms()):
            return None
        return prefix, glance

    async def _healed(self, use: Use, symptom: Symptom) -> Plan:
        verdict = await Healing(self._server, self._settings, self.fingerprints, use, symptom).verdict()
        least = _LEAST_MS if verdict.selector is None else _LEAST_HEALED_MS
        left = None if symptom.reason == "strict" else _remaining(use.call, least)
        return Plan(verdict.selector or use.call.selector, left, verdict.heal, use)

    def _after(self, call: Call, plan: Plan, *, passed: bool) -> None:
        use, heal = plan.use, plan.heal
        if use is None:
            return
        if heal:
            heal["success"] = passed and plan.selector != call.selector
            if heal["success"]:
                use.test.healed.add(call.selector)
            refused = use.test.refused.get(use.key, 0)
            if heal["decision"] != "heal":
                use.test.refused[use.key] = refused + 1
            if heal["decision"] == "heal" or refused == 0:
                tell(use.test, heal)
        elif plan.seen and passed:
            plan.seen.add_done_callback(lambda seen: self._remember(use, plan, seen))

    def _remember(self, use: Use, plan: Plan, seen: "asyncio.Task[Described]") -> None:
        if seen.cancelled() or seen.exception() or use.test is not self.test:
            return
        for selector, page in seen.result():
            if page["count"] == 1 and page["elements"]:
                self.fingerprints.remember(
                    {
                        "testId": use.test.id,
                        "callSite": use.site,
                        "selector": selector,
                        "element": page["elements"][0],
                        "url": page["url"],
                        "waitedMs": round(plan.waited_ms),
                        "attempt": use.test.attempt,
                    }
                )


def _remaining(call: Call, least: float) -> float | None:
    """Of the author's own time; None: all of it, or it has no end."""
    spent = call.spent_ms()
    return max(least, round(call.timeout_ms - spent)) if call.timeout_ms and spent > _UNNOTICED_MS else None


def _is_unmet(result: object) -> bool:
    """Expectations of older versions do not raise."""
    return isinstance(result, dict) and cast("Mapping[str, object]", result).get("matches") is False
