"""Sessions: a browser that has shown an API key once, and holds a cookie from then on."""

import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from weakref import WeakKeyDictionary

from shifty.database.pool import Database
from shifty.tenants.audit import record
from shifty.tenants.authenticate import TRUSTED_FOR, valid_key
from shifty.tenants.errors import BadCode, BadKey
from shifty.tenants.model import Caller
from shifty.tenants.secrets import read_key
from shifty.tenants.store import QUERIES, known_scopes

LASTS: Final = timedelta(days=14)
IDLE: Final = timedelta(days=2)
"""A session that nobody uses for so long is over."""
CODE_GOOD_FOR: Final = timedelta(minutes=2)
_MOST_REMEMBERED: Final = 2000
_FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Session:
    """Who is signed in. ``csrf`` stands in every form of the pages, so that no other site can send one."""

    caller: Caller
    key_name: str
    csrf: str

    @property
    def name(self) -> str:
        """What tells it from others, and is good for nothing else."""
        return hashlib.sha256(self.csrf.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class NewSession:
    token: str
    """For the cookie, and nowhere else: only its hash is stored."""
    session: Session


async def sign_in(db: Database, key_text: str) -> NewSession:
    """Begin a session with an API key; the tenant is the key's.

    Raises:
        BadKey: it opens nothing.
    """
    shown = read_key(key_text.strip())
    stored = await valid_key(db, shown) if shown else None
    if shown is None or stored is None:
        raise BadKey
    return await _begin(db, shown.id)


async def make_code(db: Database, caller: Caller) -> str:
    """What opens one session with the caller's key, for the address that a command opens in a browser."""
    text = secrets.token_urlsafe(32)
    values = {"hash": _hash(text), "tenant_id": caller.tenant_id, "key_id": caller.key_id, "good_for": CODE_GOOD_FOR}
    async with db.connection() as connection:
        await connection.execute(QUERIES["make_code"], values)
    return text


async def sign_in_with_code(db: Database, code: str) -> NewSession:
    """Begin a session with a code, which is used up by that.

    Raises:
        BadCode: there is no such code any more.
        BadKey: the key behind it opens nothing any more.
    """
    if not _FORM.fullmatch(code):
        raise BadCode
    async with db.connection() as connection:
        row = await (await connection.execute(QUERIES["take_code"], {"hash": _hash(code)})).fetchone()
    if row is None:
        raise BadCode
    return await _begin(db, row[0])


async def session_of(db: Database, token: str | None) -> Session | None:
    """Who holds the token; None: nobody, or the session or its key is over."""
    if token is None or not _FORM.fullmatch(token):
        return None
    ring = _rings.setdefault(db, OrderedDict())
    hashed = _hash(token)
    remembered = ring.get(hashed)
    if remembered and time.monotonic() < remembered[1]:
        return remembered[0]
    ring.pop(hashed, None)
    async with db.connection() as connection:
        row = await (await connection.execute(QUERIES["valid_session"], {"hash": hashed, "idle": IDLE})).fetchone()
        if row is None:
            return None
        tenant_id, slug, key_id, key_name, scopes, project, unmarked = row
        if unmarked:
            await connection.execute(QUERIES["mark_session"], {"hash": hashed, "tenant_id": tenant_id})
    caller = Caller(tenant_id, slug, key_id, known_scopes(scopes), project)
    session = Session(caller, key_name, _csrf(token))
    ring[hashed] = (session, time.monotonic() + TRUSTED_FOR)
    if len(ring) > _MOST_REMEMBERED:
        ring.popitem(last=False)
    return session


async def sign_out(db: Database, token: str, session: Session) -> None:
    """End a session: at once here, within ``TRUSTED_FOR`` on other replicas."""
    hashed = _hash(token)
    async with db.transaction() as tx:
        await tx.execute(QUERIES["end_session"], {"hash": hashed, "tenant_id": session.caller.tenant_id})
        await record(tx, session.caller, "session.ended")
    _rings.setdefault(db, OrderedDict()).pop(hashed, None)


async def drop_old_sessions(db: Database) -> None:
    async with db.connection() as connection:
        await connection.execute(QUERIES["drop_sessions"], {"idle": IDLE})


async def _begin(db: Database, key_id: str) -> NewSession:
    token = secrets.token_urlsafe(32)
    async with db.transaction() as tx:
        values = {"hash": _hash(token), "key_id": key_id, "lasts": LASTS}
        row = await (await tx.execute(QUERIES["begin_session"], values)).fetchone()
        if row is None:
            raise BadKey
        tenant_id, slug, key_name, scopes, project = row
        caller = Caller(tenant_id, slug, key_id, known_scopes(scopes), project)
        await record(tx, caller, "session.begun")
    return NewSession(token, Session(caller, key_name, _csrf(token)))


def _hash(text: str) -> bytes:
    """SHA-256: 256 random bits gain nothing from a slow hash."""
    return hashlib.sha256(text.encode()).digest()


def _csrf(token: str) -> str:
    """Known to who knows the cookie, and tells nothing about it."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


# As for keys: one a database, and no reference that would keep it alive.
_rings: WeakKeyDictionary[Database, OrderedDict[bytes, tuple[Session, float]]] = WeakKeyDictionary()
