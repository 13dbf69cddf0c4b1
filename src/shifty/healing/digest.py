"""The digest of an element: equal for two snapshots of an element that says the same of itself."""

import hashlib
from typing import Final

import msgspec

from shifty.healing.engine.element import Element

_WHAT_IT_IS: Final = ("tag", "type", "role")
_WHICH_IT_IS: Final = (
    *("id", "name", "accessible_name", "text", "label", "placeholder", "title", "alt", "value", "href", "test_id"),
    *("classes", "data", "attributes"),
)
"""Not where it stands or what stands around it: that changes with every other change of the page."""


def digest_of(element: Element) -> str:
    """24 hexadecimal digits; '' for one that says nothing about itself: a page that was just being built."""
    which = [getattr(element, name) for name in _WHICH_IT_IS]
    if not any(which):
        return ""
    what = [getattr(element, name) for name in _WHAT_IT_IS]
    text = msgspec.json.encode([what, which], order="sorted")
    return hashlib.sha256(text).hexdigest()[:24]
