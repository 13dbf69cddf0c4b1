"""A selector's legs: what Playwright looks for in one frame after the other."""

from collections.abc import Sequence

_ENTER = " >> internal:control=enter-frame >> "


def legs_of(selector: str) -> list[str]:
    return selector.split(_ENTER)


def joined(legs: Sequence[str]) -> str:
    return _ENTER.join(legs)
