"""The change of one locator: which of its calls go, and what stands there instead."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ast_grep_py import SgNode

from shifty.pull_requests.locate import Located, Part, Segment
from shifty.pull_requests.locate_names import class_around, scope_of
from shifty.pull_requests.locate_source import end_of, first_of, line_of, start_of, values
from shifty.pull_requests.locators import ENTER_FRAME, Opaque, Step, counts, frames_of, is_plain_css
from shifty.pull_requests.locators_code import NotCode, Style, quoted, write_steps

_FRAMES: Final = ("frameLocator", "frame_locator")


class NotWritable(Exception):
    """The message is a sentence for the person who has to do it."""

    def __init__(self, reason: str, where: str) -> None:
        super().__init__(reason)
        self.where = where


@dataclass(frozen=True)
class Draft:
    """What replaces the characters from ``start`` to ``end``; and for the check afterwards, what must then be read
    in the first ``written`` characters of it."""

    path: str
    line: int
    start: int
    end: int
    text: str
    before: str
    after: str
    steps: tuple[Step, ...]
    written: int


@dataclass(frozen=True)
class _Region:
    """Parts of a locator, by number from the first to the last, and the steps that stand for them then."""

    first: int
    last: int
    steps: tuple[Step, ...]


def draft(located: Located, was: Sequence[Step], becomes: Sequence[Step]) -> Draft:
    """Raises: NotWritable."""
    region = _region(located, was, becomes)
    parts = located.parts
    for part in parts[region.first : region.last + 1]:
        if isinstance(part.read, Opaque):
            raise NotWritable(
                f"The locator is built by {part.read.reason}, so no literal of the source can be replaced.",
                where_of(located, part),
            )
    segment = _segment_of(located, parts[region.last])
    try:
        if segment is not _segment_of(located, parts[region.first]):
            return _across(located, segment, region, becomes)
        last = parts[region.last]
        if last.selector is not None:
            return _action(segment, last, last.selector, region.steps)
        return _chain(segment, parts[region.first], last, region.steps)
    except NotCode as error:
        raise NotWritable(
            f"The healed locator is not written: {error}.", where_of(located, parts[region.last])
        ) from error


def where_of(located: Located, part: Part) -> str:
    return f"{_segment_of(located, part).source.path}:{_line(part)}"


def _segment_of(located: Located, part: Part) -> Segment:
    return next(segment for segment in located.segments if part in segment.parts)


def _line(part: Part) -> int:
    """Of the method's name: a long chain begins above."""
    function = part.link.node.field("function") or part.link.node
    return line_of(function.field("property") or function.field("attribute") or function)


def _region(located: Located, was: Sequence[Step], becomes: Sequence[Step]) -> _Region:
    """Only the steps that differ, widened to whole calls."""
    same = _common(was, becomes)
    ends = min(_common(was[::-1], becomes[::-1]), len(was) - same, len(becomes) - same)
    starts = [len(was) - sum(located.counts[index:]) for index in range(len(located.counts))]
    stops = [start + count for start, count in zip(starts, located.counts, strict=True)]
    low, high = same, len(was) - ends
    first = next((index for index, stop in enumerate(stops) if stop > low or (low == high == stop)), len(stops) - 1)
    last = max((index for index, start in enumerate(starts) if start < high), default=first)
    last = max(first, last)
    taken = len(becomes) - (len(was) - stops[last])
    if low >= starts[0]:
        return _Region(first, last, tuple(becomes[starts[first] : taken]))
    # What the first call stands on has steps of its own, which we cannot see: it stays.
    return _Region(0, last, _below_unknown(located, tuple(becomes[frames_of(becomes) : taken])))


