"""What locators hit: kept, recalled, noticed when it changes."""

import asyncio
from uuid import UUID

from psycopg.rows import tuple_row

from shifty.database.pool import Database
from shifty.healing.expire import forget_unseen
from shifty.healing.known import known_of
from shifty.healing.model import Fingerprint
from shifty.healing.recall import recall
from shifty.healing.remember import remember
from shifty.healing.store import HealingStore
from shifty.healing.wire import CallSite, HealRequest, Seen
from tests.healing.elements import FILE, button, seen, told


def asking(test_id: str = "t1", line: int = 12, selector: str = "#sign-in") -> HealRequest:
    return HealRequest(
        project="shop",
        test_id=test_id,
        selector=selector,
        leg=selector,
        action="click",
        call_site=CallSite(file=FILE, line=line),
        candidates=[],
    )


async def recalled(db: Database, tenant_id: UUID, asked: HealRequest) -> Fingerprint | None:
    async with db.connection() as connection:
        store = HealingStore(connection, tenant_id)
        project = await store.project("shop")
        assert project
        return await recall(store, project.id, asked)


async def keep(db: Database, tenant_id: UUID, *uses: Seen) -> None:
    await remember(db, tenant_id, told(*uses))


async def test_the_newest_five_versions_are_kept_and_one_that_returns_moves_to_the_front(
    db: Database, tenant_id: UUID
) -> None:
    for text in ("1", "2", "3", "4", "5", "6", "3", "3"):
        await keep(db, tenant_id, seen(button(text)))

    found = await recalled(db, tenant_id, asking())

    assert found
    assert [element.text for element in found.elements] == ["3", "6", "5", "4", "2"]


async def test_the_same_element_again_moves_its_times_alone(db: Database, tenant_id: UUID) -> None:
    await keep(db, tenant_id, seen(button(x=1), waited_ms=400))
    await keep(db, tenant_id, seen(button(x=900), waited_ms=90), seen(button(x=901), waited_ms=100))

    found = await recalled(db, tenant_id, asking())

    assert found == Fingerprint([button(x=1)], 400)
    assert await numbers(db, tenant_id) == [(3, 1)]


async def test_an_element_that_says_nothing_about_itself_takes_nobodys_place(db: Database, tenant_id: UUID) -> None:
    blank = button("", id="", test_id="")
    await keep(db, tenant_id, seen(blank))
    await keep(db, tenant_id, seen(button()))
    await keep(db, tenant_id, seen(blank))

    assert await recalled(db, tenant_id, asking()) == Fingerprint([button()], 0)


async def test_a_use_is_recalled_by_its_line_then_by_the_nearest_line_of_its_test(
    db: Database, tenant_id: UUID
) -> None:
    await keep(
        db,
        tenant_id,
        *(seen(button(str(line)), line=line) for line in (10, 20, 40)),
        seen(button("other"), test_id="t2", line=30),
    )

    texts = [(await recalled(db, tenant_id, asking(line=line))) for line in (20, 33, 1)]

    assert [found.elements[0].text for found in texts if found] == ["20", "40", "10"]


async def test_other_tests_are_asked_where_they_agree(db: Database, tenant_id: UUID) -> None:
    await keep(
        db,
        tenant_id,
        *(seen(button("save"), "#save", test_id=f"t{n}", line=n) for n in (1, 2)),
        *(seen(button(f"row {n}"), ".row", test_id=f"t{n}", line=n) for n in (1, 2)),
    )

    agreed = await recalled(db, tenant_id, asking("new", 99, "#save"))
    on_one_line = await recalled(db, tenant_id, asking("new", 2, ".row"))
    disagreed = await recalled(db, tenant_id, asking("new", 99, ".row"))

    assert agreed
    assert agreed.elements[0].text == "save"
    assert on_one_line
    assert on_one_line.elements[0].text == "row 2"
    assert disagreed is None


async def test_nothing_of_another_tenant_or_project_is_recalled(db: Database, tenant_id: UUID) -> None:
    await remember(db, tenant_id, told(seen(button()), project="other"))
    await keep(db, tenant_id)

    assert await recalled(db, tenant_id, asking()) is None


async def test_many_may_tell_of_the_same_uses_at_once(db: Database, tenant_id: UUID) -> None:
    uses = [seen(button(str(n)), f"#e{n}", line=n) for n in range(50)]

    await asyncio.gather(*(keep(db, tenant_id, *order) for order in (uses, uses[::-1]) * 4))

    assert await numbers(db, tenant_id) == [(8, 1)] * 50


async def test_a_selector_is_kept_as_it_is(db: Database, tenant_id: UUID) -> None:
    selector = '\\31 23 >> text="\\\\x41 50% ü 🙂"'
    await keep(db, tenant_id, seen(button("a\x00b"), selector))

    found = await recalled(db, tenant_id, asking(selector=selector))

    assert found
    assert found.elements[0].text == "a\ufffdb"


async def test_an_element_of_any_size_is_not_kept(db: Database, tenant_id: UUID) -> None:
    answer = await remember(db, tenant_id, told(seen(button("x" * 100_000)), seen(button(), line=13)))

    assert answer.stored == 1


async def test_the_hook_is_told_what_is_known_of_its_tests(db: Database, tenant_id: UUID) -> None:
    await keep(
        db,
        tenant_id,
        seen(button(), test_id="t1", waited_ms=70),
        seen(button(), test_id="t2", file="pages/shop.ts"),
        seen(button(), test_id="t3", file="pages/shop.ts"),
    )
    async with db.connection() as connection:
        await connection.execute(
            "insert into test_history (project_id, tenant_id, test_id, file, title_path, durations_ms, p50_ms, runs,"
            " last_seen_at) select id, tenant_id, 't2', %s, '{t}', '{1}', 1, 1, now() from projects"
            " where tenant_id = %s",
            (FILE, tenant_id),
        )

    _, of_file = await known_of(db, tenant_id, "shop", test_file=FILE)
    _, of_tests = await known_of(db, tenant_id, "shop", test_ids=["t1", "t3"])
    nowhere = await known_of(db, tenant_id, "nowhere", test_file=FILE)

    assert [(use.test_id, use.file, use.longest_wait_ms) for use in of_file] == [
        ("t1", FILE, 70),
        ("t2", "pages/shop.ts", 0),
    ]
    assert [use.test_id for use in of_tests] == ["t1", "t3"]
    assert nowhere == ("heal", [])


async def test_what_nobody_has_seen_for_long_is_forgotten(db: Database, tenant_id: UUID) -> None:
    await keep(db, tenant_id, seen(button(), line=1), seen(button(), line=2))
    async with db.connection() as connection:
        await connection.execute(
            "update fingerprints set seen_at = now() - interval '91 days' where tenant_id = %s and line = 1",
            (tenant_id,),
        )

    await forget_unseen(db)

    _, left = await known_of(db, tenant_id, "shop", test_file=FILE)
    assert [use.line for use in left] == [2]


async def test_a_tenant_that_goes_takes_its_fingerprints_along(db: Database, tenant_id: UUID) -> None:
    await keep(db, tenant_id, seen(button()))

    async with db.connection() as connection:
        await connection.execute("delete from tenants where id = %s", (tenant_id,))

    assert await numbers(db, tenant_id) == []


async def numbers(db: Database, tenant_id: UUID) -> list[tuple[int, int]]:
    """Passes and versions of each fingerprint."""
    async with db.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            "select passes, jsonb_array_length(versions) from fingerprints where tenant_id = %s order by id",
            (tenant_id,),
        )
        return await cursor.fetchall()
