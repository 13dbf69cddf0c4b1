"""Tells people what the workers of this machine still upload, and what they could not."""

import asyncio
from pathlib import Path

from shifty.cli.display import View
from shifty.cli.output import count
from shifty.worker.upload_spool import left_of_run, why_left

_EVERY_S = 5.0


async def tell_uploads(view: View, spool_root: Path, run_id: str) -> None:
    """Say every few seconds how many are left; to be cancelled."""
    while True:
        await asyncio.sleep(_EVERY_S)
        if left := _count(spool_root, run_id):
            view.say(f"Uploading what the tests have left behind: {count(left, 'file')} to go.")


def tell_undelivered(view: View, spool_root: Path, run_id: str) -> None:
    """One line about what is left once the workers are gone."""
    left = _count(spool_root, run_id)
    if left:
        reason = (why_left(spool_root, run_id) or "the workers had no time for it").rstrip(".")
        view.say(
            f"{count(left, 'artifact')} could not be uploaded ({reason}). They wait in {spool_root / run_id} and are "
            "delivered by the next worker on this machine; the verdict is complete without them."
        )


def _count(spool_root: Path, run_id: str) -> int:
    return sum(1 for _ in left_of_run(spool_root, run_id))
