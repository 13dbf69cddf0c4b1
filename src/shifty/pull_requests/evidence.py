"""Which heals of a run carry a change, and what there is to show for them: pure."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from shifty.healing.model import Event
from shifty.pull_requests.errors import HealRefused, NoConfidentHeal
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
        HealRefused: somebody does not want a heal that the change holds.
        NoConfidentHeal: nothing speaks for a file.
    """
    if unwanted := _unwanted(offer, events):
        raise HealRefused(offer.run_id, unwanted)
    patch = [_patched(file, _speaking_for(file, offer.files, events), messages[file.path]) for file in offer.files]
    if without := [file.path for file in patch if not file.evidence]:
        raise NoConfidentHeal(offer.run_id, without)
    return patch


def _patched(file: OfferedFile, events: Sequence[Shown], message: str) -> PatchedFile:
    found: dict[tuple[str, str], list[Shown]] = {}
    for event, screenshot_url in events:
        heal = event.heal
        if heal.original_selector in file.selectors and _carries(event):
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


def _unwanted(offer: Offer, events: Sequence[Shown]) -> list[str]:
    """Locators whose replacements were refused, and of which none may be written."""
    asked = {selector for file in offer.files for selector in file.selectors}
    about = [event for event, _ in events if event.heal.original_selector in asked]
    refused = {event.heal.original_selector for event in about if _word(event) == "refused"}
    return sorted(refused - {event.heal.original_selector for event in about if _carries(event)})


def _carries(event: Event) -> bool:
    """Sure, and healed a test that passed; or accepted by somebody, also where it was only proposed."""
    heal = event.heal
    if _word(event) is not None:
        return _word(event) == "accepted" and heal.decision != "refuse"
    sure = heal.success and heal.decision == "heal" and heal.confidence >= MIN_CONFIDENCE
    return sure and event.healed


def _word(event: Event) -> str | None:
    return event.decided.word if event.decided else None


def _files(heal: Heal) -> set[str]:
    """The test's own code that was under way: where its locator can stand."""
    places = [*heal.frames, *([heal.call_site] if heal.call_site else [])]
    return {place.file.replace("\\", "/").removeprefix("./") for place in places}


def _evidence(path: str, shown: Sequence[Shown]) -> Evidence:
    """Of one locator in one or more tests. It is as sure as the least sure of them."""
    least = min((event.heal for event, _ in shown), key=lambda heal: heal.confidence)
    by = next((event.decided.by for event, _ in shown if event.decided), None)
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
        accepted_by=by,
        proposed=not any(event.healed and event.heal.success for event, _ in shown),
    )


def _original(heal: Heal) -> str:
    return heal.original_locator or heal.original_selector


def _healed(heal: Heal) -> str:
    return heal.healed_locator or heal.healed_selector or ""
