"""Puts candidates in order: a conditional logit over the features, trained so that the right one of each page wins.

A linear score: trees on top of it added one answer in four hundred across sites, and this can be explained.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shifty.healing.engine.coefficients import Linear
from shifty.healing.engine.equivalence import equivalents
from shifty.healing.engine.features import columns
from shifty.healing.engine.look import Look
from shifty.healing.engine.page import Column, Page

FAR = 12.0
"""The margin where there is no rival."""

CONTRARY = 4.0
"""Log odds against what says the contrary ("Sign up" for "Sign in"): it was right in none of 800 pairs, so that
training alone can't tell how wrong it is."""


@dataclass(frozen=True)
class Ranking:
    """Candidates of a page compared with one element."""

    was: Look
    page: Page
    columns: dict[str, Column]
    scores: Column

    @cached_property
    def order(self) -> list[int]:
        """Best first. Equal scores by their place in the document, so that the order they came in decides nothing."""
        paths = [it.path for it in self.page.looks]
        return sorted(range(len(paths)), key=lambda index: (-self.scores[index], paths[index], index))

    @property
    def best(self) -> int:
        return self.order[0]

    @cached_property
    def same(self) -> set[int]:
        """The best and what does the same."""
        return equivalents(self.page, self.best)

    @cached_property
    def shares(self) -> Column:
        """Chances if one of the candidates is the one."""
        likely = np.exp(self.scores - self.scores[self.best])
        return likely / likely.sum()

    @property
    def rival(self) -> int | None:
        """The best that would do something else."""
        return next((index for index in self.order if index not in self.same), None)

    @property
    def margin(self) -> float:
        """How far the rival is behind, in log odds."""
        if self.rival is None:
            return FAR
        return float(self.scores[self.best] - self.scores[self.rival])


def rank(was: Look, page: Page, ranker: Linear) -> Ranking:
    return in_order(was, page, columns(was, page), ranker)


def in_order(was: Look, page: Page, made: dict[str, Column], ranker: Linear) -> Ranking:
    """The same from columns that are known already: training asks about them many times."""
    scores = -CONTRARY * made["opposed"]
    for name, weight in ranker.weights.items():
        scores = scores + weight * made[name]
    # Sums may differ in their last bits between machines; what is equal must compare equal.
    return Ranking(was, page, made, np.round(scores, 9))
