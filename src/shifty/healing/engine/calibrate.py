"""The chance that the best candidate is the right one: not how alike it is, but how often such an answer was right.

A logistic regression, trained on scores of sites that the ranker had not seen and, for every pair, on the same page
without the element: there every answer is wrong.
"""

import math

import numpy as np

from shifty.healing.engine.coefficients import Linear
from shifty.healing.engine.rank import FAR, Ranking

OF_THE_BEST = (
    *("similo", "label_equal", "label_set", "label_ratio", "label_both", "label_one", "label_rare", "label_any"),
    *("contradicts", "id_equal", "any_identifier", "name_equal", "id_differs", "place_equal", "place_ratio", "href_one"),
    *("href_contradicts", "twins", "unique_equal", "tag_equal", "role_differs", "path_ratio", "tags_ratio"),
    *("anchored_ratio", "near_words", "near_kept", "near_one", "classes", "class_ratio", "class_one", "box_area"),
    *("box_shape", "box_near", "marks", "label_ratio_pooled", "label_grown", "path_equal"),
)


def evidence(ranking: Ranking) -> dict[str, float]:
    """What confidence is judged by."""
    best = ranking.best
    share = float(ranking.shares[sorted(ranking.same)].sum())
    return {
        **{name: float(ranking.columns[name][best]) for name in OF_THE_BEST},
        "margin": min(ranking.margin, FAR) / 4,
        "share": share,
        "doubt": math.log(1 - min(share, 0.9999)),
        "score": float(ranking.scores[best]) / 5,
        "crowd": math.log(ranking.page.size) / 5,
        "nameless": float(not ranking.was.label),
        "rich": float(ranking.was.rich),
        "boxless": float(not ranking.was.w),
        "long_label": min(len(ranking.was.label), 60) / 30,
    }


def confidence(ranking: Ranking, calibrator: Linear) -> float:
    known = evidence(ranking)
    odds = calibrator.intercept + sum(weight * known[name] for name, weight in calibrator.weights.items())
    return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))
