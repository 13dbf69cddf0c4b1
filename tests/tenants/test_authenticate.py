"""Who is let in, and as whom."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.tenants.authenticate import TRUSTED_FOR, KeyRing, authenticate
from shifty.tenants.errors import BadKey, ScopeMissing, TenantForeign, TenantMissing
from shifty.tenants.keys import create_key, create_tenant, list_keys, revoke_key
from shifty.tenants.model import Scope
from shifty.tenants.secrets import KeyText, read_key


async def test_a_valid_key_names_its_caller(db: Database) -> None:
    tenant = await create_tenant(db, f"acme-{uuid4().hex}")
    new = await create_key(db, tenant.id, project="web")

    for name in (str(tenant.id), str(tenant.id).upper(), tenant.slug, f"  {tenant.slug} "):
        caller = await authenticate(db, f"Bearer {new.text}", name, Scope.READ)
        assert (caller.tenant_id, caller.tenant_slug, caller.key_id) == (tenant.id, tenant.slug, new.key.id)
        assert caller.sees("web")
        assert not caller.sees("api")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer nonsense", f"Bearer shf_{'a' * 16}_{'b' * 64}"])
async def test_without_a_valid_key_nothing_else_is_looked_at(db: Database, header: str | None) -> None:
    with pytest.raises(BadKey):
        await authenticate(db, header, None, Scope.READ)


async def test_a_known_id_with_a_wrong_secret_is_refused(db: Database, tenant_id: UUID) -> None:
    new = await create_key(db, tenant_id)
    await authenticate(db, f"Bearer {new.text}", str(tenant_id), Scope.READ)

    with pytest.raises(BadKey):
        await authenticate(db, f"Bearer {KeyText(new.key.id, KeyText.new().secret)}", str(tenant_id), Scope.READ)


@pytest.mark.parametrize("header", [None, "", "  "])
async def test_a_tenant_has_to_be_named(db: Database, tenant_id: UUID, header: str | None) -> None:
    new = await create_key(db, tenant_id)

    with pytest.raises(TenantMissing):
        await authenticate(db, f"Bearer {new.text}", header, Scope.READ)


async def test_another_tenant_and_an_unknown_one_are_refused_alike(db: Database, tenant_id: UUID) -> None:
    new = await create_key(db, tenant_id)
    other = await create_tenant(db, f"other-{uuid4().hex}")

    answers: set[str] = set()
    for name in (str(other.id), other.slug, str(uuid4()), "nobody"):
        with pytest.raises(TenantForeign) as refused:
            await authenticate(db, f"Bearer {new.text}", name, Scope.READ)
        answers.add(refused.value.message)
    assert len(answers) == 1


@pytest.mark.parametrize("needed", list(Scope))
async def test_a_key_opens_what_its_scopes_say(db: Database, tenant_id: UUID, needed: Scope) -> None:
    fitting = await create_key(db, tenant_id, frozenset({needed}))
    admin = await create_key(db, tenant_id, frozenset({Scope.ADMIN}))
    others = await create_key(db, tenant_id, frozenset(Scope) - {needed, Scope.ADMIN})

    for new in (fitting, admin):
        assert (await authenticate(db, f"Bearer {new.text}", str(tenant_id), needed)).may(needed)
    with pytest.raises(ScopeMissing):
        await authenticate(db, f"Bearer {others.text}", str(tenant_id), needed)


async def test_an_expired_key_is_refused(db: Database, tenant_id: UUID) -> None:
    new = await create_key(db, tenant_id, expires_in=timedelta(seconds=-1))

    with pytest.raises(BadKey):
        await authenticate(db, f"Bearer {new.text}", str(tenant_id), Scope.READ)


async def test_a_revoked_key_is_refused_once_the_trust_in_it_has_run_out(db: Database, tenant_id: UUID) -> None:
    now = 100.0
    ring = KeyRing(clock=lambda: now)
    text = read_key((await create_key(db, tenant_id)).text)
    assert text
    assert await ring.valid(db, text)

    await revoke_key(db, text.id)

    assert await ring.valid(db, text)
    now += TRUSTED_FOR
    assert await ring.valid(db, text) is None


async def test_the_hot_path_asks_no_database(db: Database, tenant_id: UUID) -> None:
    ring = KeyRing(clock=lambda: 0)
    text = read_key((await create_key(db, tenant_id)).text)
    assert text

    first = await ring.valid(db, text)

    assert await ring.valid(db, text) is first


async def test_the_last_use_of_a_key_is_noted_once_a_minute(db: Database, tenant_id: UUID) -> None:
    new = await create_key(db, tenant_id)
    text = read_key(new.text)
    assert text
    assert new.key.last_used_at is None

    await KeyRing().valid(db, text)
    (noted,) = await list_keys(db, tenant_id)
    await KeyRing().valid(db, text)

    assert noted.last_used_at is not None
    assert (await list_keys(db, tenant_id)) == [noted]
