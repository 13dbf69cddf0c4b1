"""Who owns a test file."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.history.owners import Owners, set_codeowners
from tests.history.past import Past, Row

OF_GITHUB = """
# The last line that matches decides.
*                 @acme/everyone
/tests/checkout/  @ann @acme/payments   # with a comment
tests/*.setup.ts  setup@example.com
/tests/orphans/
"""


@pytest.mark.parametrize(
    ("file", "owners"),
    [
        ("README.md", ["@acme/everyone"]),
        ("tests/checkout/pay.spec.ts", ["@ann", "@acme/payments"]),
        ("tests/auth.setup.ts", ["setup@example.com"]),
        ("tests/orphans/old.spec.ts", []),
        ("tests/" + "long/" * 60 + "pay.spec.ts", []),
    ],
    ids=["everything", "folder", "pattern", "nobody", "too long to match"],
)
def test_the_last_line_that_matches_decides(file: str, owners: Sequence[str]) -> None:
    assert Owners(OF_GITHUB).of(file) == owners


def test_a_section_gives_its_owners_to_lines_that_have_none() -> None:
    owners = Owners("[Tests][2] @qa\ntests/\ntests/pay/ @ann\n^[Docs] @writers\ndocs/\n[None]\nbuild/\n")

    assert owners.of("tests/a.spec.ts") == ["@qa"]
    assert owners.of("tests/pay/a.spec.ts") == ["@ann"]
    assert owners.of("docs/index.md") == ["@writers"]
    assert owners.of("build/x") == []


def test_a_pattern_that_could_take_for_ever_is_left_out() -> None:
    owners = Owners("* @all\n" + "*a" * 20 + "b @evil\n")

    assert owners.of("a" * 300) == ["@all"]


@pytest.mark.parametrize("text", ["tests/[a-  @x", "tests/[] @x", "tests/\0 @x", "x" * 1_000_001])
def test_what_can_not_be_parsed_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Owners(text)


async def test_the_files_of_a_run_get_their_owners_when_it_is_folded(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.folded(Row(file="tests/first.spec.ts"))
    await _set(past, "*.spec.ts @ann\n")

    await past.folded(Row(file="tests/first.spec.ts"), Row(file="tests/new.spec.ts"), Row(file="tests/new.setup.ts"))

    assert await _owners(past) == {
        "tests/first.spec.ts": ["@ann"],
        "tests/new.setup.ts": [],
        "tests/new.spec.ts": ["@ann"],
    }


async def test_another_text_changes_the_owners_of_all_files(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.run(Row())
    await _set(past, "* @ann\n")
    await past.folded(Row(file="tests/a.spec.ts"), Row(file="docs/b.spec.ts"))

    await _set(past, "tests/ @bob\n")

    assert await _owners(past) == {"docs/b.spec.ts": [], "tests/a.spec.ts": ["@bob"]}


async def test_a_text_that_can_not_be_parsed_changes_nothing_and_is_logged(
    db: Database, tenant_id: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    past = Past(db, tenant_id)
    await past.run(Row())
    await _set(past, "* @ann\n")
    await past.folded(Row())

    await _set(past, "tests/[] @bob\n")

    assert await _owners(past) == {"tests/cart.spec.ts": ["@ann"]}
    assert "CODEOWNERS" in caplog.text


async def test_owners_of_another_project_stay(db: Database, tenant_id: UUID) -> None:
    past, other = Past(db, tenant_id), Past(db, tenant_id, "other")
    for each in (past, other):
        await each.folded(Row())
        await _set(each, "* @ann\n")

    await _set(past, "* @bob\n")

    assert await _owners(past) == {"tests/cart.spec.ts": ["@bob"]}
    assert await _owners(other) == {"tests/cart.spec.ts": ["@ann"]}


async def _set(past: Past, text: str) -> None:
    project_id = await past.project_id()
    async with past.db.transaction() as tx:
        await set_codeowners(tx, past.tenant_id, project_id, text)


async def _owners(past: Past) -> Mapping[str, Sequence[str]]:
    async with past.db.connection() as connection:
        cursor = await connection.execute(
            "select file, owners from file_owners where project_id = %s order by file", (await past.project_id(),)
        )
        return {row[0]: row[1] for row in await cursor.fetchall()}
