"""The verdict where GitHub Actions shows it: annotations at failed tests' lines, the step's summary, its outputs."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from shifty.cli.findings import Findings
from shifty.cli.heals import percent, replacement
from shifty.cli.output import count
from shifty.cli.quarantined import why
from shifty.cli.verdict import details
from shifty.client.healing_api import HealingEvent
from shifty.client.model import Failure, Result, Snapshot

_MOST_ANNOTATIONS = 10
"""GitHub shows no more of one step."""
_MOST_FAILURES = 50
_LONGEST_MESSAGE = 2000
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def annotations(found: Findings, folder: str = "", *, warn: bool = True) -> list[str]:
    """An ``::error`` for each failure, a ``::notice`` for each in quarantine, a warning for each heal, if ``warn``.

    ``folder`` is where the tests' paths are relative to, from the repository's root.
    """
    lines = [
        _error(_path(folder, failure.test_file), failure.line, _title(failure), failure.error_message or "failed")
        for failure in found.failed
    ]
    lines += [
        _error(_path(folder, error.test_file or ""), None, "outside of tests", error.message) for error in found.errors
    ]
    rest = len(lines) - _MOST_ANNOTATIONS
    if rest > 0:
        lines = [*lines[: _MOST_ANNOTATIONS - 1], _error("", None, "Shifty", f"{count(rest + 1, 'more failure')}.")]
    # GitHub counts errors, notices and warnings apart.
    lines += [_notice(result, folder) for result in found.quarantined[:_MOST_ANNOTATIONS]]
    return lines + (_warnings(found.healing.events, folder)[:_MOST_ANNOTATIONS] if warn else [])


def _warnings(events: Sequence[HealingEvent], folder: str) -> list[str]:
    lines: list[str] = []
    for heal in events:
        if not heal.success:
            continue
        where = heal.call_site.file if heal.call_site else heal.test_file
        line = heal.call_site.line if heal.call_site else None
        message = f"{replacement(heal)} ({percent(heal.confidence)} sure, {heal.strategy}): {heal.explanation}"
        lines.append(_told("warning", _path(folder, where), line, f"healed: {heal.test_name}", message))
    return lines


def _notice(result: Result, folder: str) -> str:
    message = f"{why(result)}\n{result.error_message or result.reason or ''}".strip()
    return _told("notice", _path(folder, result.test_file), result.line, f"quarantined: {_title(result)}", message)


def _path(folder: str, file: str) -> str:
    return f"{folder}/{file}" if folder and file else file


def _error(file: str, line: int | None, title: str, message: str) -> str:
    return _told("error", file, line, title, message)


def _told(level: str, file: str, line: int | None, title: str, message: str) -> str:
    known = {"file": file, "line": str(line) if line else "", "title": title}
    properties = ",".join(f"{name}={escape_property(value)}" for name, value in known.items() if value)
    return f"::{level} {properties}::{escape_data(_ANSI.sub('', message)[:_LONGEST_MESSAGE])}"


def escape_data(text: str) -> str:
    """As GitHub's own toolkit does for what stands behind the second ``::``."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _title(failure: Failure | Result) -> str:
    titles = " › ".join(failure.title_path or [failure.test_name])
    return f"[{failure.project_name}] {titles}" if failure.project_name else titles


def markdown(last: Snapshot, found: Findings, note: str = "") -> str:
    """The step's summary."""
    word = last.conclusion or last.status
    sign = {"passed": "✅", "flaky": "✅"}.get(word, "❌")
    numbers = [(last.passed_tests, "passed"), (last.failed_tests, "failed"), (last.flaky_tests, "flaky")]
    numbers += [(last.healed_tests, "healed")]
    numbers += [(last.skipped_tests, "skipped"), (last.not_run_tests, "not run")]
    lines = [
        f"### {sign} Shifty: {word}{details(last)}",
        "",
        ", ".join(f"{number} {name}" for number, name in numbers if number) + f" of {count(last.total_tests, 'test')}",
        "",
        *([_plain(note), ""] if note else []),
        *_failures(found.failed),
        *_quarantined(found.quarantined),
        *_healed(found.healing.events),
        *(f"- {_plain(error.test_file or 'outside of tests')}: {_plain(error.message)}" for error in found.errors),
        f"Run `{last.id}`: `shifty show {last.id}`",
        "",
    ]
    return "\n".join(lines)


def _healed(events: Sequence[HealingEvent]) -> list[str]:
    """A row for each locator that was healed, and for each that could be."""
    told = [heal for heal in events if heal.decision != "refuse"]
    if not told:
        return []
    rows = [
        f"| {_plain(heal.test_file)} › {_plain(heal.test_name)} | {_plain(replacement(heal))} "
        f"| {'healed' if heal.success else 'suggested'}, {percent(heal.confidence)} sure |"
        for heal in told[:_MOST_FAILURES]
    ]
    return ["| test | locator | |", "|---|---|---|", *rows, ""]


def _quarantined(results: Sequence[Result]) -> list[str]:
    if not results:
        return []
    rows = [
        f"| {_plain(_title(result))} ({_plain(result.test_file)}) "
        f"| {'not run' if result.status == 'notRun' else 'failed'} | {_plain(why(result))} |"
        for result in results[:_MOST_FAILURES]
    ]
    more = len(results) - len(rows)
    rest = [f"| … and {more} more | | |"] if more > 0 else []
    return ["| in quarantine | | why |", "|---|---|---|", *rows, *rest, ""]


def _failures(failed: Sequence[Failure]) -> list[str]:
    lines: list[str] = []
    for failure in failed[:_MOST_FAILURES]:
        where = f"{failure.test_file}:{failure.line}" if failure.line else failure.test_file
        message = _ANSI.sub("", failure.error_message or "")[:_LONGEST_MESSAGE]
        fence = "`" * (max([2, *(len(run) for run in re.findall(r"`+", message))]) + 1)
        lines += [
            f"<details><summary>❌ {_plain(_title(failure))} ({_plain(where)})</summary>",
            "",
            f"{fence}text",
            message,
            fence,
            "",
            "</details>",
            "",
        ]
    if len(failed) > _MOST_FAILURES:
        lines += [f"… and {len(failed) - _MOST_FAILURES} more", ""]
    return lines


def _plain(text: str) -> str:
    """Text that is neither HTML nor Markdown: titles of tests are anybody's."""
    shown = _ANSI.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", " ".join(shown.split()))


def tell_github(environ: Mapping[str, str], out: IO[str], lines: Sequence[str]) -> None:
    """Print annotations, in GitHub Actions only."""
    if environ.get("GITHUB_ACTIONS") == "true":
        out.write("".join(f"{line}\n" for line in lines))
        out.flush()


def append(file: str | None, text: str) -> None:
    """To a file that the provider names. That it can't be written changes no verdict."""
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8") as target:
            target.write(text)
    except OSError:
        return
