"""From a locator that is taken for broken to what is sent in its place, if anything: look, ask, look again."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, cast

from pytest_shifty.calls import Call
from pytest_shifty.code import code_of
from pytest_shifty.fingerprints import Fingerprints
from pytest_shifty.legs import joined
from pytest_shifty.locators import Locators
from pytest_shifty.looking import Break, Looking
from pytest_shifty.running import RunningTest
from pytest_shifty.server import Server
from pytest_shifty.settings import Settings
from pytest_shifty.telling import cut, picture, shortly
from pytest_shifty.wire import Alternative, Decision, Element, Glance, Heal, HealAnswer, Mode, Place, Reason, Snapshot

_MOST_ASKS = 3
_ANSWER_MS = 15_000
# What the real call gets at least.
_LEAST_MS = 300
_FRAMES = frozenset({"iframe", "frame"})
_IDENTITY = ("tag", "id", "name", "type", "role", "accessibleName", "text", "testId", "href", "placeholder", "visible")


@dataclass(frozen=True)
class Use:
    """A locator, where and for what it is used."""

    call: Call
    test: RunningTest
    places: list[Place]
    action: str
    mode: Mode
    looking: Looking

    @property
    def site(self) -> Place:
        return self.places[0]

    @property
    def key(self) -> str:
        return f"{self.site['file']}:{self.site['line']} {self.call.selector}"


@dataclass(frozen=True)
class Symptom:
    reason: Reason
    waited_ms: float
    available_ms: float
    """When the call began; may be infinite."""
    earlier: "tuple[list[str], Glance] | None"
    """A glance at the page behind these legs, from shortly before the end of the wait."""


class Verdict(NamedTuple):
    selector: str | None
    """None: the original."""
    heal: Heal | None
    """None: nothing to tell."""


class _Look(NamedTuple):
    at: Break
    page: Snapshot


class Healing:
    def __init__(self, server: Server, settings: Settings, threads: Fingerprints, use: Use, symptom: Symptom) -> None:
        self._server = server
        self._settings = settings
        self._in_thread: Callable[[Callable[[], object]], asyncio.Future[object]] = threads.in_thread
        self._use = use
        self._symptom = symptom
        self._earlier = symptom.earlier
        self._looking = use.looking
        self._locators = Locators(use.call, use.looking, use.test.test_id_attribute)
        self._started = time.monotonic()
        self._waited_ms = symptom.waited_ms

    async def verdict(self) -> Verdict:
        for _ in range(_MOST_ASKS):
            if self._left_ms() <= 0:
                return self._refusal("There was no time left to look for it.")
            look = await self._look()
            if look is None:
                return self._refusal("The page keeps changing.")
            answer = await self._ask(look)
            if answer["decision"] == "wait":
                if await self._wait_on(answer.get("waitMs") or 0):
                    return Verdict(None, None)
                continue
            if verdict := await self._act(look, answer):
                return verdict
        return self._refusal("The page kept changing under the element that was chosen.")

    def _left_ms(self) -> float:
        """What may still be spent before the real call."""
        return self._symptom.available_ms - self._use.call.spent_ms() - _LEAST_MS

    async def _look(self) -> _Look | None:
        """None: the page does not come to rest."""
        at = await self._looking.broken(self._use.call.selector)
        earlier, self._earlier = self._earlier, None
        page = await self._looking.quiet(at.prefix, earlier[1] if earlier and earlier[0] == at.prefix else None)
        if page is None:
            return None
        elements = page["elements"]
        if at.rest:
            elements = [element for element in elements if element.get("tag") in _FRAMES]
        if self._symptom.reason == "strict":
            # Too many were found: it is one of them.
            matches = await self._looking.matches(self._use.call.selector)
            refs = {element.get("ref") for element in matches["elements"]}
            elements = [element for element in elements if element.get("ref") in refs]
        return _Look(at, {**page, "elements": elements})

    async def _ask(self, look: _Look) -> HealAnswer:
        at, page = look
        request = {
            "project": self._settings.project,
            "runId": self._settings.run_id,
            "testId": self._use.test.id,
            "selector": joined([*at.prefix, at.leg]) if at.rest else self._use.call.selector,
            "leg": at.leg,
            "action": "frame" if at.rest else self._use.action,
            "reason": self._symptom.reason,
            "callSite": self._use.site,
            "url": page["url"],
            "waitedMs": round(self._waited_ms),
            "mode": self._use.mode,
            "candidates": page["elements"],
            "truncated": page["truncated"],
        }
        ms = min(_ANSWER_MS, max(_LEAST_MS, self._left_ms()))
        answer = await self._in_thread(lambda: self._server.post("/healing/heal", request, ms))
        return cast("HealAnswer", answer)

    async def _wait_on(self, ms: float) -> bool:
        """It has needed longer before. Whether the original is right by now."""
        began = time.monotonic()
        right = await self._turns_right(max(0.0, min(ms, self._left_ms())))
        self._waited_ms += (time.monotonic() - began) * 1000
        self._started += time.monotonic() - began
        return right

    async def _turns_right(self, ms: float) -> bool:
        if self._symptom.reason == "not-found":
            return await self._looking.appears(self._use.call.selector, ms)
        await asyncio.sleep(ms / 1000)
        return await self._looking.count(self._use.call.selector) == 1

    async def _act(self, look: _Look, answer: HealAnswer) -> Verdict | None:
        """None: look again."""
        at, page = look
        index = answer.get("candidate")
        chosen = page["elements"][index] if index is not None and 0 <= index < len(page["elements"]) else None
        if chosen is None or answer["decision"] == "refuse":
            return Verdict(None, self._heal(answer, page, "refuse"))
        heals = answer["decision"] == "heal" and self._use.mode == "heal"
        leg = await self._locators.idiomatic(at.prefix, chosen)
        healed = joined([*at.prefix, leg, *at.rest])
        heal = self._heal(answer, page, "heal" if heals else "propose")
        heal["healedSelector"], heal["healedLocator"] = healed, code_of(healed)
        heal["after"] = shortly(chosen)
        heal["alternatives"] = self._alternatives(look, answer)
        if self._left_ms() > 10 * _LEAST_MS:
            heal["screenshot"] = await picture(self._use.test, self._use.call, joined([*at.prefix, leg]))
        if not heals:
            return Verdict(None, heal)
        if not await self._is_still_so(at, chosen):
            return None
        if at.rest and await self._looking.count(healed) == 0:
            return self._refusal("The frame that was found holds no such element.")
        heal["executionTimeMs"] = self._taken_ms()
        return Verdict(healed, heal)

    async def _is_still_so(self, at: Break, chosen: Element) -> bool:
        """The original still fails, and the chosen one still stands there as it was."""
        original, now = await asyncio.gather(
            self._looking.count(self._use.call.selector),
            self._looking.matches(joined([*at.prefix, chosen.get("ref", "")])),
        )
        fails = original > 1 if self._symptom.reason == "strict" else original == 0
        return fails and now["count"] == 1 and _is_unchanged(chosen, now["elements"])

    def _alternatives(self, look: _Look, answer: HealAnswer) -> list[Alternative]:
        elements = look.page["elements"]
        return [
            {
                "locator": cut(self._locators.short(look.at.prefix, elements[one["candidate"]]), 500),
                "confidence": one["confidence"],
            }
            for one in (answer.get("alternatives") or [])[:4]
            if 0 <= one["candidate"] < len(elements)
        ]

    def _refusal(self, explanation: str) -> Verdict:
        return Verdict(None, self._heal({"decision": "refuse", "explanation": explanation}, None, "refuse"))

    def _taken_ms(self) -> int:
        return round((time.monotonic() - self._started) * 1000)

    def _heal(self, answer: HealAnswer, page: Snapshot | None, decision: Decision) -> Heal:
        return {
            "originalSelector": cut(self._use.call.selector),
            "originalLocator": cut(code_of(self._use.call.selector)),
            "healedSelector": None,
            "healedLocator": None,
            "decision": decision,
            "confidence": answer.get("confidence") or 0.0,
            "strategy": answer.get("strategy") or "css-hierarchy-analysis",
            "success": False,
            "reason": self._symptom.reason,
            "action": self._use.action,
            "explanation": cut(answer.get("explanation") or ""),
            "alternatives": [],
            "callSite": self._use.site,
            "frames": self._use.places[:20],
            "pageUrl": cut(page["url"] if page else ""),
            "before": shortly(answer.get("fingerprint")),
            "after": None,
            "waitedMs": round(self._waited_ms),
            "executionTimeMs": self._taken_ms(),
            "screenshot": None,
        }


def _is_unchanged(was: Element, now: list[Element]) -> bool:
    return bool(now) and all((was.get(key) or "") == (now[0].get(key) or "") for key in _IDENTITY)
