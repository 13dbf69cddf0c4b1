"""Doors: offer a change, see what became of it, and hear of it from GitHub."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request

from shifty.ids import parse_run_id
from shifty.pull_requests.errors import (
    AlreadyOffered,
    BadOffer,
    BaseChanged,
    BranchProtected,
    BranchTaken,
    ChangeDeclined,
    ForgeAway,
    ForgeRefused,
    HealingNotConfigured,
    HealRefused,
    NoConfidentHeal,
    NotVerified,
    RunFromFork,
    RunNotFinished,
)
from shifty.pull_requests.forges import Forges
from shifty.pull_requests.list_prs import list_prs, show_pr
from shifty.pull_requests.open import open_pull_request
from shifty.pull_requests.webhook import take_webhook
from shifty.pull_requests.wire import HealingPrAnswer, HealingPrRequest, HealingPrsAnswer, WebhookAnswer
from shifty.runs.errors import RunNotFound
from shifty.tenants.caller import AUTHENTICATED, OrchestrateCaller, ReadCaller
from shifty.web.addresses import PublicBase
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage
from shifty.web.refusals import refusals
from shifty.wire import Words

router = APIRouter(tags=["Healing"], dependencies=AUTHENTICATED)


def _forges(request: Request) -> Forges:
    return cast("Forges", request.app.state.forges)


Forge = Annotated[Forges, Depends(_forges)]


def _known(run_id: str) -> UUID:
    known = parse_run_id(run_id.strip())
    if known is None:
        raise RunNotFound(run_id)
    return known


@router.post(
    "/healing/prs",
    summary="Offer a healing change",
    responses=refusals(
        RunNotFound,
        HealingNotConfigured,
        BadOffer,
        RunNotFinished,
        RunFromFork,
        NotVerified,
        NoConfidentHeal,
        HealRefused,
        BaseChanged,
        BranchTaken,
        BranchProtected,
        AlreadyOffered,
        ChangeDeclined,
        ForgeRefused,
        ForgeAway,
    ),
)
async def post_healing_pr(
    caller: OrchestrateCaller, body: HealingPrRequest, db: Db, forges: Forge, base: PublicBase
) -> HealingPrAnswer:
    """Make branch and pull request of a change that a checkout has rewritten and verified (`shifty heal apply`).

    One for each run: asked again, the answer is the one that is there. An open pull request with the same change is
    described anew instead.
    """
    offer = body.noun(_known(body.run_id))
    row = await open_pull_request(db, forges, caller, offer, base)
    return HealingPrAnswer.of(await show_pr(db, caller, row.run_id))


@router.get("/healing/prs", summary="List healing changes", responses=refusals(RunNotFound))
async def get_healing_prs(
    caller: ReadCaller,
    db: Db,
    page: AskedPage,
    run_id: Annotated[
        Words | None,
        Query(alias="runId", max_length=200, description="Only the one of this run; default: of all runs."),
    ] = None,
) -> HealingPrsAnswer:
    """The changes that are offered, newest first, and how their pull requests stand; a run has none or one."""
    found = await list_prs(db, caller, None if run_id is None else _known(run_id), page)
    return HealingPrsAnswer.of_page(found.prs, page, found.total)


@router.post("/healing/webhooks/github", include_in_schema=False)
async def post_github_webhook(
    request: Request,
    db: Db,
    forges: Forge,
    event: Annotated[str, Header(alias="X-GitHub-Event")] = "",
    signature: Annotated[str, Header(alias="X-Hub-Signature-256")] = "",
) -> WebhookAnswer:
    """Where GitHub tells of pull requests. The signature is the permission."""
    return WebhookAnswer(changed=await take_webhook(db, forges, event, signature, await request.body()))
