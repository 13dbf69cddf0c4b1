"""The trained numbers, which ship as JSON beside the engine: made by ``make train-healer``, never by hand."""

from functools import lru_cache
from pathlib import Path

import msgspec

PATH = Path(__file__).with_name("coefficients.json")


class Linear(msgspec.Struct, frozen=True):
    """A weight per feature by name, on the raw scale: the sum can be told in words."""

    weights: dict[str, float]
    intercept: float = 0.0


class Bands(msgspec.Struct, frozen=True):
    """Confidence from which an answer is healed or proposed; below it is refused."""

    heal: float
    expect: float
    """The higher bar of expectations: a wrong heal there hides a bug at once."""
    unseen: float
    """The bar without a fingerprint."""
    propose: float


class Training(msgspec.Struct, frozen=True):
    """Where the numbers are from; the figures are of sites that were left out of the training."""

    date: str
    sites: list[str]
    pairs: int
    figures: dict[str, float]


class Coefficients(msgspec.Struct, frozen=True):
    training: Training
    ranker: Linear
    calibrator: Linear
    bands: Bands


@lru_cache(maxsize=1)
def coefficients() -> Coefficients:
    return msgspec.json.decode(PATH.read_bytes(), type=Coefficients)
