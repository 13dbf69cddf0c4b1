"""Find likely causes of a test's failures."""

from collections.abc import Mapping, Sequence

from shifty.flakiness.causes.compare import by_chance, failed
from shifty.flakiness.causes.elsewhere import one_browser, one_host
from shifty.flakiness.causes.placed import order, shared_worker
from shifty.flakiness.causes.said import said
from shifty.flakiness.model import Evidence
from shifty.history.model import Execution


def causes_of(
    executions: Sequence[Execution], siblings: Mapping[str, Sequence[Execution]] | None = None
) -> list[Evidence]:
    """What makes a test fail, the strongest evidence first; empty where nothing stands out.

    ``executions`` are the test's, in any order; ``siblings`` those of the same file and titles in other browser
    projects, by the project's name. ``Evidence.tests`` are numbers of known tests as text.
    """
    if not any(map(failed, executions)):
        return []
    chance = by_chance(executions)
    before = order(chance)
    # Who always fails after one particular test never fails as the first: that would be told twice.
    compared = [before or shared_worker(chance), one_browser(chance, siblings or {}), one_host(chance)]
    found = [*(evidence for evidence in compared if evidence), *said(executions)]
    return sorted(found, key=lambda evidence: -evidence.strength)
