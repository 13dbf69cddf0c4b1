"""A locator for an element as an author would write it, which hits exactly that element."""

import re
from collections.abc import Sequence

from pytest_shifty.calls import Call
from pytest_shifty.code import code_of
from pytest_shifty.generated import is_generated
from pytest_shifty.legs import joined, legs_of
from pytest_shifty.looking import Looking
from pytest_shifty.waiting import within
from pytest_shifty.wire import Element, Snapshot

_GENERATE_MS = 2000
_LONGEST_TEXT = 50
_CONTAINERS = frozenset(
    {
        "form",
        "div",
        "main",
        "section",
        "article",
        "aside",
        "header",
        "footer",
        "nav",
        "ul",
        "ol",
        "table",
        "tbody",
        "tr",
    }
    | {"fieldset", "body", "dialog"}
)
_PLAIN_ID = re.compile(r"^[A-Za-z_][\w-]*$")
_STRUCTURE = re.compile(r"^(xpath=|//|\.\.)| >> nth=|nth-")
_NAMES = re.compile(r"[#.][\w-]+")
_TEST_ID = re.compile(r'^internal:testid=\[[^=]*="(.*)"s?\]$')


class Locators:
    def __init__(self, call: Call, looking: Looking, test_id_attribute: str) -> None:
        self._call = call
        self._looking = looking
        self._test_id_attribute = test_id_attribute

    async def idiomatic(self, prefix: Sequence[str], element: Element) -> str:
        """The best selector that hits the element and nothing else. ``prefix`` holds the author's legs to its frame."""
        ref = element.get("ref", "")
        candidates = spellings(element, self._test_id_attribute)
        theirs = await self._suggested(joined([*prefix, ref]))
        if theirs and not is_poor(theirs, element):
            candidates.insert(0, theirs)
        for candidate in candidates:
            found = await self._found(joined([*prefix, candidate]))
            if found and found["count"] == 1 and _is_same_place(element, found["elements"]):
                return candidate
        return ref

    def short(self, prefix: Sequence[str], element: Element) -> str:
        """Without a look at the page, for those that were not chosen."""
        best = next(iter(spellings(element, self._test_id_attribute)), element.get("ref", ""))
        return code_of(joined([*prefix, best]))

    async def _suggested(self, selector: str) -> str | None:
        """What Playwright itself would write for it; older ones have no opinion."""
        try:
            asked = self._call.ask("resolveSelector", {"selector": selector})
            answer = await within(asked, _GENERATE_MS, "a locator")
            return legs_of(str((answer or {})["resolvedSelector"]))[-1]
        except Exception:  # noqa: BLE001 - Our own spellings are as good.
            return None

    async def _found(self, selector: str) -> Snapshot | None:
        try:
            return await self._looking.matches(selector)
        except Exception:  # noqa: BLE001 - A spelling that Playwright can't read.
            return None


def is_poor(leg: str, element: Element) -> bool:
    """Whether nobody would want it in their tests."""
    if _STRUCTURE.search(leg):
        return True
    if leg.startswith("internal:text="):
        return element.get("tag") in _CONTAINERS or len(leg) > _LONGEST_TEXT
    if re.match(r"internal:(role|label|attr|testid)", leg):
        # Elsewhere than in test ids, long numbers are what people read.
        test_id = _TEST_ID.match(leg)
        return len(leg) > 4 * _LONGEST_TEXT or is_generated(test_id[1] if test_id else "")
    return any(is_generated(name[1:]) for name in _NAMES.findall(leg))


def spellings(element: Element, test_id_attribute: str) -> list[str]:
    """Our own suggestions, best first."""
    role, tag = element.get("role"), element.get("tag")
    id_ = _lasting(element.get("id", ""))
    suggested = (
        ("internal:testid=[" + test_id_attribute + "={}s]", _lasting(element.get("testId", ""))),
        ("internal:role=" + (role or "") + "[name={}i]", _brief(element.get("accessibleName", "")) if role else ""),
        ("internal:label={}i", _brief(element.get("label", ""))),
        ("internal:attr=[placeholder={}i]", element.get("placeholder", "")),
    )
    found = [form.format(_quoted(text)) for form, text in suggested if text]
    if _PLAIN_ID.match(id_):
        found.append(f"#{id_}")
    if name := element.get("name"):
        found.append(f"{tag}[name={_quoted(name)}]")
    return found


def _lasting(name: str) -> str:
    return "" if is_generated(name) else name


def _brief(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_same_place(element: Element, found: Sequence[Element]) -> bool:
    """By its place in the document: a ref is spelled by what else is known of the page."""
    place = ("xpath", "shadow")
    return bool(found) and all((element.get(key) or "") == (found[0].get(key) or "") for key in place)
