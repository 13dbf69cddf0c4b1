"""A changed file is read again: it must parse, and where a locator was written it must read as meant."""

from collections.abc import Sequence

from shifty.pull_requests.locate import read_segment
from shifty.pull_requests.locate_source import Source, end_of, read_source
from shifty.pull_requests.locators import Opaque, Step
from shifty.pull_requests.rewrite_edit import Draft


def misread(before: Source, after: str, drafts: Sequence[Draft]) -> str | None:
    """Why the changed text is not to be trusted; None: it is."""
    source = read_source(before.path, after)
    if source is None or source.broken > before.broken:
        return "The changed file would not parse."
    moved = 0
    for each in sorted(drafts, key=lambda draft: draft.start):
        start = each.start + moved
        moved += len(each.text) - (each.end - each.start)
        if each.steps and not _reads(source, start + each.written, each.steps):
            return f"The changed line would not read as {each.after}."
    return None


def _reads(source: Source, end: int, steps: Sequence[Step]) -> bool:
    """Whether an expression that ends here ends with these steps."""
    nodes = [*source.calls, *source.every(source.dialect.member)]
    for node in nodes:
        if end_of(node) == end:
            parts = read_segment(source, node).parts
            read = [step for part in parts if not isinstance(part.read, Opaque) for step in part.read]
            if read[len(read) - len(steps) :] == list(steps):
                return True
    return False
