"""What providers of continuous integration tell in the environment: which build, which try at it, which job: pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Environ: TypeAlias = Mapping[str, str]


@dataclass(frozen=True)
class Event:
    """What GitHub's event file says of a pull request; the environment only knows the commit of the trial merge."""

    pr: int | None = None
    commit: str | None = None
    is_fork: bool = False


@dataclass(frozen=True)
class CiBuild:
    """A job's view of its build. ``build_id`` is the same in all jobs of one build, and in their retries.

    ``attempt`` changes when jobs are started again; None where the provider does not count. Then ``job_id``, which
    every start of a job has for itself, tells a retry. ``job_index`` counts from 0.
    """

    provider: str
    build_id: str | None
    attempt: str | None = None
    is_retry: bool = False
    job_index: int | None = None
    job_total: int | None = None
    job_id: str | None = None
    branch: str | None = None
    commit: str | None = None
    actor: str | None = None
    pr: int | None = None
    run_url: str | None = None
    is_share_given: bool = False
    """The user says which share of the suite is this job's, not the provider, which counts jobs of any kind."""
    is_matrix: bool = False
    """Known to be one of jobs that differ by values of a matrix, a browser maybe."""
    is_fork: bool = False
    """What is built comes from somebody else's repository."""

    @property
    def part(self) -> str | None:
        """``2/4``: the second of four jobs."""
        if self.job_index is None or self.job_total is None:
            return None
        return f"{self.job_index + 1}/{self.job_total}"


@dataclass(frozen=True)
class _Provider:
    sign: str
    """A variable that only this provider sets."""
    build_id: Callable[[Environ], tuple[str, ...]]
    attempt: Callable[[Environ], str | None] = lambda _: None
    part: tuple[str, str, int] | None = None
    """The variables of index and total, and what the first index is."""
    job_id: str | None = None
    branch: tuple[str, ...] = ()
    commit: tuple[str, ...] = ()
    actor: tuple[str, ...] = ()
    pr: tuple[str, ...] = ()
    is_fork: Callable[[Environ], bool] = lambda _: False
    url: Callable[[Environ], str | None] = field(default=lambda _: None)


def read_build(environ: Environ, event: Event | None = None) -> CiBuild:
    """The build that ``environ`` describes; without a ``build_id`` where no provider is recognised."""
    for name, provider in _PROVIDERS.items():
        if environ.get(provider.sign):
            return _read(name, provider, environ, event or Event())
    return CiBuild("none", None)


def _read(name: str, provider: _Provider, environ: Environ, event: Event) -> CiBuild:
    attempt = provider.attempt(environ)
    index, total = _part(provider, environ)
    ids = [part for part in provider.build_id(environ) if part]
    return CiBuild(
        provider=name,
        build_id="/".join([name, *ids]) if ids else None,
        attempt=attempt,
        is_retry=attempt not in (None, "1"),
        job_index=index,
        job_total=total,
        job_id=environ.get(provider.job_id) if provider.job_id else None,
        branch=_branch(_first(environ, provider.branch)),
        commit=event.commit or _first(environ, provider.commit),
        actor=_first(environ, provider.actor),
        pr=event.pr or _number(_first(environ, provider.pr)),
        run_url=provider.url(environ),
        is_matrix=name == "gitlab" and environ.get("CI_JOB_NAME", "").endswith("]"),
        is_fork=event.is_fork or provider.is_fork(environ),
    )


