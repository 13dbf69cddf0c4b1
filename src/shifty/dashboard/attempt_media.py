"""What an attempt has left behind, sorted by how it is looked at. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shifty.dashboard.words import step
from shifty.runs.model import TestArtifact

_COMPARED: Final = re.compile(r"(?P<stem>.+)-(?P<side>expected|actual|diff|previous)(?P<ending>\.(?:png|jpe?g|webp))")
_SIDES: Final = ("expected", "previous", "actual", "diff")
_SHOWN_AS_PICTURE: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")
_READABLE: Final = (".txt", ".log", ".md", ".json")
MOST_PICTURES: Final = 60


@dataclass(frozen=True)
class FileView:
    id: str
    name: str
    address: str
    size_bytes: int
    is_text: bool


@dataclass(frozen=True)
class Side:
    side: str
    file: FileView


@dataclass(frozen=True)
class Comparison:
    """The pictures of one snapshot assertion."""

    name: str
    sides: Sequence[Side]


@dataclass(frozen=True)
class Media:
    comparisons: Sequence[Comparison]
    pictures: Sequence[FileView]
    videos: Sequence[FileView]
    traces: Sequence[FileView]
    files: Sequence[FileView]

    @property
    def is_empty(self) -> bool:
        return not (self.comparisons or self.pictures or self.videos or self.traces or self.files)


def media(artifacts: Iterable[TestArtifact]) -> Media:
    compared: dict[str, dict[str, FileView]] = {}
    kinds: dict[str, list[FileView]] = {"picture": [], "video": [], "trace": [], "file": []}
    for artifact in artifacts:
        view, parts = file_view(artifact), _COMPARED.fullmatch(artifact.name)
        kind = _kind(artifact)
        if kind == "picture" and parts:
            compared.setdefault(parts["stem"] + parts["ending"], {})[parts["side"]] = view
        else:
            kinds[kind].append(view)
    comparisons: list[Comparison] = []
    for name, sides in compared.items():
        if len(sides) == 1:
            kinds["picture"].extend(sides.values())
        else:
            comparisons.append(Comparison(name, [Side(side, sides[side]) for side in _SIDES if side in sides]))
    shown, others = kinds["picture"][:MOST_PICTURES], kinds["picture"][MOST_PICTURES:]
    return Media(comparisons, shown, kinds["video"], kinds["trace"], [*kinds["file"], *others])


def file_view(artifact: TestArtifact) -> FileView:
    address = f"/files/{artifact.id}/{step(artifact.name)}"
    is_text = artifact.name.lower().endswith(_READABLE)
    return FileView(str(artifact.id), artifact.name, address, artifact.size_bytes, is_text)


def _kind(artifact: TestArtifact) -> str:
    name = artifact.name.lower()
    if artifact.type == "screenshot" and name.endswith(_SHOWN_AS_PICTURE):
        return "picture"
    if artifact.type == "video" and name.endswith((".webm", ".mp4")):
        return "video"
    return "trace" if artifact.type == "trace" else "file"
