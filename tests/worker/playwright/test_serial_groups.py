"""What is left of a serial group after a lost lease runs with the steps before it, and they report again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from shifty.worker.playwright.model import Batch
from tests.worker.playwright.conftest import copied_suite, run_whole


def only(name: str) -> Callable[[Batch], Batch]:
    """What the server leases again when all other tests have reported."""

    def pick(batch: Batch) -> Batch:
        (item,) = batch.items
        return replace(
            batch, items=(replace(item, tests=tuple(t for t in item.tests or () if t.title_path[-1] == name)),)
        )

    return pick


def test_the_last_step_alone_brings_the_steps_before_it(tmp_path: Path) -> None:
    told = run_whole(copied_suite("steps", tmp_path), pick=only("pays"))

    assert {name: result.status for name, result in told.results.items()} == {
        "steps: order › fills the cart": "passed",
        "steps: order › goes to the till": "passed",
        "steps: order › pays": "passed",
    }
    assert set(told.counts.values()) == {1}
    assert told.outcome.ending == "finished"
    assert not told.not_run


def test_when_an_earlier_step_fails_now_only_the_leased_tests_are_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUT_OF_STOCK", "1")

    told = run_whole(copied_suite("steps", tmp_path), pick=only("pays"))

    assert {name: result.status for name, result in told.results.items()} == {"steps: order › fills the cart": "failed"}
    assert told.not_run == {"steps: order › pays": "an earlier test of its serial group failed"}


def test_an_attempt_that_is_tried_again_does_not_replace_what_was_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUT_OF_STOCK", "1")

    told = run_whole(copied_suite("steps", tmp_path), ["--retries", "1"], pick=only("pays"))

    assert [(result.test_name, result.retry_count) for result in told.provisional] == []
    assert told.results["steps: order › fills the cart"].retry_count == 1


def test_a_test_that_does_not_need_the_one_before_it_leaves_its_report_alone(tmp_path: Path) -> None:
    told = run_whole(copied_suite("steps", tmp_path), pick=only("is complete"))

    assert list(told.results) == ["steps: imprint › is complete"]
