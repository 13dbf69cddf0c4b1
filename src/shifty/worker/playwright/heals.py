"""What was healed in an attempt, as the hook has told it through Playwright's annotations."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from shifty import wire
from shifty.worker.playwright.faults import relative

_decoder = msgspec.json.Decoder(wire.Heal)


def heals_of(root: Path, told: Sequence[msgspec.Raw]) -> list[wire.Heal]:
    """Those that make sense, with files relative to ``root``. A test may write such an annotation itself."""
    return [heal for each in told if (heal := _read(root, each))]


def _read(root: Path, told: msgspec.Raw) -> wire.Heal | None:
    try:
        heal = _decoder.decode(told)
    except msgspec.MsgspecError:
        return None
    return msgspec.structs.replace(
        heal,
        call_site=heal.call_site and _named(root, heal.call_site),
        frames=[_named(root, frame) for frame in heal.frames],
    )


def _named(root: Path, place: wire.Location) -> wire.Location:
    """The hook knows the root, too, and may have said it so already."""
    if not Path(place.file).is_absolute():
        return place
    return wire.Location(file=relative(root, place.file), line=place.line, column=place.column)
