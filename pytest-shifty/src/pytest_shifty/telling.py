"""Tells what became of a broken locator: as properties of the test, for every report, and a picture of the element."""

import base64
import json
from typing import Any

from pytest_shifty.calls import Call, part
from pytest_shifty.running import RunningTest
from pytest_shifty.waiting import within
from pytest_shifty.wire import Element, Heal, ShortElement

PROPERTY = "shifty:heal"
"""Of pytest's ``user_properties``: its value is the heal as JSON."""

_LONGEST = 2000
_LONGEST_PROPERTY = 30_000
_SCREENSHOT_MS = 1500
_MARK = "rgba(255, 0, 128, 0.35)"


class HealedLocator(UserWarning):
    """A locator was healed: the test passed, but its code is behind the page."""


def cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def shortly(element: Element | None) -> ShortElement | None:
    if not element:
        return None
    own = {key: str(element.get(key, "")) for key in ("id", "name", "type", "placeholder", "href")}
    classes = {"class": " ".join(element.get("classes", []))}
    known = {**own, **classes, **element.get("attributes", {}), **element.get("data", {})}
    said = [(key, cut(str(value), 200)) for key, value in known.items() if value]
    return {
        "tag": element.get("tag", ""),
        "role": element.get("role", ""),
        "name": cut(element.get("accessibleName") or element.get("text") or "", 200),
        "attributes": dict(said[:20]),
        "box": [element.get("x", 0), element.get("y", 0), element.get("w", 0), element.get("h", 0)],
    }


def kind_of(heal: Heal) -> str:
    if heal["decision"] == "heal":
        return "healed" if heal["success"] else "heal-failed"
    return "heal-proposed" if heal["decision"] == "propose" else "heal-refused"


def sentence_of(heal: Heal) -> str:
    place = f"{heal['callSite']['file']}:{heal['callSite']['line']}"
    was = (
        f"{heal['originalLocator']} {'found more than one element' if heal['reason'] == 'strict' else 'found nothing'}"
    )
    sure = f"{round(heal['confidence'] * 100)} % sure"
    why = f" {heal['explanation']}" if heal["explanation"] else ""
    if heal["decision"] == "refuse":
        return f"{was} ({place}), and nothing on the page is surely meant.{why}"
    if heal["decision"] == "propose":
        return f"{was} ({place}). Perhaps meant: {heal['healedLocator']} ({sure}).{why}"
    end = "" if heal["success"] else " The step failed all the same."
    return f"{was} ({place}); went on with {heal['healedLocator']} ({sure}).{end}{why}"


def tell(test: RunningTest, heal: Heal) -> None:
    test.told.append(heal)
    test.item.user_properties.append((PROPERTY, _described(heal)))
    test.item.user_properties.append((kind_of(heal), sentence_of(heal)))


def _described(heal: Heal) -> str:
    text = json.dumps(heal)
    if len(text) <= _LONGEST_PROPERTY:
        return text
    less: Heal = {**heal, "alternatives": [], "frames": heal["frames"][:5], "before": None, "after": None}
    return json.dumps({**less, "explanation": cut(heal["explanation"], 500)})


async def picture(test: RunningTest, call: Call, selector: str) -> str | None:
    """The page with the element under a tint, which Playwright lays over it for the moment of the picture."""
    try:
        frame = {"guid": part(call.frame, "_guid")}
        look: dict[str, Any] = {"type": "png", "caret": "initial", "animations": "allow", "scale": "css"}
        mask = {"mask": [{"frame": frame, "selector": selector}], "maskColor": _MARK}
        page = part(call.frame, "_page")
        taken = call.ask("screenshot", {**look, **mask}, _SCREENSHOT_MS, of=page)
        answer = await within(taken, _SCREENSHOT_MS, "a picture")
        name = f"shifty-heal-{len(test.told) + 1}.png"
        path = test.output_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode((answer or {})["binary"]))
    except Exception:  # noqa: BLE001 - A heal without its picture is told all the same.
        return None
    return name
