"""Refusals of this room."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from shifty.errors import Conflict, Invalid, Unauthenticated, Unavailable
from shifty.pull_requests.model import MIN_CONFIDENCE


class HealingNotConfigured(Conflict):
    """No repository is configured for this tenant."""

    code = "HEALING_NOT_CONFIGURED"

    @classmethod
    def for_nobody(cls) -> Self:
        return cls(
            "This server offers no healing changes to a repository. Set SHIFTY_HEALING_REPOSITORY (see"
            " docs/pull-requests.md), or write the change into the checkout: shifty heal apply RUN."
        )

    @classmethod
    def for_tenant(cls, tenant: str) -> Self:
        return cls(
            f"The repository of this server is not for runs of tenant {tenant}. Ask whoever runs it to name the tenant"
            " in SHIFTY_HEALING_TENANTS, or write the change into the checkout: shifty heal apply RUN.",
            {"tenant": tenant},
        )

    @classmethod
    def without_credentials(cls, repository: str) -> Self:
        return cls(
            f"This server may not write to {repository}: set SHIFTY_GITHUB_TOKEN, or SHIFTY_GITHUB_APP_ID and"
            " SHIFTY_GITHUB_APP_PRIVATE_KEY_FILE (docs/pull-requests.md).",
            {"repository": repository},
        )


class BadOffer(Invalid):
    """The change is at fault; details name the fields."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        fields = [{"path": path, "message": message} for path, message in faults]
        more = f" ({len(faults) - 1} more in details.fields)" if len(faults) > 1 else ""
        super().__init__(f"{faults[0][0]}: {faults[0][1]}{more}", {"fields": fields})


class RunNotFinished(Conflict):
    """The run is still going on."""

    code = "RUN_NOT_FINISHED"

    def __init__(self, run_id: UUID) -> None:
        super().__init__(
            f"Run {run_id} is not over: more may be healed in it. Try again when it has ended (shifty watch {run_id}).",
            {"runId": str(run_id)},
        )


class RunFromFork(Conflict):
    """The run was of a fork: its code is nobody's whom the repository trusts."""

    code = "RUN_FROM_FORK"

    def __init__(self, run_id: UUID) -> None:
        super().__init__(
            f"Run {run_id} was of a fork, and nothing is pushed for forks. Its author can write the change into the"
            " checkout: shifty heal apply RUN.",
            {"runId": str(run_id)},
        )


class NoConfidentHeal(Conflict):
    """A file of the change repairs nothing that was healed in this run, or nothing that is sure enough."""

    code = "NO_CONFIDENT_HEAL"

    def __init__(self, run_id: UUID, paths: Sequence[str]) -> None:
        super().__init__(
            f"In run {run_id} no locator of {_few(paths)} was healed with success and a confidence of at least"
            f" {MIN_CONFIDENCE:.0%}. Leave such files out, or change them by hand.",
            {"runId": str(run_id), "paths": list(paths)},
        )


class NotVerified(Conflict):
    """Nobody has run the healed tests again with the change."""

    code = "CHANGE_NOT_VERIFIED"

    def __init__(self) -> None:
        super().__init__(
            "The healed tests were not run again with this change, so it is not offered. Let shifty heal apply verify"
            " it: without --no-verify."
        )


class BaseChanged(Conflict):
    """The files, or the branch, are not what the change was made for."""

    code = "BASE_CHANGED"


class BranchTaken(Conflict):
    """The branch exists, and holds something else than this change."""

    code = "BRANCH_TAKEN"

    def __init__(self, repository: str, branch: str) -> None:
        super().__init__(
            f"Branch {branch} of {repository} holds something else than this change, and is not touched. Delete it,"
            " or rename it, and try again.",
            {"repository": repository, "branch": branch},
        )


class BranchProtected(Conflict):
    """The branch to push to is protected, or is the one that the change is for."""

    code = "BRANCH_PROTECTED"

    def __init__(self, repository: str, branch: str) -> None:
        super().__init__(
            f"Branch {branch} of {repository} is protected, or is what the change is to be merged into. Shifty only"
            " pushes to branches of its own: leave shifty/heal-selectors-* out of the protection.",
            {"repository": repository, "branch": branch},
        )


class AlreadyOffered(Conflict):
    """Another change was offered for this run."""

    code = "HEALING_PR_EXISTS"

    def __init__(self, run_id: UUID, where: str) -> None:
        super().__init__(
            f"For run {run_id} another change is offered already: {where}. A run has one; start a new run.",
            {"runId": str(run_id), "where": where},
        )


class ChangeDeclined(Conflict):
    """Somebody has closed a pull request with this very change."""

    code = "HEALING_PR_DECLINED"

    def __init__(self, url: str) -> None:
        super().__init__(
            f"Somebody has closed a pull request with this very change: {url}. Open it again if it is wanted.",
            {"prUrl": url},
        )


class ForgeRefused(Conflict):
    """The forge has said no."""

    code = "FORGE_REFUSED"

    def __init__(self, repository: str, doing: str, said: str) -> None:
        super().__init__(
            f"{repository} refuses to {doing}: {said}. Check what the server's credentials may do"
            " (docs/pull-requests.md lists the permissions).",
            {"repository": repository},
        )


class ForgeAway(Unavailable):
    """The forge does not answer."""

    def __init__(self, repository: str, said: str, *, retry_after_s: int = 30) -> None:
        super().__init__(
            f"The forge of {repository} does not answer ({said}). The server tries again by itself once the change is"
            " stored; otherwise the same call may pass later.",
            {"repository": repository},
            retry_after_s=retry_after_s,
        )


class BadSignature(Unauthenticated):
    """The webhook is not signed with our secret."""

    def __init__(self) -> None:
        super().__init__(
            "X-Hub-Signature-256 does not fit the body. Set the same secret at GitHub's webhook and in"
            " SHIFTY_GITHUB_WEBHOOK_SECRET."
        )


def _few(paths: Sequence[str]) -> str:
    shown = ", ".join(paths[:3])
    return f"{shown} and {len(paths) - 3} more" if len(paths) > 3 else shown


class HealRefused(Conflict):
    """Somebody does not want a replacement that the change holds."""

    code = "HEAL_REFUSED"

    def __init__(self, run_id: UUID, selectors: Sequence[str]) -> None:
        super().__init__(
            f"What takes the place of {', '.join(selectors[:5])} was refused. Apply the run again: `shifty heal apply"
            f" {run_id}` leaves it out; or take the decision back (`shifty heal decisions`).",
            {"runId": str(run_id), "selectors": list(selectors)},
        )
