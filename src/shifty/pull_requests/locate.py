"""From the place where a broken locator was used to the expression that has to change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from shifty.pull_requests.locate_modules import Files
from shifty.pull_requests.locate_names import (
    class_around,
    class_of_variable,
    destructures,
    fixtures,
    members,
    parents_of,
    variables,
)
from shifty.pull_requests.locate_source import Link, Source, holds, line_of, start_of, values
from shifty.pull_requests.locators import Opaque, Step
from shifty.pull_requests.locators_call import Read, read_action, read_link
from shifty.wire import Location

_DEEPEST = 6
"""Definitions that lead to definitions."""


@dataclass(frozen=True, eq=False)
class Part:
    """A call that adds steps to a locator."""

    link: Link
    read: Read
    selector: SgNode | None = None
    """Of a page's own action: the argument that names the element."""


@dataclass(frozen=True, eq=False)
class Segment:
    """Calls that follow each other in one expression, and what they are called on."""

    source: Source
    root: SgNode
    parts: tuple[Part, ...]


@dataclass(frozen=True, eq=False)
class Located:
    """A whole locator, its definition first, and how many steps of the selector each part stands for.

    The last parts stand for the last steps; steps before the first part belong to what we could not read.
    """

    segments: tuple[Segment, ...]
    counts: tuple[int, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for segment in self.segments for part in segment.parts)

    @property
    def literal(self) -> bool:
        return not any(isinstance(part.read, Opaque) for part in self.parts)

    @property
    def place(self) -> tuple[str, int]:
        first = self.segments[0]
        return first.source.path, start_of(first.root)


class Search:
    """Looks for one locator, whose steps are known, in the files of a project."""

    def __init__(self, files: Files, steps: Sequence[Step]) -> None:
        self._files = files
        self._steps = steps

    def at(self, place: Location) -> list[Located]:
        """What stands at a frame of the stack and reads like the locator, the surest first; several: none is sure."""
        source = self._files.get(place.file)
        if source is None:
            return []
        offset = source.offset(place.line, place.column)
        exact = [call for call in source.calls if offset is not None and start_of(_name(source, call)) == offset]
        found = self._among(source, exact)
        if found:
            return found
        # A column of another compiler, or none: what is on the line.
        return [each for each in self._among(source, _on_line(source, place.line)) if each.literal]

    def _among(self, source: Source, calls: Sequence[SgNode]) -> list[Located]:
        found: dict[tuple[str, int], Located] = {}
        for call in calls:
            for located in self._of_call(source, call):
                before = found.get(located.place)
                if before is None or _rank(located) > _rank(before):
                    found[located.place] = located
        best = max((_rank(each) for each in found.values()), default=None)
        return [each for each in found.values() if _rank(each) == best]

    def _of_call(self, source: Source, call: SgNode) -> Iterator[Located]:
        link = source.link(call)
        if link and (action := read_action(source, link)):
            part = Part(link, action[0], action[1])
            yield from self._aligned(self._lengthened(Segment(source, link.owner, (part,)), 0))
        for expression in _expressions(source, call):
            yield from self._aligned(self._chains(source, expression, 0))

    def _aligned(self, chains: Iterator[tuple[Segment, ...]]) -> Iterator[Located]:
        for segments in chains:
            parts = [part.read for segment in segments for part in segment.parts]
            counts = _align(parts, self._steps) if parts else None
            if counts is not None:
                yield Located(_without_empty(segments), counts)

    def _chains(self, source: Source, expression: SgNode, depth: int) -> Iterator[tuple[Segment, ...]]:
        """The ways to read an expression as a locator."""
        yield from self._lengthened(read_segment(source, expression), depth)

    def _lengthened(self, segment: Segment, depth: int) -> Iterator[tuple[Segment, ...]]:
        yield (segment,)
        if depth >= _DEEPEST:
            return
        for source, value in self._definitions(segment.source, segment.root):
            if source is segment.source and holds(value, segment.root):
                continue
            for before in self._chains(source, value, depth + 1):
                yield (*before, segment)

    def _definitions(self, source: Source, root: SgNode) -> Iterator[tuple[Source, SgNode]]:
        root = source.unwrap(root)
        function = root.field("function") if root.kind() == source.dialect.call else None
        name = function if function and function.kind() == "identifier" else root
        if name.kind() == "identifier":
            yield from self._named(source, name)
        elif link := source.link(root):
            yield from self._members(source, link)

    def _named(self, source: Source, name: SgNode) -> Iterator[tuple[Source, SgNode]]:
        local = variables(source, name.text(), name)
        if local is not None:
            yield from ((source, value) for value in local)
            return
        taken_out = destructures(source, name.text())
        for each in self._files.reach(source):
            if taken_out:
                yield from ((each, value) for value in members(each, name.text(), None))
            imported = variables(each, name.text(), each.root) if each is not source else None
            yield from ((each, value) for value in [*(imported or ()), *fixtures(each, name.text())])

    def _members(self, source: Source, link: Link) -> Iterator[tuple[Source, SgNode]]:
        reached = self._files.reach(source)
        classes = self._classes(source, source.unwrap(link.owner), reached)
        for each in reached:
            yield from ((each, value) for value in members(each, link.name, classes))
            if classes is None and each is not source and link.arguments:
                # A function of a module: `locators.user(page)`.
                yield from ((each, value) for value in variables(each, link.name, each.root) or ())

    def _classes(self, source: Source, owner: SgNode, reached: Sequence[Source]) -> frozenset[str] | None:
        """Of ``this`` its class and what that extends; of a variable likewise, where its class is known."""
        name = owner.text()
        own = class_around(owner) if name in ("this", "self") else class_of_variable(source, name, owner)
        if not own:
            return None
        found, waiting = {own}, [own]
        while waiting:
            child = waiting.pop()
            parents = {name for each in reached for name in parents_of(each, child)} - found
            found |= parents
            waiting += parents
        return frozenset(found)


