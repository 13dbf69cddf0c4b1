"""Looks at the page through ``collect.js``: what a selector finds, and everything that it could have meant."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from pytest_shifty.calls import Call, argument_of, value_of
from pytest_shifty.legs import joined, legs_of
from pytest_shifty.waiting import within
from pytest_shifty.wire import Glance, Snapshot

QUIET_MS = 60
_PROBE_MS = 3000
_SNAPSHOT_MS = 10_000
_MOST_LOOKS = 5
_ROOT = "css=:root"
_NO_FRAME = re.compile(r"failed to find frame|frame for selector|did not resolve", re.IGNORECASE)
_HERE = Path(__file__).parent

# JSON is cut off by nothing and ten times shorter than the protocol's own form, but pages with old libraries have a
# ``toJSON`` of their own: those get the long form. A glance leaves the elements in the page.
_PROGRAM = """(matched, options) => {
  const found = (COLLECT)(matched, options);
  const plain = !Array.prototype.toJSON && !Object.prototype.toJSON && !String.prototype.toJSON;
  if (options.glance) {
    const shape = found.elements.map((element) => element.ref).join();
    return { digest: found.digest, shape };
  }
  return plain ? JSON.stringify(found) : found;
}"""


@cache
def program() -> str:
    """``collect.js`` is in the wheel; in a checkout it is where the hook for Node has it."""
    places = [_HERE / "collect.js", _HERE.parents[2] / "js" / "heal" / "collect.js"]
    file = next(place for place in places if place.exists())
    return _PROGRAM.replace("COLLECT", file.read_text("utf-8").strip().removesuffix(";"))


@dataclass(frozen=True)
class Break:
    """What resolved, what did not, what comes behind."""

    prefix: list[str]
    leg: str
    rest: list[str]


class Looking:
    def __init__(self, call: Call, test_id_attribute: str) -> None:
        self._call = call
        self._test_id_attribute = test_id_attribute

    async def matches(self, selector: str) -> Snapshot:
        """What the selector finds."""
        try:
            return cast("Snapshot", await self._run(selector, {"describe": "matches"}, _PROBE_MS))
        except Exception as error:
            if not _NO_FRAME.search(str(error)):
                raise
            return {"url": "", "title": "", "count": 0, "total": 0, "truncated": False, "elements": [], "digest": ""}

    async def count(self, selector: str) -> int:
        """How much it finds."""
        try:
            found = await within(self._call.ask("queryCount", {"selector": selector}), _PROBE_MS, "counting")
        except Exception as error:
            if not _NO_FRAME.search(str(error)):
                raise
            return 0
        return int((found or {})["value"])

    async def appears(self, selector: str, ms: float) -> bool:
        """Whether it turns up within the time."""
        params = {"selector": selector, "state": "attached", "strict": False, "omitReturnValue": True}
        try:
            await self._call.ask("waitForSelector", params, max(1, round(ms)))
        except Exception as error:
            if "Timeout" not in str(error):
                raise
            return False
        return True

    async def broken(self, selector: str) -> Break:
        """The leg that does not resolve: the last, or that of a frame."""
        legs = legs_of(selector)
        for at in range(len(legs) - 1):
            if await self.count(joined(legs[: at + 1])) != 1:
                return Break(legs[:at], legs[at], legs[at + 1 :])
        return Break(legs[:-1], legs[-1], [])

    async def glance(self, prefix: Sequence[str]) -> Glance:
        return cast(
            "Glance", await self._run(joined([*prefix, _ROOT]), {"describe": "all", "glance": True}, _SNAPSHOT_MS)
        )

    async def quiet(self, prefix: Sequence[str], earlier: Glance | None) -> Snapshot | None:
        """The page once it stands still: its digest twice the same, or at least, where a clock ticks, the same
        elements. ``earlier`` is a glance of at least ``QUIET_MS`` ago; None comes back where it keeps changing."""
        before = earlier
        for look in range(_MOST_LOOKS):
            page = await self._run(joined([*prefix, _ROOT]), {"describe": "all"}, _SNAPSHOT_MS)
            now = cast("Snapshot", page)
            shape = ",".join(element.get("ref", "") for element in now["elements"])
            if before and (before["digest"] == now["digest"] or (look > 1 and before["shape"] == shape)):
                return now
            before = {"digest": now["digest"], "shape": shape}
            await asyncio.sleep(QUIET_MS / 1000)
        return None

    async def _run(self, selector: str, options: Mapping[str, str | bool], ms: float) -> Any:
        arg = argument_of({"testIdAttribute": self._test_id_attribute, **options})
        params = {"selector": selector, "expression": program(), "isFunction": True, "arg": arg}
        found = await within(self._call.ask("evalOnSelectorAll", params), ms, "looking at the page")
        value = value_of((found or {}).get("value"))
        return json.loads(value) if isinstance(value, str) else value
