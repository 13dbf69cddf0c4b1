"""What a pull request says of itself, and the messages of its commits: pure."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from shifty.pull_requests.model import Evidence, PatchedFile
from shifty.pull_requests.plain import cell, code, inert, prose, seen, shortened

LONGEST_BODY: Final = 60_000
"""GitHub takes 65,536."""
LONGEST_MESSAGE: Final = 8_000
_SUBJECT: Final = 100
_LOCATOR: Final = 300
_TITLE: Final = 200
_EXPLANATION: Final = 600
_SHOWN_TESTS: Final = 5


def title_of(files: Sequence[PatchedFile]) -> str:
    """``Heal 3 locators in 2 files``."""
    return f"Heal {_count(sum(len(file.evidence) for file in files), 'locator')} in {_count(len(files), 'file')}"


def body_of(files: Sequence[PatchedFile], run_id: UUID, digest: str, verified_runs: int, base: str | None) -> str:
    """Markdown. ``base`` is the address of this server; None: it is not known, and nothing is linked."""
    evidence = [each for file in files for each in file.evidence]
    proposed = sum(each.proposed for each in evidence)
    opening = _opening(run_id, base, len(evidence) - proposed) if proposed < len(evidence) else ""
    said = " ".join(part for part in (opening, _accepted(run_id, base, proposed)) if part)
    head = "\n".join([said, "", _HEADING, *map(_row, evidence)])
    foot = "\n\n".join([_how_verified(verified_runs), _HOW_TO_STOP, marker(run_id, digest)])
    return _joined(_fitting(head, LONGEST_BODY // 2), evidence, foot)


def message_of(text: str, run_id: UUID) -> str:
    """A commit's message: what was said about it, harmless and bounded, and the run that it is from."""
    subject, _, rest = seen(text).strip().partition("\n")
    subject = inert(shortened(" ".join(subject.split()), _SUBJECT)) or "Heal locators"
    body = inert(shortened(rest.strip(), LONGEST_MESSAGE))
    run = "" if str(run_id) in body else f"Run: {run_id}"
    return "\n\n".join(part for part in (subject, body, run) if part) + "\n"


def marker(run_id: UUID, digest: str) -> str:
    return f"<!-- shifty change={digest} run={run_id} -->"


_HEADING: Final = "| Before | After | Sure | How | File |\n|---|---|---|---|---|"

_HOW_TO_STOP: Final = (
    "### If you do not want this\n\n"
    "Close this pull request: this change is then not offered again. A test annotated with `shifty:no-heal` is never"
    " healed; `shifty:propose`, or the project's healing mode `propose`, lets it fail and only suggests a locator;"
    " `off` turns healing off."
)


def _accepted(run_id: UUID, base: str | None, count: int) -> str:
    """Of those that no test was healed by."""
    if not count:
        return ""
    what, they = ("1 locator", "it") if count == 1 else (f"{count} locators", "they")
    return (
        f"{what} found nothing in run {_run(run_id, base)}, and the tests failed. Shifty only proposed what"
        f" {they} may mean; somebody has accepted that."
    )


def _run(run_id: UUID, base: str | None) -> str:
    return f"[`{str(run_id)[:8]}`]({base}/api/v1/runs/{run_id})" if base else f"`{run_id}`"


def _opening(run_id: UUID, base: str | None, count: int) -> str:
    run = _run(run_id, base)
    what, meant, tests, they = (
        ("This locator", "it meant", "The test", "it")
        if count == 1
        else (f"These {count} locators", "they meant", "The tests", "they")
    )
    return (
        f"{what} found nothing in run {run}, and Shifty went on with the element that {meant}."
        f" {tests} passed as *healed*. With this change {they} need{'s' if count == 1 else ''} no help."
    )


def _row(each: Evidence) -> str:
    sure = f"{each.confidence * 100:.0f} %"
    cells = (cell(each.original, _LOCATOR), cell(each.healed, _LOCATOR), sure, cell(each.strategy, 60))
    return f"| {' | '.join(cells)} | {cell(each.path, _TITLE)} |"


def _detail(each: Evidence) -> str:
    lines = [f"#### {code(each.original, _LOCATOR)}", ""]
    if each.explanation:
        lines += [prose(each.explanation, _EXPLANATION), ""]
    if each.accepted_by:
        lines += [f"Accepted by {code(each.accepted_by, _TITLE)}.", ""]
    lines += [f"- {code(test, _TITLE)}" for test in each.tests[:_SHOWN_TESTS]]
    if more := len(each.tests) - _SHOWN_TESTS:
        lines += [f"- and {_count(more, 'more test')}"] if more > 0 else []
    if each.screenshot_url:
        lines += ["", f"[Screenshot of the element]({each.screenshot_url})"]
    return "\n".join(lines)


def _how_verified(runs: int) -> str:
    times = "once" if runs == 1 else f"{runs} times"
    return (
        f"### How it was verified\n\nThe healed tests were run again with this change, without healing, {times}:"
        " they passed each time. That the tests still test what they should is for you to judge."
    )


def _joined(head: str, evidence: Sequence[Evidence], foot: str) -> str:
    parts = [head]
    left = LONGEST_BODY - len(head) - len(foot) - 100
    for number, each in enumerate(evidence):
        detail = _detail(each)
        left -= len(detail) + 2
        if left < 0:
            parts.append(f"… and {_count(len(evidence) - number, 'more locator')}.")
            break
        parts.append(detail)
    return "\n\n".join([*parts, foot])


def _fitting(table: str, most: int) -> str:
    """Whole rows of it."""
    if len(table) <= most:
        return table
    rows = table[:most].splitlines()[:-1]
    return "\n".join([*rows, "", f"… and {_count(table.count(chr(10)) + 1 - len(rows), 'more locator')}."])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
