"""Nouns: a change that is asked for, the evidence behind it, and what became of it on the forge."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

MIN_CONFIDENCE: Final = 0.7
MOST_FILES: Final = 50
MOST_BYTES: Final = 1024 * 1024
"""Of one file."""

PrStatus: TypeAlias = Literal["pending", "branch", "open", "merged", "closed", "failed"]
"""``pending``: the row is there, the forge has not finished; ``branch``: the remote knows no pull requests."""

_SOURCE: Final = re.compile(r"[^\x00-\x1f\x7f\\]+\.(?:[mc]?[jt]s|[jt]sx|py)", re.IGNORECASE)


@dataclass(frozen=True)
class OfferedFile:
    """A file as it is to become, and why. The path is relative to the root of the repository."""

    path: str
    content: str
    before_digest: str
    """Sha256 of the text that was changed, in hexadecimal digits."""
    message: str
    selectors: Sequence[str]
    """The broken locators that it repairs, as Playwright has them."""


@dataclass(frozen=True)
class Offer:
    """A rewritten and verified change, as a machine with a checkout hands it over."""

    run_id: UUID
    base_sha: str
    base_branch: str | None
    """None: the server chooses."""
    files: Sequence[OfferedFile]
    verified_runs: int


class Evidence(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """A locator that was healed in a run: what it was, what it became, how sure that is, and in which tests."""

    path: str
    original: str
    healed: str
    confidence: float
    strategy: str
    explanation: str = ""
    tests: Sequence[str] = ()
    screenshot_url: str | None = None
    accepted_by: str | None = None
    """Who has accepted it, where somebody has; it may then be less sure than others, or was only proposed."""
    proposed: bool = False
    """The test was not healed by it: somebody has accepted what was proposed."""


class PatchedFile(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """One commit of a change; what the row keeps of it, so that a try that was cut short can be taken up."""

    path: str
    content: str
    message: str
    evidence: Sequence[Evidence]

    @property
    def blob(self) -> str:
        """What git calls this content."""
        body = self.content.encode()
        return hashlib.sha1(b"blob %d\x00%s" % (len(body), body), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a branch is made of: one commit for each file, the first on ``base_sha``."""

    base_branch: str
    base_sha: str
    branch: str
    files: Sequence[PatchedFile]
    at: datetime
    """Of its commits, where the forge does not date them itself: the same change has the same commits."""


@dataclass(frozen=True, kw_only=True)
class HealingPr:
    """The row of a run. ``error`` is what the last try has met."""

    id: UUID
    tenant_id: UUID
    run_id: UUID
    repository: str
    base_branch: str
    base_sha: str
    branch_name: str
    change_digest: str
    pr_number: int | None
    pr_url: str | None
    pr_status: PrStatus
    error: str | None
    tries: int
    healing_count: int
    avg_confidence: float
    verified_runs: int
    created_at: datetime
    updated_at: datetime

    @property
    def is_settled(self) -> bool:
        """It has come to the forge: whatever is tried again changes nothing."""
        return self.pr_status not in ("pending", "failed")


@dataclass(frozen=True, kw_only=True)
class ListedPr(HealingPr):
    """A change as lists show it."""

    project: str
    branch: str | None
    """Of the run."""
    heals: Sequence[Evidence]


@dataclass(frozen=True)
class Pull:
    """A pull request as the forge has it."""

    number: int
    url: str
    status: PrStatus


@dataclass(frozen=True)
class Known:
    """A pull request that the forge has told of, or is to be asked about."""

    repository: str
    number: int


def branch_of(run_id: UUID) -> str:
    return f"shifty/heal-selectors-{str(run_id)[:8]}"


def is_source_path(path: str) -> bool:
    """Whether it names a file of test code inside the repository: what heals are in, and nothing that runs in CI."""
    parts = path.split("/")
    inside = all(part not in ("", ".", "..") and not part.lower().startswith((".git", ".husky")) for part in parts)
    return inside and len(path) <= 1024 and bool(_SOURCE.fullmatch(path))


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def change_digest(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Equal where the same lines become the same lines, wherever in the file they stand and whatever else is in it."""
    edits = [[path, _edits(before[path], after[path])] for path in sorted(after)]
    return hashlib.sha256(msgspec.json.encode(edits)).hexdigest()


def _edits(before: str, after: str) -> list[tuple[list[str], list[str]]]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(old[a:b], new[c:d]) for kind, a, b, c, d in steps if kind != "equal"]
