"""Tests are listed in any order, narrowed by anything, page by page."""

from dataclasses import replace
from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.flakiness.fold_runs import fold_due
from shifty.flakiness.lists import store
from shifty.flakiness.lists.list_flaky import list_flaky, list_recommendations
from shifty.flakiness.lists.list_tests import list_tests
from shifty.flakiness.lists.model import Sort, TestFilter
from shifty.flakiness.lists.show_test import Wanted, show_test
from shifty.history.refold import refold
from shifty.web.pagination import Page
from tests.flakiness.lists.suite import Suite
from tests.history.past import DAY, NOW, Past, Row, passed, retried

EVERYTHING = Page(200)


@pytest.fixture
async def suite(db: Database, tenant_id: UUID) -> Suite:
    """Six tests in two projects.

    ======  =======  ========  ==========================================
    name    file     project   came to
    ======  =======  ========  ==========================================
    a1      a.ts     one       flaky in 4 of 10 runs, 8 minutes lost
    a2      a.ts     one       stable, the slowest
    b1      b.ts     one       flaky in 5 of 10 runs, 2 minutes lost
    b2      b.ts     one       regressed: 3 failures, the newest of them
    c1      c.ts     one       stable; on a branch of its own
    z1      z.ts     two       stable
    ======  =======  ========  ==========================================
    """
    suite = Suite(db, tenant_id)
    await suite.own("one", "a.ts", "@team-a", "@lead")
    await suite.run("one", *({"a1": "R" if n < 4 else "P", "a2": "P", "b1": "R" if n < 5 else "P"} for n in range(7)))
    await suite.run("one", *({"a1": "P", "a2": "P", "b1": "P", "b2": "F"} for _ in range(3)))
    await suite.run("one", {"c1": "P"}, branch="feature")
    await suite.run("two", {"z1": "P"})
    await suite.assess("one", "a1", verdict="flaky", flaky=4, total=10, lost_ms=480_000, trend=-30)
    await suite.assess("one", "b1", verdict="flaky", flaky=5, total=10, lost_ms=120_000)
    await suite.assess("one", "b2", verdict="regressed", failed=3, total=3, trend=20)
    await suite.took("one", "a2", 9000)
    return suite


async def names(suite: Suite, sort: Sort = "name", page: Page = EVERYTHING, **wanted: object) -> list[str]:
    found = await list_tests(
        suite.db,
        suite.tenant_id,
        TestFilter(**wanted),  # pyright: ignore[reportArgumentType]  # fields of a filter
        sort,
        page,
        only=None,
    )
    return [each.test.title for each in found.tests]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["a1", "a2", "b1", "b2", "c1", "z1"]),
        ("lost", ["a1", "b1", "b2", "a2", "c1", "z1"]),
        ("flakiness", ["b1", "a1", "b2", "a2", "c1", "z1"]),
        ("failures", ["b2", "b1", "a1", "a2", "c1", "z1"]),
        ("trend", ["b2", "b1", "a1", "a2", "c1", "z1"]),
    ],
)
async def test_an_order_holds_over_all_pages_and_whatever_else_is_asked(
    suite: Suite, sort: Sort, order: list[str]
) -> None:
    assert await names(suite, sort) == order
    assert [name for n in range(6) for name in await names(suite, sort, Page(1, n))] == order
    assert await names(suite, sort, Page(4, 3)) == order[3:]
    # A filter takes another way to the same order.
    assert await names(suite, sort, search="ts") == order
    assert await names(suite, sort, Page(2, 1), search="ts") == order[1:3]
    assert await names(suite, sort, project="one") == order[:-1]


