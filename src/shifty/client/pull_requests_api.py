"""The calls about changes that are offered: hand one over, and see what became of it."""

from collections.abc import Sequence

import msgspec

from shifty.client.answer import Answer, read
from shifty.client.transport import Transport


class RepairedHeal(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    original_selector: str
    """As the healing event has it."""


class ChangedFile(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """One commit. The path is relative to the root of the repository."""

    path: str
    content: str
    before_digest: str
    """SHA-256 of the text that was changed, in hexadecimal digits."""
    message: str
    heals: Sequence[RepairedHeal]


class HealingChange(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True, frozen=True):
    """The body of ``POST /healing/prs``."""

    run_id: str
    base_sha: str
    base_branch: str | None = None
    files: Sequence[ChangedFile]
    verified_runs: int


class HealingPr(Answer, kw_only=True, frozen=True):
    """What a change has come to. ``pr_status`` ``branch``: the remote knows no pull requests."""

    run_id: str
    repository: str
    branch_name: str
    pr_number: int | None = None
    pr_url: str | None = None
    pr_status: str
    """``pending``, ``branch``, ``open``, ``merged``, ``closed``, ``failed``."""
    healing_count: int = 0
    avg_confidence: float = 0.0
    base_branch: str = ""
    error: str | None = None
    project: str = ""


class _HealingPrs(Answer, kw_only=True, frozen=True):
    prs: list[HealingPr]


async def offer_change(transport: Transport, change: HealingChange) -> HealingPr:
    """Let the server make branch and pull request; asked again, the same one."""
    answer = await transport.call("POST", "/healing/prs", body=msgspec.json.encode(change))
    return read(answer, HealingPr)


async def healing_prs(transport: Transport, run_id: str | None = None, *, limit: int = 50) -> bytes:
    """The change of a run, or the newest of all runs, as JSON; ``read_prs`` makes sense of it."""
    query = {"limit": str(limit), **({"runId": run_id} if run_id else {})}
    return await transport.call("GET", "/healing/prs", query=query)


def read_prs(body: bytes) -> list[HealingPr]:
    return read(body, _HealingPrs).prs
