"""The share of a suite that a job runs without a server."""

from pathlib import Path
from random import Random
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shifty import wire
from shifty.cli.ci_share import Shard, share_of
from shifty.worker.playwright.model import ListedTest, Suite

FOLDER = Path("/checkout")


def planned(file: str, title: str, serial: str | None = None) -> wire.PlannedTest:
    return wire.PlannedTest(test_file=file, test_name=title, title_path=[title], serial=serial, parallel=True)


def suite_of(tests: list[wire.PlannedTest]) -> Suite:
    listed: list[ListedTest] = []
    for test in tests:
        ref = wire.TestRef(
            test_file=test.test_file, test_name=test.test_name, title_path=test.title_path, serial=test.serial
        )
        stage: Literal["setup", "test"] = "test" if test.stage == "main" else "setup"
        listed.append(ListedTest(ref, test.parallel, stage, FOLDER / test.test_file, test.test_name))
    return Suite(
        root=FOLDER,
        project_dir=FOLDER,
        config=None,
        config_dir=FOLDER,
        node="node",
        playwright_cli=FOLDER / "cli.js",
        version="1.56.0",
        tests_dir=FOLDER,
        output_dir=FOLDER / "out",
        projects=(),
        tests=tuple(listed),
    )


@settings(max_examples=8, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=5),
    total=st.integers(1, 3),
    durations=st.dictionaries(
        st.sampled_from([f"f{number}.spec.ts" for number in range(10)]), st.integers(0, 9).map(float)
    ),
    order=st.randoms(use_true_random=False),
)
def test_the_shares_are_the_suite_each_test_once_in_whatever_order_it_is_listed(
    sizes: list[int], total: int, durations: dict[str, float], order: Random
) -> None:
    tests = [planned(f"f{file}.spec.ts", f"t{number}") for file, size in enumerate(sizes) for number in range(size)]
    suite = suite_of(tests)
    shuffled = list(tests)
    order.shuffle(shuffled)

    shares = [share_of(suite, tests, durations, Shard(index, total)) for index in range(total)]
    elsewhere = [share_of(suite_of(shuffled), shuffled, durations, Shard(index, total)) for index in range(total)]

    ids = [test.test_id for share in shares for test in share.tests]
    assert sorted(ids) == sorted(test.test_id for test in suite.tests)
    assert {share.of for share in shares} == {len(tests)}
    assert [{t.test_id for t in share.tests} for share in shares] == [{t.test_id for t in s.tests} for s in elsewhere]


def test_serial_groups_stay_whole_and_durations_balance() -> None:
    tests = [planned("slow.spec.ts", "one"), *(planned("group.spec.ts", f"t{n}", serial="g") for n in range(6))]
    suite = suite_of(tests)

    shares = [share_of(suite, tests, {"slow.spec.ts": 60, "group.spec.ts": 6}, Shard(index, 2)) for index in range(2)]

    assert sorted(len(share.tests) for share in shares) == [1, 6]
    assert sorted(share.seconds for share in shares) == [6.0, 60.0]


@pytest.mark.parametrize("durations", [{}, {"gone.spec.ts": 3.0}])
def test_tests_of_unknown_duration_weigh_the_same(durations: dict[str, float]) -> None:
    tests = [planned(f"f{number}.spec.ts", "t") for number in range(6)]

    shares = [share_of(suite_of(tests), tests, durations, Shard(index, 3)) for index in range(3)]

    assert [len(share.tests) for share in shares] == [2, 2, 2]
