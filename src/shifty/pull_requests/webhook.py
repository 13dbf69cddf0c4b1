"""What GitHub tells by webhook: that a pull request was merged, closed, or opened again."""

import hashlib
import hmac
from datetime import datetime

import msgspec

from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.pull_requests.errors import BadOffer, BadSignature
from shifty.pull_requests.forges import Forges
from shifty.pull_requests.model import Known, PrStatus
from shifty.pull_requests.store import follow_pr, is_known


class _ToldPull(msgspec.Struct):
    number: int
    state: str
    updated_at: datetime
    merged: bool | None = None

    @property
    def status(self) -> PrStatus:
        return "merged" if self.merged else "open" if self.state == "open" else "closed"


class _ToldRepository(msgspec.Struct):
    full_name: str


class _Told(msgspec.Struct):
    action: str
    pull_request: _ToldPull
    repository: _ToldRepository


async def take_webhook(db: Database, forges: Forges, event: str, signature: str, body: bytes) -> int:
    """How many rows have changed by what was told.

    It is taken as a hint: how the pull request stands is asked of the forge, so that a message that comes late, twice
    or from a recording changes nothing. Only where the forge does not answer, a message is believed that is younger
    than what we know.

    Raises:
        BadSignature: it is not signed with our secret, or we have none.
        BadOffer: it is signed, and can't be read.
    """
    if not is_signed(forges.webhook_secret, signature, body):
        raise BadSignature
    if event != "pull_request":
        return 0
    try:
        told = msgspec.json.decode(body, type=_Told)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadOffer([("body", f"is no pull_request event in JSON ({error})")]) from None
    known = Known(told.repository.full_name, told.pull_request.number)
    if told.action not in ("closed", "reopened"):
        return 0
    async with db.connection() as connection:
        if not await is_known(connection, known):
            return 0
    seen = await _seen(forges, known)
    async with db.connection() as connection:
        if seen:
            return await follow_pr(connection, known, seen)
        return await follow_pr(connection, known, told.pull_request.status, told.pull_request.updated_at)


def is_signed(secret: str | None, signature: str, body: bytes) -> bool:
    """Whether ``signature`` is what GitHub sends as X-Hub-Signature-256 for this body and secret."""
    expected = "sha256=" + hmac.new((secret or "").encode(), body, hashlib.sha256).hexdigest()
    fits = hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogateescape"))
    return bool(secret) and fits


async def _seen(forges: Forges, known: Known) -> PrStatus | None:
    if known.repository.lower() != (forges.repository or "").lower():
        return None
    try:
        async with forges.open() as forge:
            pull = await forge.look(known.number)
    except Refusal:
        return None
    return pull.status if pull else None
