"""From healed tests to changed files: the locators that broke, as their authors would write them now. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from shifty.pull_requests.change import Edit, FileChange, HealedTest, Repair, Unwritable
from shifty.pull_requests.locate import Search, read_segment
from shifty.pull_requests.locate_modules import Files, Sources
from shifty.pull_requests.locate_source import read_source
from shifty.pull_requests.locators import Opaque, Step, frames_of
from shifty.pull_requests.locators_code import NotCode, Style, write_steps
from shifty.pull_requests.locators_selector import read_selector
from shifty.pull_requests.message import message_of
from shifty.pull_requests.rewrite_check import misread
from shifty.pull_requests.rewrite_edit import Draft, NotWritable, draft, where_of
from shifty.wire import Heal, Location

_Refused: TypeAlias = dict[tuple[str, str, str], Unwritable]
"""By reason, place and suggestion: heals that say the same are told once."""


@dataclass
class _Wanted:
    """The heals that ask for one change."""

    draft: Draft
    healed: list[HealedTest] = field(default_factory=list[HealedTest])


def plan_repair(heals: Sequence[HealedTest], sources: Sources, *, run: str = "") -> Repair:
    """What to change so that these heals are needed no more; each heal is in one change, or in one ``Unwritable``.

    ``run`` is how the commit's message names the run: an id, an address.
    """
    files = Files(sources)
    wanted: dict[tuple[str, int, int, str], _Wanted] = {}
    unwritable: _Refused = {}
    for healed in heals:
        try:
            made = _draft(healed.heal, files)
        except NotWritable as refusal:
            _refuse(unwritable, str(refusal), refusal.where, [healed])
            continue
        wanted.setdefault((made.path, made.start, made.end, made.text), _Wanted(made)).healed.append(healed)
    kept = list(_without_conflicts(list(wanted.values()), unwritable))
    changes: list[FileChange] = []
    for path in sorted({each.draft.path for each in kept}):
        asked = [each for each in kept if each.draft.path == path]
        source = files.get(path)
        if source is None:
            continue
        after = _apply(source.text, [each.draft for each in asked])
        if fault := misread(source, after, [each.draft for each in asked]):
            for each in asked:
                _refuse(unwritable, fault, f"{path}:{each.draft.line}", each.healed)
            continue
        changes.append(change_of(path, source.text, [_edit(each) for each in asked], run))
    return Repair(tuple(changes), tuple(unwritable.values()))


def change_of(path: str, before: str, edits: Sequence[Edit], run: str = "") -> FileChange:
    """The file with these edits, and no others."""
    return FileChange(path, before, _apply(before, edits), message_of(path, edits, run), tuple(edits))


def _draft(heal: Heal, files: Files) -> Draft:
    was = read_selector(heal.original_selector)
    becomes = healed_steps(heal)
    where = f"{heal.call_site.file}:{heal.call_site.line}" if heal.call_site else ""
    if not becomes:
        raise NotWritable("Nothing says what the locator has become.", where)
    if becomes == was:
        raise NotWritable("The healed locator is the one that broke.", where)
    search = Search(files, was)
    built: NotWritable | None = None
    for place in _places(heal):
        found = search.at(place)
        if len(found) > 1:
            # Each could be meant; to change the wrong one would break what works.
            named = ", ".join(sorted(where_of(each, each.parts[0]) for each in found))
            raise NotWritable(f"Several places could have made this locator: {named}.", where)
        for located in found:
            try:
                return draft(located, was, becomes)
            except NotWritable as refusal:
                built = built or refusal
    if built:
        raise built
    raise NotWritable(
        f"No call that reads {heal.original_locator or heal.original_selector} was found here or where its value"
        f" comes from.",
        where,
    )


def _places(heal: Heal) -> Iterator[Location]:
    """The call site, then the callers: a helper may have been handed the locator."""
    seen: set[Location] = set()
    for place in [*([heal.call_site] if heal.call_site else []), *heal.frames]:
        if place not in seen:
            seen.add(place)
            yield place


def healed_steps(heal: Heal) -> tuple[Step, ...]:
    """What the locator has become, frames included: as an author would write it, else by its selector."""
    told = read_selector(heal.healed_selector) if heal.healed_selector else ()
    written = _read_code(heal.healed_locator or "")
    if not written:
        return told
    if frames_of(written):
        return written
    was = told or read_selector(heal.original_selector)
    return (*was[: frames_of(was)], *written)


def _read_code(code: str) -> tuple[Step, ...]:
    """``getByTestId('save')`` of TypeScript, ``get_by_test_id("save")`` of Python."""
    for name in ("healed.ts", "healed.py"):
        source = read_source(name, f"page.{code.removeprefix('page.')}")
        first = next((node for node in source.root.children() if node.is_named()), None) if source else None
        expression = next((node for node in first.children() if node.is_named()), None) if first else None
        if source is None or expression is None or source.broken:
            continue
        segment = read_segment(source, expression)
        steps = [step for part in segment.parts if not isinstance(part.read, Opaque) for step in part.read]
        literal = not any(isinstance(part.read, Opaque) for part in segment.parts)
        if steps and literal and segment.root.text() == "page":
            return tuple(steps)
    return ()


def suggestion_of(heal: Heal, path: str = "") -> str:
    """The healed locator as code, for a person."""
    try:
        python = path.endswith(".py")
        return write_steps(healed_steps(heal), Style(python, '"' if python else "'")).removeprefix(".")
    except NotCode:
        return heal.healed_locator or heal.healed_selector or ""


def _refuse(
    unwritable: dict[tuple[str, str, str], Unwritable], reason: str, where: str, healed: list[HealedTest]
) -> None:
    suggestion = suggestion_of(healed[0].heal, where.rpartition(":")[0])
    key = (reason, where, suggestion)
    before = unwritable[key].healed if key in unwritable else ()
    unwritable[key] = Unwritable(reason, where, suggestion, (*before, *healed))


def _without_conflicts(wanted: Sequence[_Wanted], unwritable: _Refused) -> Iterator[_Wanted]:
    for each in wanted:
        rivals = [other for other in wanted if other is not each and _overlap(each.draft, other.draft)]
        if not rivals:
            yield each
            continue
        both = " and ".join(sorted({each.draft.after, *(rival.draft.after for rival in rivals)}))
        reason = f"Heals of one locator disagree: {both}."
        _refuse(unwritable, reason, f"{each.draft.path}:{each.draft.line}", each.healed)


def _overlap(one: Draft, other: Draft) -> bool:
    return one.path == other.path and one.start < other.end and other.start < one.end


def _apply(text: str, edits: Sequence[Draft | Edit]) -> str:
    for each in sorted(edits, key=lambda edit: -edit.start):
        text = text[: each.start] + each.text + text[each.end :]
    return text


def _edit(wanted: _Wanted) -> Edit:
    made = wanted.draft
    return Edit(made.path, made.line, made.start, made.end, made.before, made.after, made.text, tuple(wanted.healed))