@pytest.mark.parametrize("sort", ["lost", "flakiness", "failures", "trend", "duration", "name"])
async def test_tests_of_a_branch_come_in_one_order_however_they_are_found(
    suite: Suite, sort: Sort, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_few = [await names(suite, sort, page, branch="main") for page in (EVERYTHING, Page(2, 1), Page(9, 9))]

    monkeypatch.setattr(store, "FEW", 0)
    of_many = [await names(suite, sort, page, branch="main") for page in (EVERYTHING, Page(2, 1), Page(9, 9))]

    assert of_many == of_few
    assert sorted(of_few[0]) == ["a1", "a2", "b1", "b2", "z1"]


@pytest.mark.parametrize(("sort", "first"), [("duration", "a2"), ("lastFailed", "b2")])
async def test_what_is_not_known_comes_last(suite: Suite, sort: Sort, first: str) -> None:
    whole = await names(suite, sort)

    assert whole[0] == first
    assert [name for n in range(6) for name in await names(suite, sort, Page(1, n))] == whole
    assert (await names(suite, sort, search="ts"))[0] == first


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"project": "two"}, ["z1"]),
        ({"project": "three"}, []),
        ({"file": "a.ts"}, ["a1", "a2"]),
        ({"search": "B2"}, ["b2"]),
        ({"search": "C.T"}, ["c1"]),
        ({"search": "SUITE 100% C"}, ["c1"]),
        ({"search": "%"}, ["a1", "a2", "b1", "b2", "c1", "z1"]),
        ({"search": "_1"}, []),
        ({"search": "\\"}, []),
        ({"tag": "smoke"}, ["a1", "a2", "b1", "b2", "c1", "z1"]),
        ({"tag": "@smoke"}, ["a1", "a2", "b1", "b2", "c1", "z1"]),
        ({"tag": "slow"}, []),
        ({"owner": "team-a"}, ["a1", "a2"]),
        ({"owner": "@lead"}, ["a1", "a2"]),
        ({"owner": "lea"}, []),
        ({"verdict": "flaky"}, ["a1", "b1"]),
        ({"verdict": "regressed"}, ["b2"]),
        ({"verdict": "stable"}, ["a2", "c1", "z1"]),
        ({"project_name": "chromium"}, ["a1", "a2", "b1", "b2", "c1", "z1"]),
        ({"project_name": ""}, []),
        ({"branch": "main"}, ["a1", "a2", "b1", "b2", "z1"]),
        ({"branch": "feature"}, ["c1"]),
        ({"branch": "feature", "verdict": "stable"}, ["c1"]),
        ({"branch": "other"}, []),
        ({"quarantined": True}, []),
        ({"project": "one", "verdict": "flaky", "owner": "lead", "search": "a1"}, ["a1"]),
    ],
)
async def test_tests_are_narrowed(suite: Suite, wanted: dict[str, object], found: list[str]) -> None:
    by_name = await list_tests(
        suite.db,
        suite.tenant_id,
        TestFilter(**wanted),  # pyright: ignore[reportArgumentType]  # fields of a filter
        "name",
        EVERYTHING,
        only=None,
    )
    assert [each.test.title for each in by_name.tests] == found
    page = await list_tests(
        suite.db,
        suite.tenant_id,
        TestFilter(**wanted),  # pyright: ignore[reportArgumentType]  # fields of a filter
        "lost",
        Page(1, 9),
        only=None,
    )
    assert (page.tests, page.total) == ([], len(found))


@pytest.mark.parametrize(
    ("kind", "value", "browser", "found"),
    [
        ("test", "a1", "", ["a1"]),
        ("test", "a1", "firefox", []),
        ("file", "a.ts", "", ["a1", "a2"]),
        ("file", "*.ts", "chromium", ["a1", "a2", "b1", "b2", "c1"]),
        ("file", "?.ts", "", []),
        ("title", "*2", "", ["a2", "b2"]),
        ("title", "b1", "", ["b1"]),
        ("title", "suite 100% › *1", "", ["a1", "b1", "c1"]),
        ("title", "suite 100_ › *1", "", []),
        ("tag", "smoke", "", ["a1", "a2", "b1", "b2", "c1"]),
        ("error", "0" * 16, "", []),
    ],
)
async def test_a_rule_is_about_the_tests_that_it_excuses(
    suite: Suite, kind: str, value: str, browser: str, found: list[str]
) -> None:
    await suite.quarantine("one", kind, suite.id_of(value) if kind == "test" else value, browser)

    assert await names(suite, quarantined=True) == found
    everything = await list_tests(suite.db, suite.tenant_id, TestFilter(), "name", EVERYTHING, only=None)
    assert [each.test.title for each in everything.tests if each.test.quarantine] == found
    assert sorted(await names(suite, quarantined=False)) == sorted({"a1", "a2", "b1", "b2", "c1", "z1"} - set(found))


async def test_a_rule_that_has_ended_is_about_nothing(suite: Suite) -> None:
    await suite.quarantine("one", "file", "a.ts", expires_in="-1 second")
    await suite.quarantine("one", "file", "b.ts", released=True)

    assert await names(suite, quarantined=True) == []


async def test_counts_are_those_of_the_window_and_of_a_branch_those_there(suite: Suite) -> None:
    await suite.run("one", {"c1": "F"}, {"c1": "P"}, {"c1": "S"}, branch="feature")
    await suite.run("one", {"c1": "P"})
    await suite.assess("one", "c1", verdict="suspect", total=4, failed=1)

    found = {
        branch: (
            await list_tests(
                suite.db, suite.tenant_id, TestFilter(search="c1", branch=branch), "name", EVERYTHING, only=None
            )
        ).tests[0]
        for branch in (None, "feature", "main")
    }

    def counts(branch: str | None) -> tuple[int, int, int]:
        each = found[branch]
        return each.standing.total_runs, each.standing.failed_runs, each.skipped

    assert [counts(branch) for branch in (None, "feature", "main")] == [(4, 1, 1), (3, 1, 1), (1, 0, 0)]
    assert found["main"].standing.verdict == "stable"
    assert found["feature"].standing.verdict == "suspect"
    assert (found["main"].standing.low, round(found["main"].standing.high)) == (0.0, 85)


