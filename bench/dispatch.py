"""The dispatch rule on real prediction errors: an older version of a suite's timings predicts, a newer one happened.

`python -m bench.dispatch` writes `build/bench/dispatch.json`. Figures are means over suites, each a mean over its
updates and worker counts; where one item is as long as the mean shard, no dispatch makes a difference, and the case is
left out.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median

from bench import report, timings
from shifty.planning.scenarios import Scenario, Score, jobs_of, score

NAME = "dispatch"
WORKERS = (3, 5, 8, 13)
LEAST_BELOW_SHARD = 0.35
USUAL_OVERHEAD_S = 1.5
"""A process start with a browser is 1.1 s to 1.9 s."""


@dataclass(frozen=True)
class Question:
    scenario: Scenario
    overhead_s: float
    bar: float


QUESTIONS = (
    Question(Scenario.STEADY, 0.3, 1.12),
    Question(Scenario.STEADY, USUAL_OVERHEAD_S, 1.18),
    Question(Scenario.HALF_SPEED, 0.3, 1.25),
    Question(Scenario.HALF_SPEED, USUAL_OVERHEAD_S, 1.25),
    Question(Scenario.DEATH, 0.3, 1.15),
    Question(Scenario.DEATH, USUAL_OVERHEAD_S, 1.15),
)

Scores = Mapping[str, Sequence[Score]]


def ask(question: Question) -> Scores:
    """The scores of each suite that has any."""
    found: dict[str, list[Score]] = {}
    for name, older, newer in timings.pairs():
        jobs = jobs_of(older, newer)
        for workers in WORKERS:
            made = score(jobs, workers, question.overhead_s, question.scenario)
            if made is not None and not made.dominated:
                found.setdefault(name, []).append(made)
    return found


def over_suites(scores: Scores, figure: Callable[[Score], float]) -> float:
    """The mean over suites of the mean over their runs."""
    return mean(mean(map(figure, suite)) for suite in scores.values())


def judge(question: Question, scores: Scores) -> list[dict[str, object]]:
    asked = f"{question.scenario}, {question.overhead_s} s a claim"
    what = f"{asked}: x the offline optimum" + (" without that worker" if question.scenario is Scenario.DEATH else "")
    optimum = _optimum_without if question.scenario is Scenario.DEATH else _optimum
    ours = over_suites(scores, lambda made: made.ours_s / optimum(made))
    peer = over_suites(scores, lambda made: made.contiguous_s / optimum(made))
    found = [bar(what, ours, peer, question.bar, ours <= question.bar) | details(scores)]
    if question.scenario is Scenario.STEADY:
        below = median(median(made.below_contiguous for made in suite) for suite in scores.values())
        what = f"{asked}: share below --shard, median suite"
        found.append(bar(what, below, 0.0, LEAST_BELOW_SHARD, below >= LEAST_BELOW_SHARD))
    return found


def _optimum(made: Score) -> float:
    return made.ideal_s


def _optimum_without(made: Score) -> float:
    return made.without_s


def bar(what: str, ours: float, peer: float, allowed: float, holds: bool) -> dict[str, object]:
    ratio = round(ours / peer, 4) if peer else round(1 - ours, 4)
    return {
        "what": what,
        "ours": round(ours, 4),
        "peer": round(peer, 4),
        "ratio": ratio,
        "bar": allowed,
        "holds": holds,
    }


def details(scores: Scores) -> dict[str, object]:
    runs = [made for suite in scores.values() for made in suite]
    # For a death these are against less than an optimum: all that the machines could do until it and after.
    return {
        "meanOverSuites": round(over_suites(scores, lambda made: made.ratio), 4),
        "meanOverRuns": round(mean(made.ratio for made in runs), 4),
        "medianSuite": round(median(mean(made.ratio for made in suite) for suite in scores.values()), 4),
        "planAlone": round(over_suites(scores, lambda made: made.static_s / made.ideal_s), 4),
        "claimsPerRun": round(mean(made.claims for made in runs), 1),
        "runs": len(runs),
        "suites": {name: round(mean(made.ratio for made in suite), 4) for name, suite in scores.items()},
    }


def main() -> int:
    if not timings.histories():
        report.skip(NAME, "no recorded timings beside this repository")
        return 0
    bars: list[dict[str, object]] = []
    for question in QUESTIONS:
        for found in judge(question, ask(question)):
            verdict = "ok" if found["holds"] else "MISSED"
            print(
                f"{found['what']}: {found['ours']} (--shard {found['peer']}; bar {found['bar']}) {verdict}", flush=True
            )
            bars.append(found)
    holds = all(found["holds"] for found in bars)
    report.write(NAME, {"peer": "--shard, as blocks of equal count", "workers": WORKERS, "bars": bars, "holds": holds})
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
