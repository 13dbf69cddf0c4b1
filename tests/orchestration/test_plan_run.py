"""From a request and history to shards and work items."""

from shifty.history.store import KnownFile
from shifty.orchestration.plan_run import History, plan_run
from shifty.orchestration.request import RunRequest
from shifty.results.outcome import identity
from shifty.wire import PlannedTest
from tests.support.runs import suite

NOTHING = History({}, {})


def test_a_file_weighs_what_its_tests_took_and_an_unknown_one_the_median() -> None:
    history = History({"a.ts": KnownFile(3, 9000), "b.ts": KnownFile(1, 1000), "c.ts": KnownFile(2, 4000)}, {})

    planned = plan_run(RunRequest(("a.ts", "b.ts", "new.ts"), workers=3), history)

    weights = {item.file: (item.predicted_ms, item.expected_tests, item.unknown) for item in planned.items}
    assert weights == {"a.ts": (9000, 3, False), "b.ts": (1000, 1, False), "new.ts": (4000, 1, True)}


def test_without_any_history_a_file_weighs_ten_seconds() -> None:
    planned = plan_run(RunRequest(("a.ts", "b.ts"), workers=2), NOTHING)

    assert [shard.estimated_ms for shard in planned.shards] == [10_000, 10_000]


def test_every_listed_test_is_in_exactly_one_item() -> None:
    tests = suite(7, 5, parallel=True)
    history = History({}, {identity(test): 10_000 * (1 + index % 3) for index, test in enumerate(tests)})
    files = tuple(dict.fromkeys(test.test_file for test in tests))

    planned = plan_run(RunRequest(files, workers=4, tests=tests), history)

    ids = [test_id for item in planned.items for test_id in item.test_ids or ()]
    assert sorted(ids) == sorted(identity(test) for test in tests)
    assert sum(shard.test_count for shard in planned.shards) == 35
    assert set(planned.shard_of) == set(ids)


def test_tests_of_set_up_projects_are_no_work_items() -> None:
    tests = (
        PlannedTest(test_file="auth.setup.ts", test_name="log in", stage="setup"),
        PlannedTest(test_file="a.spec.ts", test_name="buys"),
    )

    planned = plan_run(RunRequest(("auth.setup.ts", "a.spec.ts"), workers=2, tests=tests), NOTHING)

    assert [item.file for item in planned.items] == ["a.spec.ts"]


def test_a_file_without_tests_in_the_list_is_run_whole() -> None:
    tests = (PlannedTest(test_file="a.spec.ts", test_name="buys"),)

    planned = plan_run(RunRequest(("a.spec.ts", "b.spec.ts"), workers=2, tests=tests), NOTHING)

    assert {item.file: item.test_ids is None for item in planned.items} == {"a.spec.ts": False, "b.spec.ts": True}


def test_the_same_file_in_two_browsers_is_two_pieces_of_work() -> None:
    tests = tuple(
        PlannedTest(test_file="a.spec.ts", test_name="buys", project_name=name) for name in ("chromium", "firefox")
    )

    planned = plan_run(RunRequest(("a.spec.ts",), workers=2, tests=tests), NOTHING)

    assert {item.project_name for item in planned.items} == {"chromium", "firefox"}


def test_repetitions_of_a_test_stay_together_since_playwright_cannot_tell_them_apart() -> None:
    tests = tuple(
        PlannedTest(test_file="a.spec.ts", test_name="buys", repeat=number, parallel=True) for number in range(4)
    )
    history = History({}, {identity(test): 60_000 for test in tests})

    planned = plan_run(RunRequest(("a.spec.ts",), workers=4, tests=tests), history)

    assert len(planned.items) == 1


def test_a_large_file_is_split_where_its_tests_are_parallel() -> None:
    tests = suite(1, 8, parallel=True)
    history = History({}, {identity(test): 30_000 for test in tests})

    planned = plan_run(RunRequest(("tests/000.spec.ts",), workers=4, tests=tests), history)

    assert len(planned.items) >= 4
    assert planned.useful_workers >= 4