def read_segment(source: Source, expression: SgNode) -> Segment:
    """The calls at the end of an expression that add to a locator."""
    parts: list[Part] = []
    root = source.unwrap(expression)
    for link in source.links(expression):
        read = read_link(source, link)
        if read is None:
            break
        parts.insert(0, Part(link, read))
        root = link.owner
    return Segment(source, root, tuple(parts))


def _without_empty(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    return tuple(segment for segment in segments if segment.parts)


def _align(parts: Sequence[Read], steps: Sequence[Step]) -> tuple[int, ...] | None:
    """How many steps each part stands for, so that they are the last steps; None: they are not."""
    if not parts:
        return ()
    *before, last = parts
    lengths = range(1, len(steps) + 1) if isinstance(last, Opaque) else (len(last),)
    for length in lengths:
        if length > len(steps) or (isinstance(last, list) and last != list(steps[len(steps) - length :])):
            continue
        counts = _align(before, steps[: len(steps) - length])
        if counts is not None:
            return (*counts, length)
    return None


def _rank(located: Located) -> tuple[bool, int]:
    """Literal before built, then the one that explains more of the selector."""
    return located.literal, sum(located.counts)


def _name(source: Source, call: SgNode) -> SgNode:
    function = call.field("function") or call
    return function.field(source.dialect.name) or function


def _on_line(source: Source, line: int) -> list[SgNode]:
    return [call for call in source.calls if line_of(call) <= line <= call.range().end.line + 1]


def _expressions(source: Source, call: SgNode) -> Iterator[SgNode]:
    """What a call is made on, what stands in ``expect(…)`` before it, and what is handed to it."""
    called: SgNode | None = call
    while called is not None:
        arguments = called.field("arguments")
        yield from values(arguments) if arguments else ()
        link = source.link(called)
        if link:
            yield link.owner
        called = source.unwrap(link.owner) if link else None
