"""Sessions of browsers: begun with a key or a code, ended with the key, by leaving, or by time."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import UUID

import pytest
from starlette.datastructures import Headers

from shifty.database.pool import Database
from shifty.tenants.audit import list_changes
from shifty.tenants.authenticate import identify
from shifty.tenants.cookies import session_token
from shifty.tenants.errors import BadCode, BadKey
from shifty.tenants.keys import create_key, revoke_key
from shifty.tenants.model import Scope
from shifty.tenants.sessions import (
    IDLE,
    drop_old_sessions,
    make_code,
    session_of,
    sign_in,
    sign_in_with_code,
    sign_out,
)
from shifty.web.pagination import Page


@pytest.fixture
async def replica(shared_dsn: str) -> AsyncGenerator[Database]:
    """Another server on the same database, which remembers nothing of the first one."""
    database = await Database.open(shared_dsn)
    yield database
    await database.close()


async def test_a_session_may_what_its_key_may_on_every_replica(
    db: Database, replica: Database, tenant_id: UUID
) -> None:
    key = await create_key(db, tenant_id, frozenset({Scope.READ}), name="night shift", project="web")

    begun = await sign_in(db, f" {key.text}\n")

    for server in (db, replica):
        found = await session_of(server, begun.token)
        assert found is not None
        assert found == begun.session
        assert found.key_name == "night shift"
        assert found.caller.tenant_id == tenant_id
        assert found.caller.may(Scope.READ)
        assert not found.caller.may(Scope.ORCHESTRATE)
        assert found.caller.project == "web"


@pytest.mark.parametrize("text", ["", "nonsense", f"shf_{'a' * 16}_{'b' * 64}"])
async def test_what_is_no_key_begins_no_session(db: Database, text: str) -> None:
    with pytest.raises(BadKey):
        await sign_in(db, text)


@pytest.mark.parametrize("token", [None, "", "nonsense", "ä" * 43, "A" * 43])
async def test_what_is_no_token_is_nobody(db: Database, token: str | None) -> None:
    assert await session_of(db, token) is None


async def test_a_session_ends_with_its_key(db: Database, replica: Database, tenant_id: UUID) -> None:
    key = await create_key(db, tenant_id)
    begun = await sign_in(db, key.text)

    await revoke_key(db, key.key.id)

    assert await session_of(replica, begun.token) is None


async def test_after_signing_out_the_token_opens_nothing(db: Database, replica: Database, tenant_id: UUID) -> None:
    begun = await sign_in(db, (await create_key(db, tenant_id)).text)
    assert await session_of(db, begun.token)

    await sign_out(db, begun.token, begun.session)

    assert await session_of(db, begun.token) is None
    assert await session_of(replica, begun.token) is None


@pytest.mark.parametrize(
    "passing",
    [
        "expires_at = now()",
        f"last_used_at = now() - interval '{int(IDLE.total_seconds()) + 1} seconds'",
    ],
)
async def test_a_session_is_over_when_its_time_is_or_nobody_uses_it(
    db: Database, replica: Database, tenant_id: UUID, passing: str
) -> None:
    begun = await sign_in(db, (await create_key(db, tenant_id)).text)

    async with db.connection() as connection:
        await connection.execute(f"update sessions set {passing} where tenant_id = %s", (tenant_id,))  # pyright: ignore[reportArgumentType]  # one of two above

    assert await session_of(replica, begun.token) is None
    await drop_old_sessions(db)
    async with db.connection() as connection:
        left = await connection.execute("select count(*) from sessions where tenant_id = %s", (tenant_id,))
        assert await left.fetchone() == (0,)


async def test_a_code_signs_in_once(db: Database, tenant_id: UUID) -> None:
    key = await create_key(db, tenant_id, frozenset({Scope.READ}), name="ci")
    caller = await identify(db, f"Bearer {key.text}", str(tenant_id))
    code = await make_code(db, caller)

    begun = await sign_in_with_code(db, code)

    assert begun.session.caller == caller
    with pytest.raises(BadCode):
        await sign_in_with_code(db, code)


async def test_a_code_of_a_key_that_was_revoked_signs_nobody_in(db: Database, tenant_id: UUID) -> None:
    key = await create_key(db, tenant_id)
    code = await make_code(db, await identify(db, f"Bearer {key.text}", str(tenant_id)))

    await revoke_key(db, key.key.id)

    with pytest.raises(BadKey):
        await sign_in_with_code(db, code)


async def test_an_old_code_signs_nobody_in(db: Database, tenant_id: UUID) -> None:
    key = await create_key(db, tenant_id)
    code = await make_code(db, await identify(db, f"Bearer {key.text}", str(tenant_id)))

    async with db.connection() as connection:
        await connection.execute(
            "update sign_in_codes set expires_at = %s where tenant_id = %s", ("-infinity", tenant_id)
        )

    with pytest.raises(BadCode):
        await sign_in_with_code(db, code)


async def test_who_signs_in_and_out_stands_in_the_audit_log(db: Database, tenant_id: UUID) -> None:
    key = await create_key(db, tenant_id, name="mine")
    begun = await sign_in(db, key.text)
    await sign_out(db, begun.token, begun.session)

    changes = await list_changes(db, begun.session.caller, Page(10), "session")

    assert [(entry.action, entry.key_name) for entry in changes.entries] == [
        ("session.ended", "mine"),
        ("session.begun", "mine"),
    ]


async def test_forms_of_two_sessions_are_not_interchangeable(db: Database, tenant_id: UUID) -> None:
    key = await create_key(db, tenant_id, expires_in=timedelta(days=1))

    first, second = await sign_in(db, key.text), await sign_in(db, key.text)

    assert first.session.csrf != second.session.csrf
    assert first.token not in first.session.csrf


def test_cookies_of_other_applications_on_the_host_hide_no_session() -> None:
    sent = Headers({"cookie": 'theirs={"page": 1}; __Host-shifty_session=mine; last=a b'})

    assert session_token(sent) == "mine"
    assert session_token(Headers({})) is None


async def test_a_session_has_a_name_of_its_own_for_its_rate_limit(db: Database, tenant_id: UUID) -> None:
    key = await create_key(db, tenant_id)
    one, other = await sign_in(db, key.text), await sign_in(db, key.text)

    assert one.session.name != other.session.name
    assert one.session.name not in (one.token, one.session.csrf)
