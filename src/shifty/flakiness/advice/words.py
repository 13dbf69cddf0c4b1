"""The advice as sentences: pure."""

from collections.abc import Sequence
from datetime import UTC

from shifty.flakiness.advice.model import Crew, Forecast, Hidden, Piece, RetryCost, Split
from shifty.orchestration.request import MOST_WORKERS

_LEAST_MENTIONED_S = 0.5


def of_crew(crew: Crew, compared: int) -> str:
    """``8 workers: 6 min; 12 would save 20 s.``"""
    now, best = crew.forecasts[compared - 1], crew.recommended
    begun = f"{_count(now.workers, 'worker')}: {spoken(now.wall_s)}"
    if best.workers > now.workers:
        return f"{begun}; {best.workers} would save {spoken(now.wall_s - best.wall_s)}."
    if best.workers < now.workers:
        longer = best.wall_s - now.wall_s
        needed = f"take {spoken(longer)} longer" if longer >= _LEAST_MENTIONED_S else "take no longer"
        return f"{begun}; {best.workers} would {needed} and save {spoken(now.machine_s - best.machine_s)} of machines."
    return f"{begun}, and that is how many it deserves{_of_more(crew, now)}."


def _of_more(crew: Crew, now: Forecast) -> str:
    if now.workers == MOST_WORKERS:
        return ""
    more = crew.forecasts[min(MOST_WORKERS, now.workers + max(1, now.workers // 2)) - 1]
    saved = now.wall_s - more.wall_s
    return f"; {more.workers} would save {spoken(saved) if saved >= _LEAST_MENTIONED_S else 'nothing'}"


def of_split(split: Split) -> str:
    held = " and ".join(_piece(piece) for piece in split.pieces)
    decide = "decides" if len(split.pieces) == 1 else "decide"
    if split.saved_s <= 0:
        return f"{held} {decide} how long a run takes, and can't be split."
    return (
        f"{held} {decide} how long a run takes. With {_pronoun(split.pieces)} tests apart, "
        f"{_count(split.workers, 'worker')} would need {spoken(split.apart_s)}, not {spoken(split.wall_s)}."
    )


def how_to_split(pieces: Sequence[Piece]) -> str:
    """What to do about the pieces that hold up a run."""
    kinds = {piece.holdup for piece in pieces}
    if "test" in kinds:
        return "Make that test shorter, or several of it: workers can't help with one test."
    if "serial" in kinds:
        return (
            "Its tests are serial, so they stay together: make them independent of each other, then let them run "
            "apart, or move them to several files."
        )
    return (
        "Where no test needs another, set fullyParallel in Playwright's configuration or, at the top of the file, "
        "test.describe.configure({ mode: 'parallel' }); else move its tests to several files. beforeAll runs once "
        "a piece then."
    )


def of_retries(cost: RetryCost) -> str:
    if not cost.failed_ms:
        return f"No attempt failed in {_count(cost.runs, 'run')} of {cost.days} days."
    a_run = spoken(cost.failed_ms / 1000 / max(1, cost.runs))
    return (
        f"Failed attempts took {spoken(cost.failed_ms / 1000)} in {cost.days} days, {a_run} a run, "
        f"{cost.share:.1f} % of all test time: {spoken(cost.rescued_ms / 1000)} in tests that passed in the end, "
        f"{spoken(cost.in_vain_ms / 1000)} in retries of tests that failed all the same."
    )


def of_hidden(hidden: Hidden) -> str:
    if not hidden.rules:
        return "Nothing is quarantined."
    oldest = hidden.rules[0].rule.created_at.astimezone(UTC)
    soon = sum(rule.expires_soon for rule in hidden.rules)
    idle = sum(not rule.tests for rule in hidden.rules)
    parts = [
        f"{_count(len(hidden.rules), 'rule')} for {_count(hidden.tests, 'test')}",
        f"{_count(hidden.excused, 'failure')} excused in {hidden.days} days",
        f"the oldest is of {oldest:%Y-%m-%d}",
        *([f"{soon} {'expires' if soon == 1 else 'expire'} within a week"] if soon else []),
        *([f"{idle} {'matches' if idle == 1 else 'match'} nothing any more"] if idle else []),
    ]
    return "; ".join(parts) + "."


def spoken(seconds: float) -> str:
    """``850 ms``, ``12 s``, ``6 min``, ``6 min 20 s``, ``2 h 05 min``."""
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def _piece(piece: Piece) -> str:
    browser = f"[{piece.project_name}] " if piece.project_name else ""
    tests = "one test" if piece.holdup == "test" else _count(piece.tests, "test")
    return f"{browser}{piece.file} ({tests}, {spoken(piece.seconds)} in one piece)"


def _pronoun(pieces: Sequence[Piece]) -> str:
    return "its" if len(pieces) == 1 else "their"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
