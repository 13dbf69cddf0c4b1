"""Hands a verified change to the server, which makes the pull request."""

import hashlib

from shifty.cli.heal_apply_show import Applied
from shifty.client.pull_requests_api import ChangedFile, HealingChange, HealingPr, RepairedHeal, offer_change
from shifty.client.transport import Transport
from shifty.pull_requests.change import FileChange


async def offer(transport: Transport, base_sha: str, applied: Applied) -> HealingPr:
    files = [_file(change) for change in applied.changes]
    change = HealingChange(run_id=applied.run_id, base_sha=base_sha, files=files, verified_runs=applied.times)
    return await offer_change(transport, change)


def _file(change: FileChange) -> ChangedFile:
    selectors = dict.fromkeys(healed.heal.original_selector for healed in change.heals)
    return ChangedFile(
        path=change.path,
        content=change.after,
        before_digest=hashlib.sha256(change.before.encode()).hexdigest(),
        message=change.message,
        heals=[RepairedHeal(original_selector=selector) for selector in selectors],
    )