def _below_unknown(located: Located, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    if counts(steps):
        first = located.parts[0]
        raise NotWritable(
            f"The healed locator counts elements of the whole page, and here it would count those of"
            f" {_shown(_segment_of(located, first).root.text())}.",
            where_of(located, first),
        )
    return steps


def _common(one: Sequence[Step], other: Sequence[Step]) -> int:
    return next(
        (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _chain(segment: Segment, first: Part, last: Part, steps: Sequence[Step]) -> Draft:
    source, start, end = segment.source, first.link.start, last.link.end
    _refuse_comments(segment, start, end)
    gap = source.text[end_of(first.link.owner) : start]
    between = gap if "\n" in gap and not gap.strip() else ""
    if first is last and first.link.name in _FRAMES and _is_frame(steps):
        steps = (replace(steps[0], method="frameLocator"),)
        told = (Step("locator", steps[0].argument), ENTER_FRAME)
    else:
        told = tuple(steps)
    text = write_steps(steps, _style(segment, first.link.arguments), between)
    return _made(segment, start, end, text, told, first)


def _is_frame(steps: Sequence[Step]) -> bool:
    return len(steps) == 2 and is_plain_css(steps[:1]) and steps[1] == ENTER_FRAME


def _action(segment: Segment, part: Part, selector: SgNode, steps: Sequence[Step]) -> Draft:
    """``page.fill('#user', 'ada')`` → ``page.getByTestId('user').fill('ada')``."""
    source, link = segment.source, part.link
    arguments = link.arguments
    assert arguments is not None  # An action has them: its selector.
    literal = selector.field("value") or selector
    style = _style(segment, arguments)
    if is_plain_css(steps):
        text = quoted(str(steps[0].argument), style.quote)
        return _shown_call(_made(segment, start_of(literal), end_of(literal), text, (), part), segment, part)
    _refuse_action(segment, part)
    others = values(arguments)[1:]
    # Closing bracket, where nothing follows: a trailing comma goes too.
    end = start_of(others[0]) if others else end_of(arguments) - 1
    head = source.text[link.start : start_of(arguments) + 1]
    if others:
        head += source.text[start_of(arguments) + 1 : start_of(selector)]
    head = head.replace("waitForSelector", "waitFor").replace("wait_for_selector", "wait_for")
    _refuse_comments(segment, link.start, end)
    text = write_steps(steps, style)
    made = _made(segment, link.start, end, text + head, tuple(steps), part)
    return _shown_call(replace(made, written=len(text)), segment, part)


def _refuse_action(segment: Segment, part: Part) -> None:
    source, node = segment.source, part.link.node
    where = f"{source.path}:{_line(part)}"
    if part.link.name in ("waitForSelector", "wait_for_selector"):
        outer = next((each for each in node.ancestors() if each.kind() not in source.dialect.wrappers), node)
        if outer.kind() != "expression_statement":
            raise NotWritable("What waitForSelector returns is used, and a locator's waitFor returns nothing.", where)
    if part.link.arguments and any("strict" in each.text() for each in values(part.link.arguments)[1:]):
        raise NotWritable("The call has the option strict, which a locator's action does not take.", where)


def _across(located: Located, segment: Segment, region: _Region, becomes: Sequence[Step]) -> Draft:
    """The change begins in a definition that others use too: only this use is written anew."""
    first, last = located.parts[region.first], located.parts[region.last]
    origin = _segment_of(located, first)
    own = next(part for part in segment.parts)
    if last.selector is not None or not _is_visible(origin, segment):
        steps = _below_unknown(located, _own_steps(located, region, becomes))
        if last.selector is not None:
            return _action(segment, last, last.selector, steps)
        return _chain(segment, own, last, steps)
    start, end = start_of(segment.root), last.link.end
    _refuse_comments(segment, start, end)
    head = origin.source.text[start_of(origin.root) : first.link.start].rstrip()
    text = head + write_steps(region.steps, _style(segment, own.link.arguments))
    return _made(segment, start, end, text, region.steps, own)


def _own_steps(located: Located, region: _Region, becomes: Sequence[Step]) -> tuple[Step, ...]:
    kept = sum(located.counts[region.last + 1 :])
    return tuple(becomes[frames_of(becomes) : len(becomes) - kept])


def _is_visible(origin: Segment, use: Segment) -> bool:
    """Whether what the definition stands on can be named where it is used."""
    if origin.source is not use.source:
        return False
    name = origin.root.text().split(".")[0]
    if name in ("this", "self"):
        return class_around(origin.root) == class_around(use.root)
    return scope_of(origin.source, name, origin.root) == scope_of(use.source, name, use.root)


def _refuse_comments(segment: Segment, start: int, end: int) -> None:
    for comment in segment.source.every("comment"):
        if start <= start_of(comment) < end:
            where = f"{segment.source.path}:{line_of(comment)}"
            raise NotWritable("A comment stands inside of what would be replaced.", where)


def _style(segment: Segment, arguments: SgNode | None) -> Style:
    """In the quotes of what is replaced, else in those that the file prefers."""
    style = segment.source.style
    literal = first_of(arguments, "string") if arguments else None
    mark = literal.text()[:1] if literal else ""
    return replace(style, quote=mark) if mark in ("'", '"') and mark else style


def _made(segment: Segment, start: int, end: int, text: str, steps: tuple[Step, ...], part: Part) -> Draft:
    source, begin = segment.source, start_of(segment.root)
    before, after = source.text[begin:end], source.text[begin:start] + text
    return Draft(source.path, _line(part), start, end, text, _shown(before), _shown(after), steps, len(text))


def _shown_call(made: Draft, segment: Segment, part: Part) -> Draft:
    """A page's own action is shown whole: its selector alone would say little."""
    begin, end, text = start_of(segment.root), part.link.end, segment.source.text
    after = text[begin : made.start] + made.text + text[made.end : end]
    return replace(made, before=_shown(text[begin:end]), after=_shown(after))


def _shown(code: str) -> str:
    """On one line."""
    joined = " ".join(code.split())
    return joined.replace(" .", ".").replace("( ", "(").replace(" )", ")")
