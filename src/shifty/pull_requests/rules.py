"""What may be offered: every rule that needs no forge, as functions of values."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from shifty.pull_requests.errors import (
    AlreadyOffered,
    BadOffer,
    BaseChanged,
    NotVerified,
    RunFromFork,
    RunNotFinished,
)
from shifty.pull_requests.model import HealingPr, Offer, OfferedFile, digest_of, is_source_path
from shifty.runs.model import Run

_BRANCH: Final = re.compile(r"(?!-|/|.*(?:\.\.|//|@\{|\.lock(?:/|$)|[./]$))[^\x00-\x20\x7f~^:?*\[\\]{1,250}")


def require_offerable(run: Run, offer: Offer) -> None:
    """
    Raises:
        BadOffer, NotVerified, RunNotFinished, RunFromFork: as they say.
    """
    if faults := list(_faults(offer)):
        raise BadOffer(faults)
    if not run.is_over:
        raise RunNotFinished(run.id)
    if is_from_fork(run.metadata):
        raise RunFromFork(run.id)
    if offer.verified_runs < 1:
        raise NotVerified


def is_from_fork(metadata: Mapping[str, object]) -> bool:
    """As the client tells it. That the base commit is on a branch of the repository is looked at as well."""
    return metadata.get("fork") not in (None, False, "", "false")


def is_branch_name(text: str) -> bool:
    """Whether git takes it for one (git check-ref-format)."""
    return bool(_BRANCH.fullmatch(text))


def require_unchanged(offer: Offer, base: str, before: Mapping[str, str]) -> None:
    """
    Raises:
        BaseChanged: a file of the base commit is not the one that was rewritten.
    """
    differing = [file.path for file in offer.files if digest_of(before.get(file.path, "")) != file.before_digest]
    if differing:
        raise BaseChanged(
            f"In commit {offer.base_sha[:12]} of {base} these files are not what was changed:"
            f" {', '.join(differing[:5])}."
            " Commit and push what the checkout has, or apply the heals to a clean one.",
            {"paths": differing, "baseSha": offer.base_sha},
        )
    if unchanged := [file.path for file in offer.files if digest_of(file.content) == file.before_digest]:
        raise BadOffer([(f"files: {path}", "nothing is changed in it") for path in unchanged])


def require_same(row: HealingPr, digest: str) -> None:
    """
    Raises:
        AlreadyOffered: the run has a branch or a pull request with something else.
    """
    if row.is_settled and row.change_digest != digest:
        raise AlreadyOffered(row.run_id, row.pr_url or f"{row.repository}, branch {row.branch_name}")


def _faults(offer: Offer) -> Iterable[tuple[str, str]]:
    if offer.base_branch is not None and not is_branch_name(offer.base_branch):
        yield "baseBranch", "is no name of a branch"
    often = Counter(file.path.lower() for file in offer.files)
    for number, file in enumerate(offer.files):
        for field, fault in _faults_of(file):
            yield f"files[{number}].{field}", fault
        if often[file.path.lower()] > 1:
            yield f"files[{number}].path", "is there twice"


def _faults_of(file: OfferedFile) -> Iterable[tuple[str, str]]:
    if not is_source_path(file.path):
        yield "path", "is no TypeScript, JavaScript or Python file inside the repository"
    if not file.message.strip():
        yield "message", "is empty"
