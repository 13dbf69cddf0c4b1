"""Putting together what the parts of a selector say of one element."""

from collections.abc import Mapping

import msgspec

from shifty.healing.engine.element import Element

MOST_ANCESTORS = 8

_TEXTS = (
    "tag", "id", "name", "type", "role", "accessible_name", "label", "placeholder", "title", "alt", "value", "href",
    "test_id", "xpath", "idxpath", "neighbor_text", "text",
)  # fmt: skip
_TAGS: Mapping[str, str] = {
    "navigation": "nav",
    "form": "form",
    "main": "main",
    "dialog": "dialog",
    "row": "tr",
    "table": "table",
    "list": "ul",
    "listitem": "li",
    "banner": "header",
    "contentinfo": "footer",
    "complementary": "aside",
    "article": "article",
    "group": "fieldset",
    "button": "button",
    "link": "a",
}
"""Of containers by role, as authors usually write them."""


def merged(one: Element, other: Element) -> Element:
    """Both about the same element; where they disagree, the later holds."""
    changes: dict[str, object] = {field: value for field in _TEXTS if (value := getattr(other, field))}
    if other.classes:
        changes["classes"] = [*one.classes, *(name for name in other.classes if name not in one.classes)]
    if other.ancestors:
        changes["ancestors"] = [*one.ancestors, *other.ancestors][:MOST_ANCESTORS]
    if other.data:
        changes["data"] = {**one.data, **other.data}
    if other.attributes:
        changes["attributes"] = {**one.attributes, **other.attributes}
    if other.is_button:
        changes["is_button"] = True
    return msgspec.structs.replace(one, **changes) if changes else one


def inside(outer: Element, element: Element) -> Element:
    """An element found within another one: that is an ancestor, and what it says stands around the element."""
    above = [text for text in (outline(outer), *outer.ancestors) if text]
    around = outer.text or outer.neighbor_text
    return merged(element, Element(tag="", ancestors=above, neighbor_text=element.neighbor_text or around))


def outline(element: Element) -> str:
    """As ``Element.ancestors`` has it: ``form#login.card.wide``; empty if nothing of that is known."""
    tag = element.tag or _TAGS.get(element.role, "")
    identifier = f"#{element.id}" if element.id else ""
    return tag + identifier + "".join(f".{name}" for name in element.classes)
