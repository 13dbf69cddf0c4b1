"""Which heals of a run carry a change, and what there is to show for them: pure."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from shifty.healing.model import Event
from shifty.pull_requests.errors import NoConfidentHeal
from shifty.pull_requests.model import MIN_CONFIDENCE, Evidence, Offer, OfferedFile, PatchedFile
from shifty.wire import Heal

MOST_TESTS = 20
"""Of one locator."""

Shown: TypeAlias = tuple[Event, str | None]
"""An event, and the address of the picture of its element."""


def patch_of(offer: Offer, events: Sequence[Shown], messages: Mapping[str, str]) -> list[PatchedFile]:
    """The files with what speaks for them.

    What the caller says about its heals is not taken over: only what their tests have reported.

    Raises:
        NoConfidentHeal: nothing speaks for a file.
    """
    patch = [_patched(file, _speaking_for(file, offer.files, events), messages[file.path]) for file in offer.files]
    if without := [file.path for file in patch if not file.evidence]:
        raise NoConfidentHeal(offer.run_id, without)
    return patch


def _patched(file: OfferedFile, events: Sequence[Shown], message: str) -> PatchedFile:
    found: dict[tuple[str, str], list[Shown]] = {}
    for event, screenshot_url in events:
        heal = event.heal
        if event.healed and heal.original_selector in file.selectors and _carries(heal):
            found.setdefault((_original(heal), _healed(heal)), []).append((event, screenshot_url))
    evidence = [_evidence(file.path, same) for same in found.values()]
    return PatchedFile(path=file.path, content=file.content, message=message, evidence=evidence)


def _speaking_for(file: OfferedFile, files: Sequence[OfferedFile], events: Sequence[Shown]) -> list[Shown]:
    """Heals of steps in this file; and such as no file with their locator was under way for.

    A page object makes its locators long before the step that needs healing, so the stack may not name its file.
    """
    found: list[Shown] = []
    for shown in events:
        heal = shown[0].heal
        under_way = {one.path for one in files if heal.original_selector in one.selectors} & _files(heal)
        if file.path in under_way or not under_way:
            found.append(shown)
    return found


def _carries(heal: Heal) -> bool:
    return heal.success and heal.decision == "heal" and heal.confidence >= MIN_CONFIDENCE


def _files(heal: Heal) -> set[str]:
    """The test's own code that was under way: where its locator can stand."""
    places = [*heal.frames, *([heal.call_site] if heal.call_site else [])]
    return {place.file.replace("\\", "/").removeprefix("./") for place in places}


def _evidence(path: str, shown: Sequence[Shown]) -> Evidence:
    """Of one locator in one or more tests. It is as sure as the least sure of them."""
    least = min((event.heal for event, _ in shown), key=lambda heal: heal.confidence)
    tests = dict.fromkeys(" › ".join([event.file, *event.title_path]) for event, _ in shown)
    return Evidence(
        path=path,
        original=_original(least),
        healed=_healed(least),
        confidence=least.confidence,
        strategy=least.strategy,
        explanation=least.explanation,
        tests=list(tests)[:MOST_TESTS],
        screenshot_url=next((url for _, url in shown if url), None),
    )


def _original(heal: Heal) -> str:
    return heal.original_locator or heal.original_selector


def _healed(heal: Heal) -> str:
    return heal.healed_locator or heal.healed_selector or ""
