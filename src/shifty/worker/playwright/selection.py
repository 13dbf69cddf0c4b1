"""How to tell Playwright which tests to run: exactly these, in any version, whatever their titles.

Files are given as anchored patterns, so that only they are loaded: a broken neighbour would abort the run. Tests are
given as one anchored ``--grep``, which Playwright matches against project, file, titles and tags joined by blanks (so
that a test "b" in a describe "a" brings a test "a b" along, whose result nobody takes). ``--test-list`` is newer and
looks made for it, but finds tests by the file that declares them, not by the spec file, takes each entry as a prefix,
and cannot say a title with ``›``, a newline or a blank at its end.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shifty.worker.playwright.model import BatchItem, ListedTest, PlannedTest, Suite, planned

# Linux refuses an argument of 128 KiB; leave room for what is around the pattern.
LONGEST_PATTERN = 100_000
_ANY_TAGS = r"(?: @\S+)*"
_SPECIAL = re.compile(r"[\\^$.*+?()\[\]{}|/]")


@dataclass(frozen=True)
class Selection:
    """The arguments of one Playwright process."""

    files: frozenset[str]
    """On the wire's terms."""
    arguments: tuple[str, ...]


def select(suite: Suite, items: Sequence[BatchItem], longest: int = LONGEST_PATTERN) -> list[Selection]:
    """One selection, or several for a batch whose titles do not fit into one command line.

    A test that runs in order with others brings them along: half of a serial group would not run as it should.
    """
    chunks: list[tuple[list[str], list[str]]] = []
    size = longest + 1
    for item in items:
        for pattern in _patterns(suite, item, longest):
            if size + len(pattern.encode()) > longest:
                chunks.append(([], []))
                size = 0
            files, patterns = chunks[-1]
            files.append(item.file)
            patterns.append(pattern)
            size += len(pattern.encode()) + 1
    return [_selection(suite, files, patterns) for files, patterns in chunks]


def _selection(suite: Suite, files: Iterable[str], patterns: Sequence[str]) -> Selection:
    names = frozenset(files)
    found = [suite.path_of(name) for name in sorted(names)]
    # Playwright matches the sources of a compiled file, whose names we do not know.
    mapped = any(path.suffix == ".js" and path.with_name(path.name + ".map").exists() for path in found)
    restrict = [] if mapped else [f"/^{escape(str(path))}$/" for path in found]
    return Selection(names, ("--grep", f"/^(?:{'|'.join(patterns)})$/", *restrict))


def _patterns(suite: Suite, item: BatchItem, longest: int) -> list[str]:
    if item.tests is None:
        project = escape(item.project_name) if item.project_name is not None else r"[^\n]*?"
        return [f"{project} {_file_pattern(suite, item.file)} [^]*"]
    listed = {test.test_id: test for test in suite.by_file.get(item.file, ())}
    groups: dict[str, list[str]] = {}
    for test in _with_company(suite, item, listed):
        tags = listed[test.test_id].ref.tags if test.test_id in listed else None
        titles = _titles_pattern(test.title_path, tags)
        groups.setdefault(test.project_name, []).append(titles)
    prefix = _file_pattern(suite, item.file)
    return [
        f"{escape(project)} {prefix} (?:{'|'.join(part)})"
        for project, titles in groups.items()
        for part in _parts(list(dict.fromkeys(titles)), longest - 2 * len(prefix) - len(project) - 100)
    ]


def _with_company(suite: Suite, item: BatchItem, listed: dict[str, ListedTest]) -> list[PlannedTest]:
    wanted = list(item.tests or ())
    keys = {
        (test.ref.project_name, test.ref.serial, test.ref.repeat)
        for one in wanted
        if (test := listed.get(one.test_id)) and test.ref.serial
    }
    known = {one.test_id for one in wanted}
    company = [
        planned(test.ref)
        for test in listed.values()
        if test.test_id not in known and (test.ref.project_name, test.ref.serial, test.ref.repeat) in keys
    ]
    return wanted + company


def _parts(titles: list[str], longest: int) -> list[list[str]]:
    parts: list[list[str]] = []
    size = longest + 1
    for title in titles:
        length = len(title.encode()) + 1
        if size + length > longest:
            parts.append([])
            size = 0
        parts[-1].append(title)
        size += length
    return parts


def _file_pattern(suite: Suite, file: str) -> str:
    return escape(suite.title_of(file))


def _titles_pattern(titles: Sequence[str], tags: Sequence[str] | None) -> str:
    # Tags of a describe stand between its title and the next; those known are allowed anywhere, others nowhere.
    if tags is None:
        between = _ANY_TAGS
    elif tags:
        between = f"(?: (?:{'|'.join(escape(tag) for tag in dict.fromkeys(tags))}))*"
    else:
        between = ""
    return between + " ".join(escape(title) + between for title in titles)


def escape(text: str) -> str:
    """``text`` as a JavaScript pattern on one line."""
    escaped = _SPECIAL.sub(lambda found: "\\" + found[0], text)
    for character, name in (("\n", r"\n"), ("\r", r"\r"), ("\u2028", r"\u2028"), ("\u2029", r"\u2029"), ("\0", r"\0")):
        escaped = escaped.replace(character, name)
    return escaped
