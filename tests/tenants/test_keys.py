"""Tenants and keys as an administrator handles them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.tenants.errors import BadSlug, KeyNotFound, TenantNotFound
from shifty.tenants.keys import create_key, create_tenant, find_tenant, list_keys, list_tenants, revoke_key
from shifty.tenants.model import DEFAULT_SCOPES, Scope


async def test_a_tenant_is_made_once(db: Database) -> None:
    slug = f"acme-{uuid4().hex}"

    first = await create_tenant(db, slug)
    second = await create_tenant(db, slug)

    assert first == second
    assert first.slug == slug
    assert first in await list_tenants(db)


async def test_a_tenant_is_found_by_its_id_and_its_name(db: Database) -> None:
    tenant = await create_tenant(db, f"acme-{uuid4().hex}")

    assert await find_tenant(db, str(tenant.id).upper()) == tenant
    assert await find_tenant(db, tenant.slug) == tenant
    assert await create_tenant(db, str(tenant.id)) == tenant


@pytest.mark.parametrize("slug", ["", " ", "a b", "-a", "a/b", "ü", "a\x00", "x" * 101, "a\n"])
async def test_a_name_that_can_not_travel_in_a_header_is_refused(db: Database, slug: str) -> None:
    with pytest.raises(BadSlug):
        await create_tenant(db, slug)


async def test_an_unknown_tenant_is_not_found(db: Database) -> None:
    with pytest.raises(TenantNotFound):
        await find_tenant(db, uuid4().hex)


async def test_a_key_is_stored_without_its_secret(db: Database, tenant_id: UUID) -> None:
    new = await create_key(db, tenant_id, name="ci")

    async with db.connection() as connection:
        rows = await (
            await connection.execute("select k::text from api_keys k where id = %s", (new.key.id,))
        ).fetchall()
    assert new.text.rpartition("_")[2] not in str(rows)
    assert new.text.startswith(f"shf_{new.key.id}_")
    assert new.key.scopes == DEFAULT_SCOPES
    assert await list_keys(db, tenant_id) == [new.key]


async def test_a_key_keeps_what_it_was_made_with(db: Database, tenant_id: UUID) -> None:
    scopes = frozenset({Scope.READ})

    key = (await create_key(db, tenant_id, scopes, name="n", project="o/r", expires_in=timedelta(days=2))).key

    assert (key.scopes, key.name, key.project) == (scopes, "n", "o/r")
    assert key.expires_at is not None
    assert timedelta(days=1) < key.expires_at - datetime.now(UTC) <= timedelta(days=2)


async def test_a_key_that_is_revoked_twice_keeps_the_first_time(db: Database, tenant_id: UUID) -> None:
    key_id = (await create_key(db, tenant_id)).key.id

    first = await revoke_key(db, key_id)
    second = await revoke_key(db, key_id, tenant_id)

    assert first.revoked_at is not None
    assert first == second


async def test_a_key_of_another_tenant_is_not_found(db: Database, tenant_id: UUID) -> None:
    key_id = (await create_key(db, tenant_id)).key.id

    with pytest.raises(KeyNotFound):
        await revoke_key(db, key_id, uuid4())
    assert (await list_keys(db, tenant_id))[0].revoked_at is None
