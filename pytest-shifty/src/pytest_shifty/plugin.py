"""pytest's side: options, marks, which test is running, and what is said at the end."""

import os
from collections.abc import Generator, Sequence
from typing import Protocol, cast

import pytest

from pytest_shifty.notes import Notes
from pytest_shifty.patch import UnknownPlaywright, patch
from pytest_shifty.quarantine import Quarantine
from pytest_shifty.reported_run import ReportedRun
from pytest_shifty.running import NO_HEAL, PROPOSE, RunningTest
from pytest_shifty.settings import Settings
from pytest_shifty.steps import Steps
from pytest_shifty.summary import heals_of, lines_of, quarantine_lines
from pytest_shifty.telling import HealedLocator, kind_of, sentence_of
from pytest_shifty.wire import Heal

_MODES = ("off", "propose", "heal")
_NOTES = "shifty_notes"


class XdistNode(Protocol):
    workeroutput: dict[str, object]


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "heal locators that the page has outgrown: off, propose (the test fails, with a suggestion) or heal"
    parser.getgroup("shifty").addoption("--shifty-healing", choices=_MODES, default=None, help=told)
    parser.addini("shifty_healing", told, default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{NO_HEAL}: never heal a locator in this test")
    config.addinivalue_line("markers", f"{PROPOSE}: only suggest what a broken locator of this test should be")
    wanted = config.getoption("--shifty-healing") or config.getini("shifty_healing")
    try:
        settings = Settings.told(os.environ, config.rootpath, str(wanted))
    except (ValueError, TypeError, AttributeError):
        raise pytest.UsageError("SHIFTY_HEAL is no JSON of a worker of Shifty; unset it.") from None
    if settings:
        config.pluginmanager.register(ShiftyPlugin(config, settings), "shifty-plugin")


class ShiftyPlugin:
    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings
        self._notes = Notes()
        self._told: list[tuple[str, Heal]] = []
        is_worker = hasattr(config, "workerinput")
        reports = settings.reports and not is_worker
        self._run = ReportedRun(settings, config.rootpath, self._notes) if reports else None
        self._quarantine = Quarantine(settings, config.rootpath, self._notes) if reports else None
        self._steps = Steps(settings, self._notes) if settings.mode != "off" else None
        if self._steps:
            try:
                config.add_cleanup(patch(self._steps))
            except UnknownPlaywright as reason:
                self._notes.once(f"this Playwright is not known, so nothing is healed: {reason}")
                self._steps = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if not self._config.getoption("--collect-only"):
            self._will_run([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        self._will_run(ids)

    def _will_run(self, node_ids: Sequence[str]) -> None:
        """A controller of xdist hears of them only once its processes have collected them."""
        if self._run and node_ids:
            self._run.start(node_ids)
        if self._quarantine:
            self._quarantine.will_run(node_ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if self._steps:
            self._steps.test = RunningTest(item, self._settings)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if self._steps and self._steps.test and self._steps.test.item is item:
            _judge(self._steps.test, report)
            if report.when == "teardown":
                self._end(self._steps, self._steps.test)
        return report

    def _end(self, steps: Steps, test: RunningTest) -> None:
        steps.test = None
        steps.fingerprints.ended(test)
        for heal in test.told:
            if kind_of(heal) == "healed":
                try:
                    test.item.warn(HealedLocator(sentence_of(heal)))
                except HealedLocator:
                    continue  # Suites that make errors of warnings are told in the summary.

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown":
            known = [heal for node_id, heal in self._told if node_id == report.nodeid]
            self._told += [(report.nodeid, heal) for heal in heals_of(report.user_properties)[len(known) :]]
        if self._run:
            self._run.add(report)
        if self._quarantine:
            self._quarantine.saw(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if self._run and report.failed:
            self._run.add_error(report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: XdistNode, error: object) -> None:
        output: dict[str, object] = getattr(node, "workeroutput", {})
        for note in cast("Sequence[str]", output.get(_NOTES, ())):
            self._notes.once(note)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._steps:
            self._steps.fingerprints.close()
        is_reported = self._run.end() if self._run else False
        # Another plugin may have set a status of its own by now.
        failed = {exitstatus, session.exitstatus} == {pytest.ExitCode.TESTS_FAILED}
        quarantine = self._quarantine
        if failed and quarantine and quarantine.excuses(session, is_reported=is_reported):
            session.exitstatus = pytest.ExitCode.OK
        output: dict[str, object] | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_NOTES] = list(self._notes.said)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if lines := [*lines_of(self._told, self._notes.said), *quarantine_lines(self._quarantine)]:
            terminalreporter.section("shifty")
            for line in lines:
                terminalreporter.write_line(line)


def _judge(test: RunningTest, report: pytest.TestReport) -> None:
    """It has passed when all of its phases have, and nothing else was expected."""
    if report.when == "setup":
        test.passed = True
    test.passed = test.passed and report.passed and not hasattr(report, "wasxfail")
