"""Reads elements as the open fingerprint data writes them: flat and in snake_case, or as our collector does."""

from typing import cast

import msgspec

from shifty.healing.engine.element import Element

_NUMBERS = ("x", "y", "w", "h")
_RENAMED = {field.name: field.encode_name for field in msgspec.structs.fields(Element)}


def read_element(raw: object) -> Element:
    """Null counts as unknown, unknown fields are ignored.

    Raises:
        msgspec.ValidationError: it is no element; the message names the field.
    """
    if not isinstance(raw, dict):
        raise msgspec.ValidationError("Expected `object`")
    given = cast("dict[str, object]", raw)
    known = {_RENAMED.get(key, key): value for key, value in given.items() if value is not None}
    return msgspec.convert(known, Element, strict=False)
