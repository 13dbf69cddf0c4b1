"""Lists a Playwright suite without running it, and lists the rest when some files of it do not load."""

import asyncio
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shifty import wire
from shifty.errors import UsageError
from shifty.worker.playwright import events as ev
from shifty.worker.playwright.arguments import Arguments, split_arguments
from shifty.worker.playwright.environment import ReporterOptions, command, environment
from shifty.worker.playwright.faults import file_of, relative, run_error
from shifty.worker.playwright.locate import Installation, locate
from shifty.worker.playwright.model import ListedTest, ProjectInfo, Stage, Suite, WebServer

_MOST_LISTINGS = 24
"""Tries to find the files that do not load when the errors do not name them."""


@dataclass(frozen=True)
class _Listing:
    configured: ev.Configured | None
    tests: tuple[ev.TestEvent, ...]
    errors: tuple[ev.Fault, ...]
    files: frozenset[str]
    printed: str


async def list_suite(
    project_dir: Path,
    *,
    config: Path | None = None,
    files: Sequence[str] = (),
    extra_args: Sequence[str] = (),
) -> Suite:
    """Ask Playwright which tests there are.

    A file that does not load stops Playwright from listing anything. Here it becomes one of ``Suite.errors`` and the
    others are listed. A run with errors must not end as passed.

    Raises:
        UsageError: a wrong path, no Playwright or one that is too old, no Node, a configuration that does not load,
            no tests, or an option that Shifty has to set itself.
    """
    place = locate(project_dir, config)
    arguments = split_arguments(extra_args)
    listing = await _list(place, arguments, files)
    if listing.configured is None:
        raise UsageError(_refused(place, listing.printed))
    broken: dict[str, list[ev.Fault]] = {}
    others: tuple[ev.Fault, ...] = ()
    if listing.errors:
        listing, broken, others = await _list_the_rest(place, arguments, files, listing)
    suite = _suite(place, arguments, listing, broken, others)
    if not suite.tests and not suite.errors:
        raise UsageError(_nothing_found(place, files))
    _require_names(suite.tests)
    return suite


def _require_names(tests: Sequence[ListedTest]) -> None:
    """Of two tests with one identity the results would be one, and a failure could pass for its twin's success."""
    seen: set[str] = set()
    for test in tests:
        if test.test_id in seen:
            titles = " › ".join(test.ref.title_path or [test.ref.test_name])
            which = f'called "{test.ref.project_name}"' if test.ref.project_name else "without a name"
            raise UsageError(
                f"{test.ref.test_file} › {titles} is there twice, in two projects {which}, and nothing tells which is "
                "which: each project in Playwright's configuration needs a `name` of its own."
            )
        seen.add(test.test_id)


