"""What ``shifty ci`` reads from a provider's environment."""

import pytest

from shifty.cli.ci_provider import CiBuild, Event, read_build
from tests.ci.environments import AZURE, BUILDKITE, CIRCLECI, GITHUB, GITLAB, PROVIDERS


@pytest.mark.parametrize(
    ("name", "build_id", "attempt", "part"),
    [
        ("github", "github/acme/shop/4711/e2e", "1", None),
        ("gitlab", "gitlab/7/815/e2e", None, "2/2"),
        ("circleci", "circleci/first-workflow/e2e", "1", "2/2"),
        ("buildkite", "buildkite/b-1/s-1", "1", "2/2"),
        ("azure", "azure/c-1/815/e2e", "1", "2/2"),
        ("jenkins", "jenkins/jenkins-shop-815", None, None),
    ],
)
def test_each_provider_is_recognised(name: str, build_id: str, attempt: str | None, part: str | None) -> None:
    build = read_build(PROVIDERS[name], Event(42, "abc123") if name == "github" else None)

    assert (build.provider, build.build_id, build.attempt, build.part) == (name, build_id, attempt, part)
    assert (build.branch, build.commit, build.actor, build.pr) == ("feature/pay", "abc123", "octocat", 42)
    assert not build.is_retry
    assert build.run_url
    assert "815" in build.run_url or "4711" in build.run_url


@pytest.mark.parametrize(
    ("environ", "change", "attempt"),
    [
        (GITHUB, {"GITHUB_RUN_ATTEMPT": "2"}, "2"),
        (CIRCLECI, {"CIRCLE_WORKFLOW_ID": "second-workflow"}, "second-workflow"),
        (BUILDKITE, {"BUILDKITE_RETRY_COUNT": "1"}, "2"),
        (AZURE, {"SYSTEM_JOBATTEMPT": "2"}, "2"),
        (AZURE, {"SYSTEM_STAGEATTEMPT": "3"}, "3"),
    ],
)
def test_a_retry_is_the_same_build_with_another_attempt(
    environ: dict[str, str], change: dict[str, str], attempt: str
) -> None:
    retried = read_build(environ | change)

    assert retried.build_id == read_build(environ).build_id
    assert (retried.attempt, retried.is_retry) == (attempt, True)


def test_the_jobs_of_a_gitlab_matrix_are_of_one_build_and_a_retry_has_an_id_of_its_own() -> None:
    names = ["e2e 1/2", "e2e 2/2", "e2e: [chromium, 1]", "e2e"]

    builds = [read_build(GITLAB | {"CI_JOB_NAME": name}) for name in names]

    assert {build.build_id for build in builds} == {"gitlab/7/815/e2e"}
    assert {build.job_id for build in builds} == {"1002"}


@pytest.mark.parametrize("index", ["", "-1", "0", "3", "²", "one"])
def test_a_part_that_makes_no_sense_is_none(index: str) -> None:
    build = read_build(GITLAB | {"CI_NODE_INDEX": index})

    assert build.part is None


def test_a_gitlab_job_that_is_alone_has_no_number_and_is_all_of_it() -> None:
    alone = {name: value for name, value in GITLAB.items() if name != "CI_NODE_INDEX"} | {"CI_NODE_TOTAL": "1"}

    assert read_build(alone).part == "1/1"


def test_without_a_provider_there_is_no_build() -> None:
    build = read_build({"CI": "true"})

    assert build == CiBuild("none", None)


@pytest.mark.parametrize(
    ("environ", "change"),
    [
        (GITLAB, {"CI_MERGE_REQUEST_PROJECT_ID": "7", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "8"}),
        (CIRCLECI, {"CIRCLE_PR_USERNAME": "mallory"}),
        (BUILDKITE, {"BUILDKITE_REPO": "git@x:acme/shop", "BUILDKITE_PULL_REQUEST_REPO": "git@x:mallory/shop"}),
        (AZURE, {"SYSTEM_PULLREQUEST_ISFORK": "True"}),
        (PROVIDERS["jenkins"], {"CHANGE_FORK": "mallory/shop"}),
    ],
)
def test_a_build_of_a_fork_says_so(environ: dict[str, str], change: dict[str, str]) -> None:
    assert read_build({**environ, **change}).is_fork
    assert not read_build(environ).is_fork


def test_github_tells_of_a_fork_in_its_event() -> None:
    assert read_build(GITHUB, Event(42, "abc123", is_fork=True)).is_fork
    assert not read_build(GITHUB, Event(42, "abc123")).is_fork
