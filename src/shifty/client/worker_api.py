"""The calls that workers make: claim, renew, finish, report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from shifty.client.model import Acknowledged, Claim, Renewal
from shifty.client.transport import Transport

FinishOutcome: TypeAlias = Literal["finished", "returned", "crashed"]

_claim = msgspec.json.Decoder(Claim)
_renewal = msgspec.json.Decoder(Renewal)
_acknowledged = msgspec.json.Decoder(Acknowledged)


@dataclass(frozen=True)
class Claimant:
    """Who claims. ``overhead_ms`` is what the last batch cost beside its tests; None before the first."""

    id: UUID
    name: str
    lanes: int = 1
    projects: tuple[str, ...] | None = None
    """Only for a worker of the pool: the projects whose tests it can run; None is all."""


class NotRunTest(msgspec.Struct, rename="camel", frozen=True):
    test_id: str
    reason: str


class Finish(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """How a lease ended. What is neither reported nor in ``not_run`` goes back to the queue."""

    outcome: FinishOutcome
    not_run: list[NotRunTest] = []
    crashed: list[str] = []
    wall_ms: int = 0
    test_ms: int = 0


async def claim(
    transport: Transport, run_id: str | None, claimant: Claimant, overhead_ms: int | None, *, patience_s: float
) -> Claim:
    """Work of one run, or with ``run_id`` None of any open run of the tenant.

    Safe to repeat: a worker that holds a lease gets that one again.
    """
    body: dict[str, object] = {
        "workerId": str(claimant.id),
        "worker": claimant.name,
        "lanes": claimant.lanes,
        "overheadMs": overhead_ms,
    }
    if run_id is None:
        body["projects"] = list(claimant.projects) if claimant.projects is not None else None
    path = f"/runs/{run_id}/claims" if run_id else "/claims"
    return _claim.decode(await transport.call("POST", path, body=msgspec.json.encode(body), patience_s=patience_s))


async def renew(transport: Transport, run_id: str, token: str) -> Renewal:
    """One try: the next heartbeat comes soon enough.

    Raises:
        LeaseGone: the tests of the lease are somebody else's now.
        ServerAway: nobody answered.
    """
    answer = await transport.call("POST", f"/runs/{run_id}/leases/{token}/renew", body=b"{}", patience_s=0)
    return _renewal.decode(answer)


async def finish(transport: Transport, run_id: str, token: str, how: Finish, *, patience_s: float) -> None:
    body = msgspec.json.encode(how)
    await transport.call("POST", f"/runs/{run_id}/leases/{token}/finish", body=body, patience_s=patience_s)


async def heal(transport: Transport, body: bytes) -> bytes:
    """One try, since a test waits. ``HealRequest`` and ``HealAnswer`` are passed on as they are."""
    return await transport.call("POST", "/healing/heal", body=body, patience_s=0)


async def known_fingerprints(transport: Transport, query: Mapping[str, str]) -> bytes:
    return await transport.call("GET", "/healing/fingerprints", query=query, patience_s=0)


async def post_fingerprints(transport: Transport, body: bytes, *, patience_s: float) -> None:
    await transport.call("POST", "/healing/fingerprints", body=body, patience_s=patience_s)


async def post_events(
    transport: Transport, run_id: str, messages: Sequence[bytes], *, patience_s: float
) -> Acknowledged:
    """Deliver encoded messages in order; once this returns the server has stored them."""
    body = b"[" + b",".join(messages) + b"]"
    return _acknowledged.decode(
        await transport.call("POST", f"/runs/{run_id}/events", body=body, patience_s=patience_s)
    )
