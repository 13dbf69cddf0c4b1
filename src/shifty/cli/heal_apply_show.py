"""What ``shifty heal apply`` tells: the diff, what was taken back, what is left to a person, where the change is."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from shifty.cli.output import count
from shifty.client.pull_requests_api import HealingPr
from shifty.pull_requests.change import Edit, FileChange, HealedTest, Unwritable

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True)
class Rejected:
    """An edit that was taken back, and why."""

    edit: Edit
    reason: str


@dataclass
class Applied:
    run_id: str
    healed: int = 0
    """Heals of the run that a change could spare."""
    chosen: int = 0
    """Of them those that are sure enough."""
    times: int = 0
    """How often each test has passed with the change; 0: nothing was verified."""
    changes: tuple[FileChange, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    unwritable: tuple[Unwritable, ...] = ()
    refused: tuple[HealedTest, ...] = ()
    """Left out: somebody does not want them."""
    branch: str | None = None
    commit: str | None = None
    pushed: str | None = None
    pull_request: HealingPr | None = None

    @property
    def edits(self) -> list[Edit]:
        return [edit for change in self.changes for edit in change.edits]


def print_plan(out: Console, changes: Sequence[FileChange]) -> None:
    for change in changes:
        for line in diff(change):
            out.print(Text(line, style=_COLOURS.get(line[:1], "dim" if line.startswith(" ") else "bold")))
        for edit in change.edits:
            out.print(Text(f"  {edit.path}:{edit.line}  {_how(edit)}", style="dim"))
        out.print()


def diff(change: FileChange) -> list[str]:
    """As git shows it, with one line around each edit."""
    before, after = (text.replace("\r\n", "\n").splitlines() for text in (change.before, change.after))
    return list(difflib.unified_diff(before, after, f"a/{change.path}", f"b/{change.path}", lineterm="", n=1))


def print_unwritable(out: Console, unwritable: Sequence[Unwritable]) -> None:
    for each in unwritable:
        out.print(Text.assemble(("For you  ", "yellow"), f"{each.where}  {each.reason}"))
        out.print(Text(f"         use {each.suggestion}  ({_tests(each.healed)})", style="dim"))


def print_refused(out: Console, refused: Sequence[HealedTest]) -> None:
    for each in refused:
        out.print(Text.assemble(("Refused  ", "yellow"), f"{_place(each)}  {_change(each)}"))
        out.print(Text(f"         somebody does not want it, so it is left out  ({each.title})", style="dim"))


def _place(healed: HealedTest) -> str:
    site = healed.heal.call_site
    return f"{site.file}:{site.line}" if site else healed.test_file


def _change(healed: HealedTest) -> str:
    heal = healed.heal
    return f"{heal.original_locator or heal.original_selector} → {heal.healed_locator or heal.healed_selector}"


def print_end(out: Console, applied: Applied) -> None:
    for line, style in _end(applied):
        out.print(Text(line, style=style))


def _end(applied: Applied) -> Iterator[tuple[str, str]]:
    run = f"run {applied.run_id[:8]}"
    for each in applied.rejected:
        yield f"Taken back: {each.edit.path}:{each.edit.line}  {each.edit.before} → {each.edit.after}", "red"
        yield f"            {each.reason}", "dim"
    if not applied.healed:
        yield f"In {run} no test was healed: there is nothing to write.", ""
        return
    if not applied.chosen and len(applied.refused) == applied.healed:
        yield f"All heals of {run} were refused: there is nothing to write.", "yellow"
        return
    if not applied.chosen:
        yield f"No heal of {run} is sure enough; --min-confidence lowers the bar.", "yellow"
        return
    if not applied.changes:
        yield f"Nothing of {run} could be written.", "red"
        return
    locators, files = count(len(applied.edits), "locator"), count(len(applied.changes), "file")
    passed = f"its tests passed {count(applied.times, 'time')}" if applied.times else "NOT verified"
    yield f"{locators} healed in {files}; {passed}.", "green" if applied.times else "yellow"
    yield from ((line, "") for line in _where(applied))


def _where(applied: Applied) -> Iterator[str]:
    if applied.branch is None or applied.commit is None:
        yield "The change is in the working tree, not committed: look at it with `git diff`."
        return
    yield f"Branch {applied.branch} ({applied.commit[:10]}), your checkout is as it was: git show {applied.branch}"
    if applied.pushed:
        yield f"Pushed to {applied.pushed}."
    if pull := applied.pull_request:
        yield f"Pull request: {pull.pr_url or pull.branch_name + ' in ' + pull.repository} ({pull.pr_status})."


def _how(edit: Edit) -> str:
    surest = max((each.heal for each in edit.healed), key=lambda heal: heal.confidence)
    # 99.6 % is not certain: nothing is rounded up to it.
    return f"{min(99, int(edit.confidence * 100))} % sure, {surest.strategy}, healed in {_tests(edit.healed)}"


def _tests(healed: Sequence[HealedTest]) -> str:
    names = list(dict.fromkeys(each.title for each in healed))
    return names[0] if len(names) == 1 else count(len(names), "test")


def as_json(applied: Applied) -> dict[str, object]:
    pull = applied.pull_request
    return {
        "runId": applied.run_id,
        "changes": [
            {"path": change.path, "diff": "\n".join(diff(change)), "edits": [_edit(edit) for edit in change.edits]}
            for change in applied.changes
        ],
        "takenBack": [{**_edit(each.edit), "reason": each.reason} for each in applied.rejected],
        "unwritable": [
            {
                "where": each.where,
                "reason": each.reason,
                "suggestion": each.suggestion,
                "tests": [healed.title for healed in each.healed],
            }
            for each in applied.unwritable
        ],
        "refused": [{"where": _place(each), "change": _change(each), "test": each.title} for each in applied.refused],
        "verifiedRuns": applied.times if applied.changes else 0,
        "branch": applied.branch,
        "commit": applied.commit,
        "pullRequest": {"status": pull.pr_status, "url": pull.pr_url} if pull else None,
    }


def _edit(edit: Edit) -> dict[str, object]:
    return {
        "path": edit.path,
        "line": edit.line,
        "before": edit.before,
        "after": edit.after,
        "confidence": edit.confidence,
        "tests": [healed.title for healed in edit.healed],
    }
