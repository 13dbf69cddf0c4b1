"""Tells names that a person wrote from names that a build or a framework made up. Those change with the next build."""

import re

_MADE_UP = [
    re.compile(r"^[:«]?r[0-9a-z]*[:»]$", re.IGNORECASE),  # React's useId
    re.compile(
        r"^(ember|ext-gen|yui|gwt-uid|mui|headlessui|radix|cdk|mat|ng|react-select|downshift)[-_:]?[\w-]*\d",
        re.IGNORECASE,
    ),
    re.compile(r"(^|[-_])(css|sc|jss|emotion|svelte|styled)-[0-9a-z]{4,}", re.IGNORECASE),
    re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE),
    re.compile(r"\d{4,}"),
    re.compile(r"__[A-Za-z0-9-]{5,}$"),  # CSS modules: button__x1Y2z
]
_SEPARATOR = re.compile(r"[-_:.]")
_HEX = re.compile(r"[0-9a-f]{8,}", re.IGNORECASE)
_CHANGES = re.compile(r"[a-z]+|\d+", re.IGNORECASE)


def is_generated(name: str) -> bool:
    """``name`` is an id, a class or a test id."""
    return any(pattern.search(name) for pattern in _MADE_UP) or any(map(_looks_hashed, _SEPARATOR.split(name)))


def _looks_hashed(token: str) -> bool:
    """Letters and digits mixed as in a hash."""
    if len(token) < 5 or not re.search(r"\d", token) or not re.search(r"[a-z]", token, re.IGNORECASE):
        return False
    return len(_CHANGES.findall(token)) >= 4 or _HEX.fullmatch(token) is not None
