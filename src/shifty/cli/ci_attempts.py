"""Which run a CI job works for: a new one, one that is going, or the verdict of one that has ended.

The runs of one build are a chain: ``<build>``, and for each later attempt ``<build>/2``, ``<build>/3`` … Names are all
that jobs have to agree on, since the server makes one run of each, whoever comes first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from shifty.cli.ci_provider import CiBuild
from shifty.client import runs_api
from shifty.client.model import OPEN, RunInFull
from shifty.client.transport import Transport

RerunMode: TypeAlias = Literal["auto", "failed", "all"]

_LONGEST_CHAIN = 100
_WORKER = re.compile(r"^job (?P<part>\S+) \((?P<kind>attempt|id) (?P<token>.+)\)-\d+$")


def worker_name(build: CiBuild, host: str) -> str:
    """What workers of a job are called, before their number: whoever comes later reads there who has worked."""
    kind, token = ("attempt", build.attempt) if build.attempt else ("id", build.job_id or host)
    return f"job {build.part or host} ({kind} {token})"


@dataclass(frozen=True)
class Link:
    """A run of the chain, and which jobs are known to have worked for it."""

    run_id: str
    is_open: bool = False
    passed: bool = False
    ended_at: datetime | None = None
    attempts: frozenset[str] = frozenset()
    jobs: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Part → ids of its jobs, where the provider counts no attempts."""

    @staticmethod
    def of(run: RunInFull) -> "Link":
        attempts: set[str] = set()
        jobs: dict[str, frozenset[str]] = {}
        if isinstance(attempt := run.metadata.get("ci_attempt"), str):
            attempts.add(attempt)
        for worker in run.workers:
            found = _WORKER.match(worker.name)
            if found and found["kind"] == "attempt":
                attempts.add(found["token"])
            elif found:
                jobs[found["part"]] = jobs.get(found["part"], frozenset()) | {found["token"]}
        passed = run.status == "completed" and run.conclusion in ("passed", "flaky")
        return Link(run.id, run.status in OPEN, passed, run.completed_at, frozenset(attempts), jobs)


@dataclass(frozen=True)
class Start:
    """Start the run of this name, or join it when another job was faster."""

    name: str
    rerun_of: str | None = None
    """Only what failed of this run or never ran; None: the whole suite."""
    after: str | None = None
    """The earlier run of the build."""


@dataclass(frozen=True)
class Join:
    run_id: str


@dataclass(frozen=True)
class Late:
    """The run has ended, and nobody asked for another."""

    run_id: str
    nothing_failed: bool = False


Decision: TypeAlias = Start | Join | Late


def decide(name: str, chain: Sequence[Link], build: CiBuild, mode: RerunMode) -> Decision:
    """What a job does, given the runs of its build so far, oldest first."""
    if not chain:
        return Start(name)
    last = chain[-1]
    if last.is_open:
        return Join(last.run_id)
    if not _is_again(chain, build):
        return Late(last.run_id)
    if last.passed and mode == "failed":
        return Late(last.run_id, nothing_failed=True)
    whole = mode == "all" or last.passed
    return Start(f"{name}/{len(chain) + 1}", None if whole else last.run_id, last.run_id)


def _is_again(chain: Sequence[Link], build: CiBuild) -> bool:
    """Whether the job was started again after the last run had ended, and is not one that merely waited long."""
    if build.attempt is not None:
        return all(build.attempt not in link.attempts for link in chain)
    if build.part is None or build.job_id is None:
        return False
    known = [link.jobs.get(build.part, frozenset[str]()) for link in chain]
    return any(known) and not any(build.job_id in ids for ids in known)


async def read_chain(transport: Transport, name: str, project: str, *, patience_s: float) -> list[Link]:
    """The runs of a build, oldest first.

    Raises:
        ServerAway: nobody answers for ``patience_s``.
    """
    chain: list[Link] = []
    while len(chain) < _LONGEST_CHAIN:
        wanted = name if not chain else f"{name}/{len(chain) + 1}"
        query = {"ciBuildId": wanted, "project": project, "limit": "1"}
        body = await transport.call("GET", "/runs", query=query, patience_s=patience_s)
        page = runs_api.read_page(body)
        if not page.runs:
            break
        details = await transport.call(
            "GET", f"/runs/{page.runs[0].id}", query={"resultsLimit": "1"}, patience_s=patience_s
        )
        chain.append(Link.of(runs_api.read_details(details).run))
    return chain
