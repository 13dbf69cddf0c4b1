"""The message of a commit that repairs locators: what was healed, how sure that was, and in which tests."""

from collections.abc import Iterable, Iterator, Sequence

from shifty.pull_requests.change import Edit

_LONGEST_SUBJECT = 72
_MOST_TESTS = 10


def message_of(path: str, edits: Sequence[Edit], run: str = "") -> str:
    """Subject and body."""
    paragraphs = ["\n".join(_told(edit)) for edit in edits]
    if run:
        paragraphs.append(f"Run: {run}")
    return "\n\n".join([_subject(path, len(edits)), *paragraphs]) + "\n"


def _subject(path: str, number: int) -> str:
    start = f"Heal {number} locator{'s' if number > 1 else ''} in "
    name = path.rpartition("/")[2]
    room = _LONGEST_SUBJECT - len(start)
    return start + (name if len(name) <= room else f"…{name[1 - room :]}")


def _told(edit: Edit) -> Iterator[str]:
    surest = max((each.heal for each in edit.healed), key=lambda heal: heal.confidence)
    yield f"{edit.path}:{edit.line}"
    yield f"- {edit.before}"
    yield f"+ {edit.after}"
    yield f"Confidence {edit.confidence:.2f}, {surest.strategy}."
    if surest.explanation:
        yield surest.explanation.strip()
    tests = _once(f"{each.test_file} › {each.title}" for each in edit.healed)
    yield "Healed in:"
    yield from (f"  {test}" for test in tests[:_MOST_TESTS])
    if len(tests) > _MOST_TESTS:
        yield f"  and {len(tests) - _MOST_TESTS} more"


def _once(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))
