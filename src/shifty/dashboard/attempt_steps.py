"""The steps of an attempt as a tree, in which the way to the failing one is open. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from shifty.dashboard.ansi import bare, coloured
from shifty.wire import Step

MOST_STEPS: Final = 2000
DEEPEST: Final = 12
_LONGEST_ERROR: Final = 2000
_LONGEST_TITLE: Final = 500


@dataclass
class StepView:
    title: str
    category: str
    duration_ms: int
    error: Markup | None
    place: str | None
    has_failed: bool
    """It or one within it."""
    steps: list["StepView"] = field(default_factory=list["StepView"])


@dataclass(frozen=True)
class StepsView:
    steps: Sequence[StepView]
    count: int
    left_out: int

    @property
    def has_failed(self) -> bool:
        return any(step.has_failed for step in self.steps)


def steps_view(steps: Sequence[Step], told: Collection[str] = ()) -> StepsView:
    """Steps come in the order in which they began, each with how deep it lies in those before it. An error that is one
    of ``told`` stands above them in full."""
    roots: list[StepView] = []
    above: list[StepView] = []
    for step in steps[:MOST_STEPS]:
        view = _view(step, told)
        del above[min(step.depth, DEEPEST) :]
        (above[-1].steps if above else roots).append(view)
        above.append(view)
        if view.has_failed:
            for outer in above:
                outer.has_failed = True
    return StepsView(roots, len(steps), max(0, len(steps) - MOST_STEPS))


def _view(step: Step, told: Collection[str]) -> StepView:
    at = step.location
    return StepView(
        title=bare(step.title[:_LONGEST_TITLE]),
        category=step.category,
        duration_ms=step.duration_ms,
        error=None if step.error is None or step.error in told else coloured(step.error[:_LONGEST_ERROR]),
        place=f"{at.file}:{at.line}" if at else None,
        has_failed=step.error is not None,
    )
