"""Runs ``js/heal/collect.js`` in a page: its elements, as the engine sees them."""

from functools import cache
from typing import Literal

import msgspec
from playwright.sync_api import Page

from shifty.errors import UsageError
from shifty.healing.engine.element import Element
from shifty.shipped import shipped

MOST_ELEMENTS = 5000

# A megabyte passes three times as fast in one string. Some old libraries break JSON by a toJSON of their own.
_AS_JSON = """(matched, options) => {
  const found = (COLLECT)(matched, options);
  const isSound = [Object, Array, String, Number, Boolean].every(kind => !('toJSON' in kind.prototype));
  return isSound ? JSON.stringify(found) : found;
}"""


class Snapshot(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """Of a page at one moment."""

    url: str
    title: str
    count: int
    """How many elements the selector matched."""
    total: int
    truncated: bool
    elements: list[Element]
    digest: str
    """Another one when the described elements have changed."""


@cache
def script() -> str:
    file = shipped("heal", "collect.js")
    if file is None:
        raise UsageError("js/heal/collect.js is missing: this installation of Shifty is incomplete, install it again.")
    return file.read_text("utf-8")


def collect(
    page: Page,
    selector: str = "html",
    *,
    describe: Literal["all", "matches"] = "all",
    test_id_attribute: str = "data-testid",
    most: int = MOST_ELEMENTS,
) -> Snapshot:
    """All elements of the main document, or those that ``selector`` matches.

    Raises:
        playwright.sync_api.Error: the selector is malformed.
    """
    options = {"testIdAttribute": test_id_attribute, "most": most, "describe": describe}
    told = page.eval_on_selector_all(selector, _AS_JSON.replace("COLLECT", script()), options)
    if isinstance(told, str):
        return msgspec.json.decode(told, type=Snapshot)
    return msgspec.convert(told, Snapshot)
