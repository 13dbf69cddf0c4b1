"""Tenants and their API keys: make, list, revoke."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shifty.database.pool import Database
from shifty.tenants.audit import record, tenant_of
from shifty.tenants.errors import BadSlug, KeyNotFound, ProjectForeign, ScopeMissing, TenantNotFound
from shifty.tenants.model import DEFAULT_SCOPES, Caller, Key, Scope, Tenant
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
    who: Caller | UUID,
    scopes: frozenset[Scope] = DEFAULT_SCOPES,
    *,
    name: str = "",
    project: str | None = None,
    expires_in: timedelta | None = None,
) -> NewKey:
    """Make a key. Its text is in the answer and nowhere else: only a hash is stored.

    ``who`` is a caller, who can give away no more than it has; or a tenant, for the administrator of the machine.
    ``project`` None opens every project that the caller sees, ``expires_in`` None never expires.

    Raises:
        ScopeMissing: the caller lacks one of the scopes.
        ProjectForeign: the caller's key opens another project only.
    """
    if isinstance(who, Caller):
        project = _within(who, scopes, project)
    text = KeyText.new()
    async with db.transaction() as tx:
        store = KeyStore(tx)
        key = await store.create(tenant_of(who), text, scopes, name=name, project=project, expires_in=expires_in)
        made = {"name": name, "scopes": sorted(scopes), "expiresInDays": expires_in.days if expires_in else None}
        await record(tx, who, "key.created", key.id, project=project, details=made)
    return NewKey(key, str(text))


async def list_keys(db: Database, who: Caller | UUID) -> list[Key]:
    """Every key of a tenant, revoked ones too, oldest first; to the caller with a key for one project, those for it."""
    only = who.project if isinstance(who, Caller) else None
    async with db.connection() as connection:
        return await KeyStore(connection).all(tenant_of(who), only)


async def revoke_key(db: Database, key_id: str, who: Caller | UUID | None = None) -> Key:
    """Revoke a key for good. Servers stop taking it within ``authenticate.TRUSTED_FOR``.

    ``who`` is a caller or a tenant; None: whosever key it is, for the administrator of the machine.

    Raises:
        KeyNotFound: there is no such key (of that tenant or project, where one is given).
    """
    only = who.project if isinstance(who, Caller) else None
    async with db.transaction() as tx:
        store = KeyStore(tx)
        before = await store.lock(key_id, None if who is None else tenant_of(who), only)
        if before is None:
            raise KeyNotFound(key_id)
        if before.revoked_at is not None:
            return before
        key = await store.revoke(key_id, before.tenant_id)
        await record(tx, who or key.tenant_id, "key.revoked", key.id, project=key.project, details={"name": key.name})
    return key


def _within(caller: Caller, scopes: frozenset[Scope], project: str | None) -> str | None:
    """The project that a key of the caller's making is for."""
    for scope in sorted(scopes):
        if not caller.may(scope):
            raise ScopeMissing(scope)
    if project is not None and not caller.sees(project):
        raise ProjectForeign(project)
    return project or caller.project
