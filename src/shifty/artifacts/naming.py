"""What an artifact is called, from a name that anybody may have made up."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from shifty.artifacts.model import ArtifactType

DEFAULT_NAMES: Final[Mapping[ArtifactType, str]] = {
    "trace": "trace.zip",
    "screenshot": "screenshot.png",
    "video": "video.webm",
    "log": "log.txt",
}
LONGEST: Final = 120
"""Characters of a name; its ending stays."""
_LONGEST_ENDING = 16
_ALLOWED = frozenset("._-+@=,()[] ")
_UNSAFE_IN_KEYS = re.compile(r"[^A-Za-z0-9._-]+")


def safe_name(given: str, kind: ArtifactType) -> str:
    """A plain file name: no folders, no control characters, nothing that a shell, a header or a page would read.

    Where nothing of the given one remains, it is the usual one of its kind.
    """
    base = re.split(r"[/\\]", given)[-1]
    composed = unicodedata.normalize("NFC", base.encode(errors="replace").decode())
    kept = "".join(letter if letter.isalnum() or letter in _ALLOWED else "-" for letter in composed)
    return _shortened(kept.lstrip(" .-").rstrip(" .")) or DEFAULT_NAMES[kind]


def name_in_header(raw: str) -> str:
    """The text of a header, which the framework has read as Latin-1: UTF-8 or percent-encoded, as clients send it."""
    try:
        text = raw.encode("latin-1").decode()
    except UnicodeError:
        text = raw
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text


def storage_key(tenant_id: UUID, run_id: UUID, kind: str, name: str, artifact_id: UUID, now: datetime) -> str:
    """``tenant/run/type/<time>-<unique>-name``, of letters, digits and ``. _ -`` alone."""
    stamp = int(now.astimezone(UTC).timestamp())
    plain = _UNSAFE_IN_KEYS.sub("-", name).strip("-.") or kind
    return f"{tenant_id}/{run_id}/{kind}/{stamp}-{artifact_id.hex[:12]}-{plain}"


def _shortened(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > _LONGEST_ENDING:
        return name[:LONGEST].rstrip(" .")
    return stem[: LONGEST - len(ending) - 1].rstrip(" .") + "." + ending
