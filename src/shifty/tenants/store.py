"""Every statement of this room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.tenants.model import Key, Scope, Tenant
from shifty.tenants.secrets import KeyText

QUERIES = load_queries("shifty.tenants")


@dataclass(frozen=True)
class StoredKey:
    """What is needed to check a key that somebody shows."""

    tenant_id: UUID
    tenant_slug: str
    secret_hash: bytes
    scopes: Sequence[str]
    project: str | None
    unmarked: bool
    """Its last use was noted more than a minute ago."""


@dataclass(frozen=True)
class _KeyRow:
    id: str
    tenant_id: UUID
    name: str
    scopes: Sequence[str]
    project: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def noun(self) -> Key:
        return Key(
            id=self.id,
            tenant_id=self.tenant_id,
            name=self.name,
            scopes=known_scopes(self.scopes),
            project=self.project,
            created_at=self.created_at,
            expires_at=self.expires_at,
            revoked_at=self.revoked_at,
            last_used_at=self.last_used_at,
        )


def known_scopes(names: Sequence[str]) -> frozenset[Scope]:
    """Scopes of a stored key; one that a newer release has written grants nothing here."""
    return frozenset(scope for scope in Scope if scope.value in names)


class TenantStore:
    """Tenants, for administration: it belongs to none of them."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def create(self, slug: str) -> Tenant:
        """The tenant of that name, made if need be."""
        async with self._tx.cursor(row_factory=class_row(Tenant)) as cursor:
            await cursor.execute(QUERIES["create_tenant"], {"slug": slug})
            tenant = await cursor.fetchone()
        if tenant is None:
            raise RuntimeError("an upsert returned no row")
        return tenant

    async def find(self, name: str) -> Tenant | None:
        """The tenant with that id or slug."""
        async with self._tx.cursor(row_factory=class_row(Tenant)) as cursor:
            await cursor.execute(QUERIES["find_tenant"], {"name": name})
            return await cursor.fetchone()

    async def all(self) -> list[Tenant]:
        async with self._tx.cursor(row_factory=class_row(Tenant)) as cursor:
            await cursor.execute(QUERIES["list_tenants"])
            return await cursor.fetchall()


class KeyStore:
    """API keys."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def create(
        self,
        tenant_id: UUID,
        text: KeyText,
        scopes: frozenset[Scope],
        *,
        name: str,
        project: str | None,
        expires_in: timedelta | None,
    ) -> Key:
        row = {
            "id": text.id,
            "tenant_id": tenant_id,
            "secret_hash": text.hash,
            "name": name,
            "scopes": sorted(scopes),
            "project": project,
            "expires_in": expires_in,
        }
        async with self._tx.cursor(row_factory=class_row(_KeyRow)) as cursor:
            await cursor.execute(QUERIES["create_key"], row)
            created = await cursor.fetchone()
        if created is None:
            raise RuntimeError("an insert returned no row")
        return created.noun()

    async def all(self, tenant_id: UUID, only: str | None = None) -> list[Key]:
        """Every key of a tenant, revoked ones too, oldest first; ``only``: those for that project."""
        async with self._tx.cursor(row_factory=class_row(_KeyRow)) as cursor:
            await cursor.execute(QUERIES["list_keys"], {"tenant_id": tenant_id, "only": only})
            return [row.noun() for row in await cursor.fetchall()]

    async def lock(self, key_id: str, tenant_id: UUID | None, only: str | None) -> Key | None:
        """``tenant_id`` None: a key of whatever tenant, for the administrator of the machine."""
        values = {"id": key_id, "tenant_id": tenant_id, "only": only}
        async with self._tx.cursor(row_factory=class_row(_KeyRow)) as cursor:
            await cursor.execute(QUERIES["lock_key"], values)
            row = await cursor.fetchone()
        return row.noun() if row else None

    async def revoke(self, key_id: str, tenant_id: UUID) -> Key:
        """Of a key that is locked."""
        async with self._tx.cursor(row_factory=class_row(_KeyRow)) as cursor:
            await cursor.execute(QUERIES["revoke_key"], {"id": key_id, "tenant_id": tenant_id})
            row = await cursor.fetchone()
        assert row is not None
        return row.noun()

    async def valid(self, key_id: str) -> StoredKey | None:
        """The key with that id, unless it is revoked or expired."""
        async with self._tx.cursor(row_factory=class_row(StoredKey)) as cursor:
            await cursor.execute(QUERIES["valid_key"], {"id": key_id})
            return await cursor.fetchone()

    async def mark_used(self, key_id: str, tenant_id: UUID) -> None:
        await self._tx.execute(QUERIES["mark_key_used"], {"id": key_id, "tenant_id": tenant_id})