def _first(environ: Environ, names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _branch(ref: str | None) -> str | None:
    return ref.removeprefix("refs/heads/").removeprefix("origin/") if ref else None


def _differ(environ: Environ, *names: str) -> bool:
    """Whether all of them are set, and not to the same."""
    values = {environ.get(name, "") for name in names}
    return len(values) > 1 and "" not in values


def _number(text: str | None) -> int | None:
    """The last number of ``42``, ``refs/pull/42/merge`` or ``https://…/pull/42``."""
    found = re.findall(r"\d+", text or "")
    return int(found[-1]) if found else None


def _part(provider: _Provider, environ: Environ) -> tuple[int | None, int | None]:
    if provider.part is None:
        return None, None
    index_name, total_name, lowest = provider.part
    index, total = _whole(environ.get(index_name)), _whole(environ.get(total_name))
    if total == 1 and not environ.get(index_name):
        # GitLab numbers no job that is alone.
        return 0, 1
    if index is None or total is None or not 0 <= index - lowest < total:
        return None, None
    return index - lowest, total


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _get(environ: Environ, *names: str) -> tuple[str, ...]:
    return tuple(environ.get(name, "") for name in names)


def _gitlab_id(environ: Environ) -> tuple[str, ...]:
    # The jobs of `parallel` are called "e2e 1/4", those of a matrix "e2e: [chromium, 1]".
    job = re.sub(r":? (\d+/\d+|\[.*\])$", "", environ.get("CI_JOB_NAME", ""))
    return *_get(environ, "CI_PROJECT_ID", "CI_PIPELINE_ID"), job


def _circle_id(environ: Environ) -> tuple[str, ...]:
    # "Rerun from failed" is a new workflow; the workspace stays that of the first.
    return environ.get("CIRCLE_WORKFLOW_WORKSPACE_ID") or environ["CIRCLE_WORKFLOW_ID"], environ.get("CIRCLE_JOB", "")


def _circle_attempt(environ: Environ) -> str | None:
    workflow = environ["CIRCLE_WORKFLOW_ID"]
    return "1" if environ.get("CIRCLE_WORKFLOW_WORKSPACE_ID", workflow) == workflow else workflow


def _buildkite_attempt(environ: Environ) -> str | None:
    return str((_whole(environ.get("BUILDKITE_RETRY_COUNT")) or 0) + 1)


def _azure_attempt(environ: Environ) -> str | None:
    # A stage that is run again counts its jobs anew on some servers, a job that is run again only itself.
    return str(max(_whole(environ.get(name)) or 1 for name in ("SYSTEM_STAGEATTEMPT", "SYSTEM_JOBATTEMPT")))


def _github_url(environ: Environ) -> str | None:
    server, repository = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_REPOSITORY")
    return f"{server}/{repository}/actions/runs/{environ['GITHUB_RUN_ID']}" if server and repository else None


def _azure_url(environ: Environ) -> str | None:
    base, project = environ.get("SYSTEM_COLLECTIONURI"), environ.get("SYSTEM_TEAMPROJECT")
    return (
        f"{base.rstrip('/')}/{project}/_build/results?buildId={environ['BUILD_BUILDID']}" if base and project else None
    )


_PROVIDERS: Mapping[str, _Provider] = {
    "github": _Provider(
        sign="GITHUB_RUN_ID",
        build_id=lambda environ: _get(environ, "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_JOB"),
        attempt=lambda environ: environ.get("GITHUB_RUN_ATTEMPT") or "1",
        # GitHub has them in expressions only; the action puts them into the environment.
        part=("STRATEGY_JOB_INDEX", "STRATEGY_JOB_TOTAL", 0),
        branch=("GITHUB_HEAD_REF", "GITHUB_REF_NAME"),
        commit=("GITHUB_SHA",),
        actor=("GITHUB_ACTOR",),
        url=_github_url,
    ),
    "gitlab": _Provider(
        sign="CI_PIPELINE_ID",
        build_id=_gitlab_id,
        part=("CI_NODE_INDEX", "CI_NODE_TOTAL", 1),
        job_id="CI_JOB_ID",
        branch=("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"),
        commit=("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA"),
        actor=("GITLAB_USER_LOGIN",),
        pr=("CI_MERGE_REQUEST_IID",),
        is_fork=lambda environ: _differ(environ, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "CI_MERGE_REQUEST_PROJECT_ID"),
        url=lambda environ: environ.get("CI_PIPELINE_URL"),
    ),
    "circleci": _Provider(
        sign="CIRCLE_WORKFLOW_ID",
        build_id=_circle_id,
        attempt=_circle_attempt,
        part=("CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0),
        branch=("CIRCLE_BRANCH",),
        commit=("CIRCLE_SHA1",),
        actor=("CIRCLE_USERNAME",),
        pr=("CIRCLE_PULL_REQUEST",),
        is_fork=lambda environ: bool(environ.get("CIRCLE_PR_USERNAME")),
        url=lambda environ: environ.get("CIRCLE_BUILD_URL"),
    ),
    "buildkite": _Provider(
        sign="BUILDKITE_BUILD_ID",
        build_id=lambda environ: _get(environ, "BUILDKITE_BUILD_ID", "BUILDKITE_STEP_ID"),
        attempt=_buildkite_attempt,
        part=("BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0),
        branch=("BUILDKITE_BRANCH",),
        commit=("BUILDKITE_COMMIT",),
        actor=("BUILDKITE_BUILD_CREATOR",),
        pr=("BUILDKITE_PULL_REQUEST",),
        is_fork=lambda environ: _differ(environ, "BUILDKITE_PULL_REQUEST_REPO", "BUILDKITE_REPO"),
        url=lambda environ: environ.get("BUILDKITE_BUILD_URL"),
    ),
    "azure": _Provider(
        sign="BUILD_BUILDID",
        build_id=lambda environ: _get(environ, "SYSTEM_COLLECTIONID", "BUILD_BUILDID", "SYSTEM_PHASENAME"),
        attempt=_azure_attempt,
        part=("SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE", 1),
        branch=("SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"),
        commit=("SYSTEM_PULLREQUEST_SOURCECOMMITID", "BUILD_SOURCEVERSION"),
        actor=("BUILD_REQUESTEDFOR",),
        pr=("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID"),
        is_fork=lambda environ: environ.get("SYSTEM_PULLREQUEST_ISFORK", "").lower() == "true",
        url=_azure_url,
    ),
    # Last: its variables are plain words, and agents of others may run inside of it.
    "jenkins": _Provider(
        sign="JENKINS_URL",
        build_id=lambda environ: (environ.get("BUILD_TAG") or environ.get("BUILD_URL", ""),),
        branch=("CHANGE_BRANCH", "BRANCH_NAME", "GIT_BRANCH"),
        commit=("GIT_COMMIT",),
        actor=("CHANGE_AUTHOR", "BUILD_USER_ID"),
        pr=("CHANGE_ID",),
        is_fork=lambda environ: bool(environ.get("CHANGE_FORK")),
        url=lambda environ: environ.get("BUILD_URL"),
    ),
}
