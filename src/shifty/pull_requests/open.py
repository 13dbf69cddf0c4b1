"""Offer a change: the row first, then branch and pull request, then what became of them.

A crash between any two lines leaves a row that says so; the next try, the client's or the duty's, takes up what is
there.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from psycopg.errors import LockNotAvailable

from shifty.database.pool import Database
from shifty.errors import Refusal, Unavailable
from shifty.healing.events import EventFilter, list_events
from shifty.pull_requests.describe import body_of, message_of, title_of
from shifty.pull_requests.errors import BaseChanged, BranchProtected, ChangeDeclined, HealingNotConfigured
from shifty.pull_requests.evidence import patch_of
from shifty.pull_requests.forge import Forge
from shifty.pull_requests.forges import Forges
from shifty.pull_requests.model import (
    Change,
    HealingPr,
    Known,
    Offer,
    PatchedFile,
    Pull,
    branch_of,
    change_digest,
)
from shifty.pull_requests.rules import is_branch_name, require_offerable, require_same, require_unchanged
from shifty.pull_requests.store import NewPr, PrStore, follow_pr, has_one_tenant, lock_repository, unfinished
from shifty.runs.errors import RunNotFound
from shifty.runs.model import Run
from shifty.runs.store import RunStore
from shifty.storage.addresses import artifact_url
from shifty.tenants.model import Caller

log = logging.getLogger(__name__)

RESUME_EVERY_S: Final = 60.0
PATIENCE: Final = timedelta(minutes=2)
CUT_SHORT_AFTER: Final = timedelta(minutes=1)
MOST_TRIES: Final = 10
_AT_ONCE: Final = 10


async def open_pull_request(db: Database, forges: Forges, caller: Caller, offer: Offer, base: str) -> HealingPr:
    """The branch, and where the forge knows them the pull request, of a change; asked again, the same one.

    ``base`` is the address of this server, for links.

    Raises:
        RunNotFound: the caller has no such run.
        HealingNotConfigured: this server has no repository for the caller's tenant.
        BadOffer, RunNotFinished, RunFromFork, NotVerified, NoConfidentHeal: the change is none to offer.
        BaseChanged, BranchTaken, BranchProtected: it does not fit what is in the repository.
        AlreadyOffered, ChangeDeclined: there is another one, or nobody wants it.
        ForgeRefused, ForgeAway: the forge has said no, or nothing.
    """
    run = await _run_for(db, forges, caller, offer.run_id)
    require_offerable(run, offer)
    patch = await _patch(db, caller.tenant_id, offer, base)
    if known := await _settled(db, caller.tenant_id, run.id, patch):
        return known
    async with forges.open() as forge:
        base_branch = await _base_branch(forge, forges, run, offer)
        before = await forge.texts(offer.base_sha, [file.path for file in patch])
        require_unchanged(offer, base_branch, before)
        digest = change_digest(before, {file.path: file.content for file in patch})
        async with _alone(db, forges, forge.repository):
            row = await _begun(
                db,
                caller.tenant_id,
                run.id,
                NewPr(
                    forge.repository,
                    _change(offer.base_sha, base_branch, branch_of(run.id), patch),
                    digest,
                    offer.verified_runs,
                ),
            )
            return row if row.is_settled else await _carry_out(db, forge, row, patch, base)


async def resume(db: Database, forges: Forges, base: str | None) -> None:
    """Take up what was cut short: by a crash, or by a forge that did not answer."""
    if forges.repository is None:
        return
    async with db.connection() as connection:
        rows = await unfinished(connection, forges.repository, CUT_SHORT_AFTER, MOST_TRIES, _AT_ONCE)
    for row in rows:
        try:
            async with forges.open() as forge, _alone(db, forges, forge.repository):
                async with db.connection() as connection:
                    store = PrStore(connection, row.tenant_id)
                    current, patch = await store.get(row.run_id), await store.patch(row)
                if current and current.pr_status == "pending":
                    await _carry_out(db, forge, current, patch, base)
        except Refusal as refusal:
            log.warning("The healing change for run %s could not be offered: %s", row.run_id, refusal)


async def _run_for(db: Database, forges: Forges, caller: Caller, run_id: UUID) -> Run:
    async with db.connection() as connection:
        run = await RunStore(connection, caller.tenant_id, caller.project).get(run_id)
        if run is None:
            raise RunNotFound(run_id)
        if forges.repository is None:
            raise HealingNotConfigured.for_nobody()
        if forges.tenants is None:
            allowed = await has_one_tenant(connection)
        else:
            allowed = any(caller.is_tenant(name) for name in forges.tenants)
    if not allowed:
        raise HealingNotConfigured.for_tenant(caller.tenant_slug)
    return run


async def _patch(db: Database, tenant_id: UUID, offer: Offer, base: str) -> list[PatchedFile]:
    page = await list_events(db, tenant_id, offer.run_id, EventFilter())
    shown = [(event, artifact_url(base, shot.id, shot.name) if shot else None) for event, shot in page.events]
    messages = {file.path: message_of(file.message, offer.run_id) for file in offer.files}
    return patch_of(offer, shown, messages)


async def _settled(db: Database, tenant_id: UUID, run_id: UUID, patch: Sequence[PatchedFile]) -> HealingPr | None:
    """What this very change has come to already; it needs no forge."""
    async with db.connection() as connection:
        store = PrStore(connection, tenant_id)
        row = await store.get(run_id)
        if row is None or not row.is_settled:
            return None
        known = await store.patch(row)
    return row if _contents(known) == _contents(patch) else None


async def _base_branch(forge: Forge, forges: Forges, run: Run, offer: Offer) -> str:
    """What the change is to be merged into.

    Raises:
        BaseChanged: it does not have the commit that was changed, or has the change.
        BranchProtected: it is the branch that would be pushed to.
    """
    default = await forge.default_branch()
    branch = offer.base_branch or forges.base_branch
    if branch is None:
        own = run.branch if run.branch and is_branch_name(run.branch) else None
        branch = own if own and await forge.tip(own) else default
    if branch_of(run.id) in (branch, default):
        raise BranchProtected(forge.repository, branch_of(run.id))
    tip = await forge.tip(branch)
    if tip is None or not await forge.holds(branch, offer.base_sha):
        raise BaseChanged(
            f"Branch {branch} of {forge.repository} does not have commit {offer.base_sha[:12]}. Push the commit first,"
            " or name the branch that has it. Commits of forks are in none, and nothing is pushed for them.",
            {"baseBranch": branch, "baseSha": offer.base_sha},
        )
    if tip != offer.base_sha:
        now = await forge.texts(tip, [file.path for file in offer.files])
        if all(now.get(file.path) == file.content for file in offer.files):
            raise BaseChanged(f"Branch {branch} of {forge.repository} has this change already.", {"baseBranch": branch})
    return branch


async def _begun(db: Database, tenant_id: UUID, run_id: UUID, new: NewPr) -> HealingPr:
    async with db.transaction() as tx:
        store = PrStore(tx, tenant_id)
        row = await store.begin(run_id, new) or await store.get(run_id)
    if row is None:
        raise RunNotFound(run_id)
    require_same(row, new.change_digest)
    return row


async def _carry_out(
    db: Database, forge: Forge, row: HealingPr, patch: Sequence[PatchedFile], base: str | None
) -> HealingPr:
    try:
        branch, pull = await _on_forge(db, forge, row, patch, base)
    except Refusal as refusal:
        async with db.connection() as connection:
            status = "pending" if isinstance(refusal, Unavailable) else "failed"
            await PrStore(connection, row.tenant_id).note_failure(row, status, refusal.message)
        raise
    async with db.connection() as connection:
        settled = await PrStore(connection, row.tenant_id).settle(row, branch, pull)
    if settled is None:
        raise RunNotFound(row.run_id)
    return settled


async def _on_forge(
    db: Database, forge: Forge, row: HealingPr, patch: Sequence[PatchedFile], base: str | None
) -> tuple[str, Pull | None]:
    """The branch that has the change now, and its pull request."""
    title = title_of(patch)
    body = body_of(patch, row.run_id, row.change_digest, row.verified_runs, base)
    async with db.connection() as connection:
        same = await PrStore(connection, row.tenant_id).same_change(row)
    if same and same.pr_number:
        pull = await _as_it_stands(db, forge, same.repository, same.pr_number)
        if pull and pull.status == "open":
            await forge.redescribe(pull.number, title, body)
            return same.branch_name, pull
        if pull and pull.status == "closed":
            raise ChangeDeclined(pull.url)
    change = _change(row.base_sha, row.base_branch, row.branch_name, patch, row.created_at)
    await forge.push(change)
    return row.branch_name, await forge.offer(change, title, body)


async def _as_it_stands(db: Database, forge: Forge, repository: str, number: int) -> Pull | None:
    pull = await forge.look(number)
    if pull:
        async with db.connection() as connection:
            await follow_pr(connection, Known(repository, number), pull.status)
    return pull


@asynccontextmanager
async def _alone(db: Database, forges: Forges, repository: str) -> AsyncGenerator[None]:
    """While nobody else changes this repository: the lock goes with its connection, whatever happens to us."""
    busy = "Other changes are being offered to the repository. The same call may pass later."
    try:
        await asyncio.wait_for(forges.turn.acquire(), PATIENCE.total_seconds())
    except TimeoutError:
        raise Unavailable(busy) from None
    try:
        connection = await db.dedicated()
        try:
            try:
                await lock_repository(connection, repository, PATIENCE)
            except LockNotAvailable:
                raise Unavailable(busy) from None
            yield
        finally:
            await connection.close()
    finally:
        forges.turn.release()


def _change(
    sha: str, base_branch: str, branch: str, patch: Sequence[PatchedFile], at: datetime | None = None
) -> Change:
    return Change(base_branch=base_branch, base_sha=sha, branch=branch, files=patch, at=at or datetime.now(UTC))


def _contents(patch: Sequence[PatchedFile]) -> dict[str, str]:
    return {file.path: file.content for file in patch}
