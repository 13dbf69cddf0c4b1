"""Find what a locator used to hit, for a test that can't find it any more."""

from collections.abc import Sequence

from shifty.healing.model import Fingerprint, Use
from shifty.healing.store import HealingStore
from shifty.healing.wire import HealRequest


async def recall(store: HealingStore, project_id: int, asked: HealRequest) -> Fingerprint | None:
    """The fingerprint of the use that ``asked`` tells of, or of the one that most likely means the same element."""
    site = asked.call_site
    uses = await store.uses(project_id, site.file, asked.selector, test_id=asked.test_id, line=site.line)
    use = nearest_use(uses, asked.test_id, site.line)
    elements = await store.elements(use.id) if use else []
    return Fingerprint(elements, use.longest_wait_ms) if use and elements else None


def nearest_use(uses: Sequence[Use], test_id: str, line: int) -> Use | None:
    """Which of the uses of one selector in one file says most about the one in ``line`` of ``test_id``.

    The test's own, on the nearest line: code moves. Else one of other tests, on the same line (a page object) or on
    any, but only where they agree: what hits different elements in different tests says nothing about this one.
    ``uses`` come with the test's own first, then by distance.
    """
    if uses and uses[0].test_id == test_id:
        return uses[0]
    here = [use for use in uses if use.line == line]
    for others in (here, uses):
        if len({use.digest for use in others}) == 1:
            return max(others, key=lambda use: use.seen_at)
    return None