async def _list(
    place: Installation, arguments: Arguments, files: Sequence[str], exclude: Iterable[str] = ()
) -> _Listing:
    with tempfile.TemporaryDirectory(prefix="shifty-list-") as folder:
        file = Path(folder) / "events.ndjson"
        options = ReporterOptions(file, list=True, exclude=tuple(exclude))
        process = await asyncio.create_subprocess_exec(
            # The user's reporters would write their reports, or tell the world, about a run that is none.
            *command(place, ["--list", "--reporter=null", *arguments.run, *arguments.choose, *files]),
            cwd=place.project_dir,
            env=environment(options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            printed, _ = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            raise
        lines = file.read_bytes().splitlines() if file.exists() else []
    return _listing(filter(None, map(ev.parse, lines)), printed.decode(errors="replace"))


def _listing(events: Iterable[ev.AnyEvent], printed: str) -> _Listing:
    configured: ev.Configured | None = None
    tests: tuple[ev.TestEvent, ...] = ()
    errors: list[ev.Fault] = []
    files: frozenset[str] = frozenset()
    for event in events:
        match event:
            case ev.Configured():
                configured = event
            case ev.Begin(tests=found):
                tests = tuple(found)
            case ev.ErrorEvent(error=error):
                errors.append(error)
            case ev.End(files=found):
                files = frozenset(found)
            case _:
                pass
    return _Listing(configured, tests, tuple(errors), files, printed)


async def _list_the_rest(
    place: Installation, arguments: Arguments, files: Sequence[str], first: _Listing
) -> tuple[_Listing, dict[str, list[ev.Fault]], tuple[ev.Fault, ...]]:
    """List without the files that do not load, found by what the errors say or else by halving."""
    broken: dict[str, list[ev.Fault]] = {}
    suspects = first.files
    listing = first
    for _ in range(_MOST_LISTINGS):
        real = [error for error in listing.errors if not _says_no_tests(error)]
        # A file that is left out and still in an error is no test file: a test file loads it.
        innocent = {file for fault in real if (file := file_of(fault, broken))}
        broken = {file: faults for file, faults in broken.items() if file not in innocent}
        suspects -= innocent | broken.keys()
        if not real:
            return listing, broken, ()
        blamed = _by_file(real, suspects)
        if not blamed:
            file = await _find_broken(place, arguments, files, first.files, suspects)
            if file is None:
                return listing, broken, tuple(real)
            blamed = {file: real[:1]}
        broken |= blamed
        listing = await _list(place, arguments, files, broken)
    return listing, broken, listing.errors


def _by_file(faults: Sequence[ev.Fault], suspects: frozenset[str]) -> dict[str, list[ev.Fault]]:
    blamed: dict[str, list[ev.Fault]] = {}
    for fault in faults:
        if file := file_of(fault, suspects):
            blamed.setdefault(file, []).append(fault)
    return blamed


async def _find_broken(
    place: Installation,
    arguments: Arguments,
    files: Sequence[str],
    everything: frozenset[str],
    suspects: frozenset[str],
) -> str | None:
    """One file of ``suspects`` that does not load, by leaving out half of them again and again."""
    while len(suspects) > 1:
        half = frozenset(sorted(suspects)[: len(suspects) // 2])
        listing = await _list(place, arguments, files, everything - half)
        guilty = any(not _says_no_tests(error) for error in listing.errors)
        suspects = half if guilty else suspects - half
    return next(iter(suspects), None)


def _says_no_tests(fault: ev.Fault) -> bool:
    return "No tests found" in fault.message


def _suite(
    place: Installation,
    arguments: Arguments,
    listing: _Listing,
    broken: dict[str, list[ev.Fault]],
    others: tuple[ev.Fault, ...],
) -> Suite:
    configured = listing.configured
    assert configured is not None
    stages = _stages(configured.projects)
    wanted = _focused(listing.tests, stages)
    repeats = {project.name: project.repeat_each for project in configured.projects}
    tests = tuple(_listed(place.root, test, stages, repeats) for test in wanted)
    errors = [run_error(place.root, fault, file) for file, faults in broken.items() for fault in faults]
    errors += [run_error(place.root, fault) for fault in others]
    return Suite(
        root=place.root,
        project_dir=place.project_dir,
        config=place.config,
        config_dir=place.config_dir,
        node=place.node,
        playwright_cli=place.cli,
        version=configured.version,
        tests_dir=Path(configured.root_dir),
        output_dir=Path(configured.projects[0].output_dir),
        projects=tuple(
            ProjectInfo(project.name, tuple(project.dependencies), project.teardown, stages.get(project.name, "test"))
            for project in configured.projects
        ),
        tests=tests,
        web_servers=tuple(_server(place.config_dir, server) for server in configured.web_servers),
        errors=tuple(errors),
        run_args=arguments.run,
        global_timeout_ms=int(configured.global_timeout_ms),
        test_id_attribute=_test_id_attribute(configured.projects),
    )


def _test_id_attribute(projects: Sequence[ev.ProjectEvent]) -> str | None:
    named = {project.test_id_attribute for project in projects}
    return named.pop() if len(named) == 1 else None


def _stages(projects: Sequence[ev.ProjectEvent]) -> dict[str, Stage]:
    stages: dict[str, Stage] = {}
    for project in projects:
        for dependency in project.dependencies:
            stages[dependency] = "setup"
    for project in projects:
        if project.teardown:
            stages[project.teardown] = "teardown"
    return stages


def _focused(tests: Sequence[ev.TestEvent], stages: dict[str, Stage]) -> Sequence[ev.TestEvent]:
    """What ``test.only`` leaves. Listing ignores it; a run would not."""
    if not any(test.focused for test in tests):
        return tests
    return [test for test in tests if test.focused or test.project in stages]


def _listed(root: Path, test: ev.TestEvent, stages: dict[str, Stage], repeats: dict[str, int]) -> ListedTest:
    return ListedTest(
        ref=ref_of(root, test),
        # Choosing a test chooses all its repetitions, so a file with repetitions stays in one piece.
        parallel=test.parallel and repeats.get(test.project, 1) <= 1,
        stage=stages.get(test.project, "test"),
        path=Path(test.file),
        playwright_id=test.id,
        retries=test.retries,
    )


def ref_of(root: Path, test: ev.TestEvent) -> wire.TestRef:
    """The test as it is named on the wire."""
    return wire.TestRef(
        test_file=relative(root, test.file),
        test_name=test.title_path[-1] if test.title_path else "",
        title_path=test.title_path,
        project_name=test.project,
        line=test.line,
        tags=test.tags,
        repeat=test.repeat,
        serial=test.together,
    )


def _server(config_dir: Path, server: ev.ServerEvent) -> WebServer:
    return WebServer(
        command=server.command,
        url=server.url,
        reusable=server.reusable,
        port_only=server.port_only,
        cwd=os.path.join(config_dir, server.cwd or ""),  # noqa: PTH118 - keeps an absolute cwd, as Playwright does
        env=server.env,
        name=server.name,
        timeout_s=server.timeout_ms / 1000,
        ignore_https_errors=server.ignore_https_errors,
        reuse=server.reuse,
        stop_signal=server.stop_signal,
        stop_timeout_s=server.stop_timeout_ms / 1000,
        printed=server.printed,
    )


def _refused(place: Installation, printed: str) -> str:
    what = place.config or place.project_dir
    lines = [line for line in printed.strip().splitlines() if line.strip()]
    said = " ".join(line.strip() for line in lines[:6]) or "it printed nothing"
    return f"Playwright does not load {what}: {said}"


def _nothing_found(place: Installation, files: Sequence[str]) -> str:
    if files:
        return f"Playwright finds no tests in {place.project_dir} that match {' '.join(files)}: check the paths."
    return f"Playwright finds no tests in {place.project_dir}: check testDir and testMatch in the configuration."
