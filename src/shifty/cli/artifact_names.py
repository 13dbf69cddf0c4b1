"""Where a downloaded artifact goes: a folder for each attempt, readable, and safe whatever tests are called. Pure."""

import re
from collections.abc import Iterable

from shifty.client.artifacts_api import Artifact
from shifty.client.model import Result

_LONGEST = 80
_OF_THE_RUN = "run"


def paths_of(artifacts: Iterable[Artifact], tests: dict[str, Result]) -> dict[str, str]:
    """Artifact id -> relative path; the same for the same list, so that a download can be repeated."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for artifact in artifacts:
        folder = _folder(artifact, tests.get(artifact.test_id or ""))
        name = _plain(artifact.name, keep_ending=True) or "artifact"
        path, number = f"{folder}/{name}", 1
        while path in taken:
            number += 1
            stem, dot, ending = name.rpartition(".")
            path = f"{folder}/{stem}-{number}{dot}{ending}" if stem else f"{folder}/{name}-{number}"
        taken.add(path)
        found[artifact.id] = path
    return found


def _folder(artifact: Artifact, test: Result | None) -> str:
    if artifact.test_id is None:
        return _OF_THE_RUN
    again = f"-retry{artifact.attempt}" if artifact.attempt else ""
    words = [test.test_file.rpartition("/")[2].split(".")[0], *(test.title_path or [test.test_name])] if test else []
    # The id keeps tests apart whose titles look alike once they are plain.
    return "-".join([*filter(None, [_plain(" ".join(words))]), _plain(artifact.test_id)[:8]]) + again


def _plain(text: str, *, keep_ending: bool = False) -> str:
    allowed = r"[^\w.]+" if keep_ending else r"[^\w]+"
    plain = re.sub(allowed, "-", text).strip("-.")
    return plain[-_LONGEST:].lstrip("-.") if keep_ending else plain[:_LONGEST].rstrip("-")
