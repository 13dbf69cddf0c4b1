"""Tenants and their API keys: make, list, revoke."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shifty.database.pool import Database
from shifty.tenants.errors import BadSlug, KeyNotFound, TenantNotFound
from shifty.tenants.model import DEFAULT_SCOPES, Key, Scope, Tenant
from shifty.tenants.secrets import KeyText
from shifty.tenants.store import KeyStore, TenantStore

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class NewKey:
    """A key on the one occasion that its text is known."""

    key: Key
    text: str


async def create_tenant(db: Database, slug: str) -> Tenant:
    """The tenant of that name (or with that id), made if need be.

    Raises:
        BadSlug: it can't travel in a header, or is no name.
    """
    if not _SLUG.fullmatch(slug):
        raise BadSlug(slug)
    async with db.transaction() as tx:
        tenants = TenantStore(tx)
        return await tenants.find(slug) or await tenants.create(slug)


async def find_tenant(db: Database, name: str) -> Tenant:
    """The tenant with that id or slug.

    Raises:
        TenantNotFound: there is none.
    """
    async with db.connection() as connection:
        tenant = await TenantStore(connection).find(name)
    if tenant is None:
        raise TenantNotFound(name)
    return tenant


async def list_tenants(db: Database) -> list[Tenant]:
    async with db.connection() as connection:
        return await TenantStore(connection).all()


async def create_key(
    db: Database,
    tenant_id: UUID,
    scopes: frozenset[Scope] = DEFAULT_SCOPES,
    *,
    name: str = "",
    project: str | None = None,
    expires_in: timedelta | None = None,
) -> NewKey:
    """Make a key. Its text is in the answer and nowhere else: only a hash is stored.

    ``project`` None opens every project of the tenant, ``expires_in`` None never expires.
    """
    text = KeyText.new()
    async with db.transaction() as tx:
        key = await KeyStore(tx).create(tenant_id, text, scopes, name=name, project=project, expires_in=expires_in)
    return NewKey(key, str(text))


async def list_keys(db: Database, tenant_id: UUID) -> list[Key]:
    """Every key of a tenant, revoked ones too, oldest first."""
    async with db.connection() as connection:
        return await KeyStore(connection).all(tenant_id)


async def revoke_key(db: Database, key_id: str, tenant_id: UUID | None = None) -> Key:
    """Revoke a key for good. Servers stop taking it within ``authenticate.TRUSTED_FOR``.

    Raises:
        KeyNotFound: there is no such key (of that tenant, where one is given).
    """
    async with db.transaction() as tx:
        key = await KeyStore(tx).revoke(key_id, tenant_id)
    if key is None:
        raise KeyNotFound(key_id)
    return key
