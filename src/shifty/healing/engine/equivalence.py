"""Which candidates are one and the same to a person: a link and the word in it, or the same link twice."""

from shifty.healing.engine.page import Page

_ACTIVE = frozenset({"a", "button", "label", "summary"})
_LEVELS = 3


def equivalents(page: Page, index: int) -> set[int]:
    """Candidates that do what candidate ``index`` does, itself included: they are no rivals of it."""
    one = page.looks[index]
    around = _active(page, index)
    inside = page.looks[around].path + "/" if around >= 0 and page.looks[around].path else ""
    group = page.groups[index]
    leads = links(page)
    found = {index}
    for other, it in enumerate(page.looks):
        if page.groups[other] == group or other == around or (inside and it.path.startswith(inside)):
            found.add(other)
        elif one.label and it.label == one.label:
            same_link = bool(leads[index]) and leads[index] == leads[other]
            if same_link or _nested(one.path, it.path):
                found.add(other)
    return found


def links(page: Page) -> list[str]:
    """Where a click on each candidate leads: its own link, that around it, or the one that fills it."""
    leads = [it.href for it in page.looks]
    for index, it in enumerate(page.looks):
        if it.href:
            _lend(page, leads, index)
    for index in range(page.size):
        if not leads[index] and (around := _active(page, index)) >= 0:
            leads[index] = page.looks[around].href
    return leads


def _lend(page: Page, leads: list[str], index: int) -> None:
    label, href = page.looks[index].label, leads[index]
    for _ in range(_LEVELS):
        index = page.parents[index]
        if index < 0 or leads[index] or not label or page.looks[index].label != label:
            return
        leads[index] = href


def _active(page: Page, index: int) -> int:
    """The link or button that a click on it hits: itself or an element around it; -1 without."""
    for _ in range(_LEVELS + 1):
        if index < 0 or page.looks[index].tag in _ACTIVE:
            return index
        index = page.parents[index]
    return -1


def _nested(one: str, other: str) -> bool:
    return bool(one and other) and (one.startswith(other + "/") or other.startswith(one + "/"))
