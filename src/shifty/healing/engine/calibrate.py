"""The chance that the best candidate is the right one: not how alike it is, but how often such an answer was right.

A logistic regression, trained on scores of sites that the ranker had not seen and, for every pair, on the same page
without the element: there every answer is wrong.
"""

import math

import numpy as np

from shifty.healing.engine.coefficients import Linear
from shifty.healing.engine.rank import FAR, Ranking

OF_THE_BEST = (
    *("similo", "label_both", "label_one", "label_less", "label_more", "means", "contradicts", "any_identifier"),
    *("href_one", "twins", "tag_equal", "role_differs", "near_kept", "near_one", "box_area"),
)


def confidence(ranking: Ranking, calibrator: Linear) -> float:
    known = evidence(ranking)
    odds = calibrator.intercept + sum(weight * known[name] for name, weight in calibrator.weights.items())
    return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def evidence(ranking: Ranking) -> dict[str, float]:
    """What confidence is judged by."""
    best = {name: float(column[ranking.best]) for name, column in ranking.columns.items()}
    return {name: best[name] for name in OF_THE_BEST} | _of_the_field(ranking, best) | _together(best)


def _of_the_field(ranking: Ranking, best: dict[str, float]) -> dict[str, float]:
    """How clearly it has won, and what was known to begin with."""
    share = float(ranking.shares[sorted(ranking.same)].sum())
    margin = min(ranking.margin, FAR) / 4
    same_label = best["label_equal"]
    return {
        "margin": margin,
        "margin_by_label": margin * same_label,
        "share": share,
        "share_unique": share * best["unique_equal"],
        "doubt": math.log(1 - min(share, 0.9999)),
        "score": float(ranking.scores[ranking.best]) / 5,
        "crowd": math.log(ranking.page.size) / 5,
        "nameless": float(not ranking.was.label),
        "rich": float(ranking.was.rich),
        "boxless": float(not ranking.was.w),
        "long_label": min(len(ranking.was.label), 60) / 30,
    }


def _together(best: dict[str, float]) -> dict[str, float]:
    """What means more in company: another link is a bad sign, and a different one under the same label."""
    label, link, identifier = best["label_equal"], best["place_equal"], best["any_identifier"]
    other_link = best["href_both"] * (1 - link)
    further = best["class_equal"] + best["anchored_both"] + best["path_equal"]
    further += (best["near_kept"] > 0.5) + (best["box_near"] > 0)
    return {
        "other_words": min(best["label_less"], 3 * best["label_more"], 1.0),
        "other_link": other_link,
        "same_label_other_link": label * other_link,
        "other_label_other_link": (1 - label) * other_link * best["label_both"],
        "other_label_same_link": (1 - label) * link,
        "label_and_link": label * link,
        "agreements": (label + link + identifier + further) / 4,
        "two_strong": float(label + link + identifier >= 2),
        "none_strong": float(label + link + identifier == 0),
    }
