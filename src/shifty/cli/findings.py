"""What went wrong in a run that has ended."""

from dataclasses import dataclass, field

from shifty.client import runs_api
from shifty.client.errors import CallFailed
from shifty.client.model import Failure, LooseError, NotRun, Snapshot
from shifty.client.transport import Transport


@dataclass(frozen=True)
class Findings:
    failed: list[Failure] = field(default_factory=list[Failure])
    not_run: list[NotRun] = field(default_factory=list[NotRun])
    errors: list[LooseError] = field(default_factory=list[LooseError])
    """Those that belong to no test."""


async def findings_of(transport: Transport, last: Snapshot) -> Findings:
    """Nothing where the server has just gone away: the verdict is known, and this only adds to it."""
    if last.conclusion in ("passed", "flaky"):
        return Findings()
    try:
        tests = runs_api.read_failed(await runs_api.failed_tests(transport, last.id))
        details = runs_api.read_details(await runs_api.run_details(transport, last.id, results=1))
    except CallFailed:
        return Findings()
    return Findings(tests.failed_tests, tests.not_run, details.run.errors)
