"""Who is calling, from the headers of a request or of a socket."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from shifty.database.pool import Database
from shifty.tenants.errors import BadKey, ScopeMissing, TenantForeign, TenantMissing
from shifty.tenants.model import Caller, Scope
from shifty.tenants.secrets import KeyText, bearer
from shifty.tenants.store import KeyStore, StoredKey, known_scopes

TRUSTED_FOR: Final = 3.0
"""Seconds that a process takes a key without asking the database again: so long may one live that has been revoked."""

_MOST_REMEMBERED: Final = 2000


async def authenticate(db: Database, authorization: str | None, tenant_header: str | None, needed: Scope) -> Caller:
    """The caller behind an Authorization and an X-Tenant-ID header.

    Raises:
        BadKey, TenantMissing, TenantForeign: as for ``identify``.
        ScopeMissing: the key does not carry ``needed``.
    """
    caller = await identify(db, authorization, tenant_header)
    if not caller.may(needed):
        raise ScopeMissing(needed)
    return caller


async def identify(db: Database, authorization: str | None, tenant_header: str | None) -> Caller:
    """The caller, whatever it may do.

    Raises:
        BadKey: no key, or not a valid one.
        TenantMissing: no tenant was named.
        TenantForeign: the key is of another tenant, or there is no such tenant.
    """
    shown = bearer(authorization)
    stored = await _ring_of(db).valid(db, shown) if shown else None
    if shown is None or stored is None:
        raise BadKey
    caller = Caller(
        tenant_id=stored.tenant_id,
        tenant_slug=stored.tenant_slug,
        key_id=shown.id,
        scopes=known_scopes(stored.scopes),
        project=stored.project,
    )
    tenant = (tenant_header or "").strip()
    if not tenant:
        raise TenantMissing
    if not caller.is_tenant(tenant):
        raise TenantForeign
    return caller


async def tenant_of_key(db: Database, authorization: str | None) -> UUID | None:
    """Whose valid key is shown, whatever else is right or wrong; None: nobody's."""
    shown = bearer(authorization)
    stored = await _ring_of(db).valid(db, shown) if shown else None
    return stored.tenant_id if stored else None


async def valid_key(db: Database, shown: KeyText) -> StoredKey | None:
    """What is stored of the key that is shown, or None where it opens nothing."""
    return await _ring_of(db).valid(db, shown)


@dataclass(frozen=True)
class _Remembered:
    key: StoredKey
    until: float


class KeyRing:
    """The keys that were shown lately, so that the hot path asks no database.

    Only valid keys are remembered: a key works from the moment it is made, and made-up ones fill no memory.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._keys: OrderedDict[str, _Remembered] = OrderedDict()

    async def valid(self, db: Database, shown: KeyText) -> StoredKey | None:
        """What is stored of the key that is shown, or None where it opens nothing."""
        remembered = self._keys.get(shown.id)
        if remembered and self._clock() < remembered.until:
            stored = remembered.key
        else:
            self._keys.pop(shown.id, None)
            stored = await _fetch(db, shown)
        if stored is None or not shown.matches(stored.secret_hash):
            return None
        if stored is not (remembered.key if remembered else None):
            self._remember(shown.id, stored)
        return stored

    def _remember(self, key_id: str, stored: StoredKey) -> None:
        self._keys[key_id] = _Remembered(stored, self._clock() + TRUSTED_FOR)
        if len(self._keys) > _MOST_REMEMBERED:
            self._keys.popitem(last=False)


async def _fetch(db: Database, shown: KeyText) -> StoredKey | None:
    async with db.connection() as connection:
        keys = KeyStore(connection)
        stored = await keys.valid(shown.id)
        if stored and stored.unmarked and shown.matches(stored.secret_hash):
            await keys.mark_used(shown.id, stored.tenant_id)
        return stored


# One ring a database: a process that serves two, as tests do, must not mix them up. The ring holds no reference to its
# database, so that the entry goes when the database does.
_rings: WeakKeyDictionary[Database, KeyRing] = WeakKeyDictionary()


def _ring_of(db: Database) -> KeyRing:
    return _rings.setdefault(db, KeyRing())
