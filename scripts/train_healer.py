"""Trains the healer's ranker and calibrator, and says how good they are on sites that they have not seen.

The data lies beside the repository (``../shared/data/healing``). Elements of the page pairs are collected in Chromium
and kept in ``build/healing/pagepairs.json``. Everything is deterministic.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from shifty.healing.engine.calibrate import confidence, evidence
from shifty.healing.engine.coefficients import PATH, Bands, Coefficients, Linear, Training
from shifty.healing.engine.element import Element
from shifty.healing.engine.features import columns
from shifty.healing.engine.flat import read_element
from shifty.healing.engine.look import look
from shifty.healing.engine.page import Page
from shifty.healing.engine.rank import Ranking, in_order
from shifty.healing.engine.shortlist import shortlist

REPOSITORY = Path(__file__).parents[1]
DATA = REPOSITORY / ".." / "shared" / "data" / "healing"
PAGES = REPOSITORY / "build" / "healing" / "pagepairs.json"

STIFFNESS = 8.0
"""Of the ranker: the penalty on its weights."""
CALIBRATOR_C = 0.08
FOLDS = 8
REMOVED_WEIGHT = 0.25
"""Of a page from which the element is gone: as many as in the judgement of the healer."""
BANDS = Bands(heal=0.89, expect=0.95, unseen=0.95, propose=0.5)


@dataclass
class Pair:
    """An element as it was, and a page as it is; ``gone`` are what must go to make the page without it."""

    site: str
    kind: str
    was: Element
    candidates: Sequence[Element]
    right: set[int]
    gone: set[int]
    broken: bool
    renamed: bool = False


@dataclass
class Compared:
    """A pair with its features, with the element on the page or removed from it."""

    pair: Pair
    removed: bool
    page: Page
    columns: dict[str, np.ndarray]
    right: np.ndarray
    near: list[int]
    matrix: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.matrix = np.stack(list(self.columns.values()), axis=1)

    def ranking(self, ranker: Linear) -> Ranking:
        return in_order(look(self.pair.was), self.page, self.columns, ranker)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--out", type=Path, default=PATH, help="Where the numbers go.")
    out: Path = asked.parse_args().out
    pairs = [*read_fingerprints(), *read_pages()]
    compared = [made for pair in pairs for made in compare(pair)]
    say(f"{len(pairs)} pairs of {len({pair.site for pair in pairs})} sites, {compared[0].matrix.shape[1]} features")
    figures = cross_validate(compared)
    ranker = train_ranker(compared)
    unseen = out_of_fold(compared)
    calibrator = train_calibrator(unseen)
    sites = sorted({pair.site for pair in pairs})
    training = Training(date=f"{datetime.now(UTC):%Y-%m-%d}", sites=sites, pairs=len(pairs), figures=figures)
    trained = Coefficients(training=training, ranker=ranker, calibrator=calibrator, bands=BANDS)
    out.write_bytes(msgspec.json.format(msgspec.json.encode(trained), indent=1) + b"\n")
    say(f"Written to {out}.")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


# Reading


def read_fingerprints() -> Iterable[Pair]:
    for path in sorted((DATA / "similo48").glob("*.json")):
        told = json.loads(path.read_bytes())
        candidates = [read_element(raw) for raw in told["candidates"]]
        at = {candidate.xpath: index for index, candidate in enumerate(candidates)}
        for pair in told["pairs"]:
            if pair["label_status"] != "ambiguous":
                right = set(pair["equivalents"])
                yield Pair(
                    site=told["site"],
                    kind="fingerprints",
                    was=read_element(pair["target"]),
                    candidates=candidates,
                    right=right,
                    gone=set(pair["remove_for_negative"]),
                    broken=at.get(pair["old_xpath"]) not in right,
                )


def read_pages() -> Iterable[Pair]:
    if not PAGES.exists():
        module = "shifty.healing.pages.pairs"
        subprocess.run([sys.executable, "-m", module, str(DATA / "pagepairs"), str(PAGES)], check=True)
    told = json.loads(PAGES.read_bytes())
    pages = {site: [read_element(raw) for raw in elements] for site, elements in told["sites"].items()}
    for pair in told["pairs"]:
        yield Pair(
            # Versions of one site are one site: they must not stand on both sides of a fold.
            site=pair["site"].partition("_")[0],
            kind="pages",
            was=read_element(pair["target"]),
            candidates=pages[pair["site"]],
            right=set(pair["answers"]),
            gone=set(pair["negatives"]),
            broken=pair["broken"],
            renamed=pair["renamed"],
        )


def compare(pair: Pair) -> Iterable[Compared]:
    yield _compared(pair, removed=False)
    yield _compared(pair, removed=True)


def _compared(pair: Pair, *, removed: bool) -> Compared:
    drop = pair.gone if removed else set[int]()
    kept = [index for index in range(len(pair.candidates)) if index not in drop]
    near, _ = shortlist(pair.was, [pair.candidates[index] for index in kept])
    chosen = [kept[index] for index in near]
    page = Page([pair.candidates[index] for index in chosen])
    right = np.array([not removed and index in pair.right for index in chosen])
    return Compared(pair, removed, page, columns(look(pair.was), page), right, chosen)


# Training


def train_ranker(compared: Sequence[Compared]) -> Linear:
    """A conditional logit: chances are a softmax over the page, and the right candidates are to share all of it."""
    used = [it for it in compared if not it.removed and it.right.any()]
    names = list(used[0].columns)
    every = np.concatenate([it.matrix for it in used])
    scale = every.std(axis=0) + 1e-3
    features = every / scale
    right = np.concatenate([it.right for it in used]).astype(float)
    sizes = [len(it.right) for it in used]
    start = np.r_[0, np.cumsum(sizes)[:-1]]
    question = np.repeat(np.arange(len(used)), sizes)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = features @ weights
        likely = np.exp(scores - np.maximum.reduceat(scores, start)[question])
        whole = np.add.reduceat(likely, start)
        hit = np.maximum(np.add.reduceat(likely * right, start), 1e-300)
        wrong = likely / whole[question] - likely * right / hit[question]
        value = float((np.log(whole) - np.log(hit)).sum() + STIFFNESS * weights @ weights)
        return value, features.T @ wrong + 2 * STIFFNESS * weights

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 200, "ftol": 1e-6})
    return Linear(weights=_named(names, found.x / scale))


def train_calibrator(answered: Sequence[tuple[Compared, Ranking]]) -> Linear:
    told = [evidence(ranking) for _, ranking in answered]
    names = list(told[0])
    rows = np.array([list(row.values()) for row in told])
    right = np.array([bool(it.right[ranking.best]) for it, ranking in answered])
    weight = np.array([weight_of(it) for it, _ in answered])
    middle, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    model = LogisticRegression(C=CALIBRATOR_C, max_iter=3000)
    model.fit((rows - middle) / scale, right, sample_weight=weight)
    weights = model.coef_[0] / scale
    return Linear(weights=_named(names, weights), intercept=round(float(model.intercept_[0] - middle @ weights), 5))


def weight_of(it: Compared) -> float:
    return REMOVED_WEIGHT if it.removed else 1.0


def _named(names: Sequence[str], values: np.ndarray) -> dict[str, float]:
    return {name: round(float(value), 5) for name, value in zip(names, values, strict=True)}


# Measuring


def folds(compared: Sequence[Compared]) -> Iterable[tuple[list[Compared], list[Compared]]]:
    """Other sites to train on, and sites to measure."""
    sites = sorted({it.pair.site for it in compared})
    for fold in range(FOLDS):
        held = set(sites[fold::FOLDS])
        yield [it for it in compared if it.pair.site not in held], [it for it in compared if it.pair.site in held]


def out_of_fold(compared: Sequence[Compared]) -> list[tuple[Compared, Ranking]]:
    """Everything as ranked by a ranker that does not know its site."""
    found: list[tuple[Compared, Ranking]] = []
    for known, held in folds(compared):
        ranker = train_ranker(known)
        found += [(it, it.ranking(ranker)) for it in held]
    return found


def cross_validate(compared: Sequence[Compared]) -> dict[str, float]:
    """Nested: the calibrator of a fold is trained on rankings of other sites, by rankers that did not know those."""
    answers: list[tuple[Compared, Ranking, float]] = []
    for known, held in folds(compared):
        ranker = train_ranker(known)
        calibrator = train_calibrator(out_of_fold(known))
        for it in held:
            ranking = it.ranking(ranker)
            answers.append((it, ranking, confidence(ranking, calibrator)))
    figures = dict(_figures(answers))
    for name, value in figures.items():
        say(f"  {name:44} {value:.4f}")
    return {name: round(value, 4) for name, value in figures.items()}


def _figures(answers: Sequence[tuple[Compared, Ranking, float]]) -> Iterable[tuple[str, float]]:
    whole = [(it, bool(it.right[ranking.best]), sure) for it, ranking, sure in answers]
    present = [(it.pair, right) for it, right, _ in whole if not it.removed]
    measures: dict[str, Callable[[Pair], bool]] = {
        "fingerprints: right": lambda pair: pair.kind == "fingerprints",
        "fingerprints, broken: right": lambda pair: pair.kind == "fingerprints" and pair.broken,
        "pages, broken: right": lambda pair: pair.kind == "pages" and pair.broken,
        "pages, renamed: right": lambda pair: pair.kind == "pages" and pair.renamed,
    }
    for name, counts in measures.items():
        yield name, _mean(right for pair, right in present if counts(pair))
    for kind in ("fingerprints", "pages"):
        for name, value in _bands([it for it in whole if it[0].pair.kind == kind]):
            yield f"{kind}: {name}", value


def _bands(answers: Sequence[tuple[Compared, bool, float]]) -> Iterable[tuple[str, float]]:
    removed = np.array([it.removed for it, _, _ in answers])
    right = np.array([right for _, right, _ in answers])
    sure = np.array([sure for _, _, sure in answers])
    weight = np.where(removed, REMOVED_WEIGHT, 1.0)
    for bar in sorted({BANDS.heal, round(BANDS.heal - 0.02, 2), round(BANDS.heal + 0.02, 2)}):
        healed = sure >= bar
        yield f"from {bar:.2f}: precision", float((weight * right)[healed].sum() / weight[healed].sum())
        yield f"from {bar:.2f}: healed rightly", float((healed & right).sum() / (~removed).sum())
        yield f"from {bar:.2f}: healed although removed", float(healed[removed].mean())
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs(float((weight * (sure - right))[bins == number].sum())) for number in range(10)]
    yield "calibration error", sum(gaps) / float(weight.sum())


def _mean(values: Iterable[bool]) -> float:
    found = list(values)
    return sum(found) / max(len(found), 1)


if __name__ == "__main__":
    main()