async def test_a_test_counts_the_same_executions_before_its_first_failure_as_after_it(
    db: Database, tenant_id: UUID
) -> None:
    past = Past(db, tenant_id)
    # 20 executions, and then longer skipped than is looked back.
    letters = "P" * 20 + "S" * 100
    for number, letter in enumerate(letters):
        await past.run(
            passed() if letter == "P" else Row(outcome="skipped", attempts=[]),
            at=NOW - DAY + number * DAY / 200,
            commit=f"c{number}",
        )

    async def counted() -> tuple[int, int]:
        while await fold_due(db):
            pass
        (test,) = (await list_tests(db, tenant_id, TestFilter(), "name", EVERYTHING, only=None)).tests
        return test.standing.total_runs, test.skipped

    before = await counted()
    await past.run(retried(), commit="z")
    after = await counted()

    assert (before, after) == ((20, 100), (21, 99))


async def test_the_tests_of_a_branch_are_listed_while_its_runs_are_taken_in_again(
    db: Database, tenant_id: UUID
) -> None:
    past = Past(db, tenant_id)
    await past.run(passed())
    await fold_due(db, tenant_id)

    again = await refold(db, tenant_id, past.project)

    found = await list_tests(db, tenant_id, TestFilter(branch="main"), "name", EVERYTHING, only=None)
    assert (again, found.total, len(found.tests)) == (1, 1, 1)


async def test_a_test_that_was_not_seen_for_long_is_in_the_suite_no_more(suite: Suite) -> None:
    await suite.unseen("one", "c1", days=91)

    assert await names(suite) == ["a1", "a2", "b1", "b2", "z1"]
    assert (
        await show_test(suite.db, suite.tenant_id, Wanted(suite.id_of("c1"), None, None), EVERYTHING, only=None)
    ).total


async def test_the_flaky_come_by_what_is_sure_and_recommendations_by_what_they_cost(suite: Suite) -> None:
    by_rate = await list_flaky(suite.db, suite.tenant_id, TestFilter(), 0, EVERYTHING, only=None)
    advised = await list_recommendations(suite.db, suite.tenant_id, TestFilter(), EVERYTHING, only=None)
    second = await list_flaky(suite.db, suite.tenant_id, TestFilter(), 0, Page(1, 1), only=None)
    beyond = await list_flaky(suite.db, suite.tenant_id, TestFilter(), 0, Page(1, 5), only=None)
    from_45 = await list_flaky(suite.db, suite.tenant_id, TestFilter(), 45, EVERYTHING, only=None)
    owned = await list_flaky(suite.db, suite.tenant_id, TestFilter(owner="team-a"), 0, EVERYTHING, only=None)

    assert [each.test.title for each in by_rate.tests] == ["b1", "a1"]
    # b1 is severe, although a1 costs more.
    assert [each.test.title for each in advised.tests] == ["b1", "a1"]
    assert ([each.test.title for each in second.tests], second.total) == (["a1"], 2)
    assert (beyond.tests, beyond.total) == ([], 2)
    assert [each.test.title for each in from_45.tests] == ["b1"]
    assert [each.test.title for each in owned.tests] == ["a1"]
    await suite.assess("one", "b1", verdict="flaky", flaky=4, total=10, lost_ms=120_000)
    same = await list_recommendations(suite.db, suite.tenant_id, TestFilter(), EVERYTHING, only=None)
    assert [each.test.title for each in same.tests] == ["a1", "b1"]


async def test_a_rate_counts_as_it_is_shown(suite: Suite) -> None:
    await suite.assess("one", "a1", verdict="flaky", flaky=1, total=16, lost_ms=0)

    shown = [
        bool((await list_flaky(suite.db, suite.tenant_id, TestFilter(search="a1"), rate, EVERYTHING, only=None)).tests)
        for rate in (6.2, 6.3, 6.31)
    ]

    assert shown == [True, True, False]


async def test_a_key_of_one_project_is_told_of_no_other(suite: Suite) -> None:
    for only, wanted in (("two", TestFilter()), ("two", TestFilter(search="ts")), ("two", TestFilter(branch="main"))):
        found = await list_tests(suite.db, suite.tenant_id, wanted, "lost", EVERYTHING, only=only)
        assert ([each.test.title for each in found.tests], found.total) == (["z1"], 1)
    assert not (await list_flaky(suite.db, suite.tenant_id, TestFilter(), 0, EVERYTHING, only="two")).tests
    nothing = await list_tests(
        suite.db, suite.tenant_id, replace(TestFilter(), project="one"), "lost", EVERYTHING, only="two"
    )
    assert (nothing.tests, nothing.total) == ([], 0)
