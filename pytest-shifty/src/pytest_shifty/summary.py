"""The section ``shifty`` at the end of pytest's output: what was healed must not go unseen."""

import json
from collections.abc import Iterable, Sequence
from typing import cast

from pytest_shifty.quarantine import Quarantine
from pytest_shifty.telling import PROPERTY, kind_of
from pytest_shifty.wire import Heal

_WORDS = {
    "healed": "HEALED",
    "heal-failed": "HEALED, BUT THE STEP FAILED",
    "heal-proposed": "PROPOSED",
    "heal-refused": "NOT HEALED",
}


def heals_of(properties: Iterable[tuple[str, object]]) -> list[Heal]:
    return [cast("Heal", json.loads(str(value))) for name, value in properties if name == PROPERTY]


def lines_of(told: Sequence[tuple[str, Heal]], notes: Iterable[str]) -> list[str]:
    """``told`` holds node ids with their heals."""
    lines = [line for node_id, heal in told for line in _lines(node_id, heal)]
    if healed := [node_id for node_id, heal in told if kind_of(heal) == "healed"]:
        tests = len(set(healed))
        lines.append(
            f"{_count(len(healed), 'locator')} healed in {_count(tests, 'test')}: their code is behind the page."
        )
    return [*lines, *(f"note: {note}" for note in notes)]


def quarantine_lines(quarantine: Quarantine | None) -> list[str]:
    if not quarantine or not quarantine.verdict:
        return []
    told = [
        f"QUARANTINED {node_id}\n    {rule.reason}; {rule.owner}, until {rule.expires_at:%Y-%m-%d}"
        for node_id, rule in quarantine.excused
    ]
    return [*told, quarantine.verdict]


def _lines(node_id: str, heal: Heal) -> Iterable[str]:
    sure = "" if heal["decision"] == "refuse" else f", {round(heal['confidence'] * 100)} % sure"
    yield f"{_WORDS[kind_of(heal)]} {node_id}{sure}"
    place = heal["callSite"]
    there = f" -> {heal['healedLocator']}" if heal["healedLocator"] else ""
    yield f"    {heal['originalLocator']}{there}  at {place['file']}:{place['line']}"
    if heal["explanation"]:
        yield f"    {heal['strategy']}: {heal['explanation']}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
