"""Metrics that are a mean over rows of what a probability and what came say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qconf._types import BoolArray, FloatArray
from qconf.evaluation.metrics.row_metric import Direction, in_words

__all__ = ["BRIER", "MEAN_EXCESS", "ProbabilityMetric"]


@dataclass(frozen=True)
class ProbabilityMetric:
    """A mean over rows of a number that a probability and its event give.

    Attributes
    ----------
    name, label, description : str
        What it is called in JSON and in a table, and what it is.
    per_row : callable
        ``per_row(probability, hit)``, both of shape (n_samples,), gives one number a row.
    better : {"lower", "higher"} or None
    bounds : tuple of float
        The least and the greatest value there can be.
    """

    name: str
    label: str
    description: str
    per_row: Callable[[FloatArray, BoolArray], FloatArray]
    better: Direction
    bounds: tuple[float, float]

    def in_words(self) -> str:
        """Say in a line what it is, and which way is better."""
        return in_words(self.label, self.description, self.better)


def _squared(probability: FloatArray, hit: BoolArray) -> FloatArray:
    return (probability - hit) ** 2


def _excess(probability: FloatArray, hit: BoolArray) -> FloatArray:
    return probability - hit


BRIER = ProbabilityMetric(
    "brier",
    "Brier score",
    "mean squared difference of the probability and what came (1 or 0)",
    _squared,
    "lower",
    (0.0, 1.0),
)
MEAN_EXCESS = ProbabilityMetric(
    "mean_excess",
    "mean excess",
    "mean probability minus the rate that came; above 0, probabilities are too high",
    _excess,
    None,
    (-1.0, 1.0),
)
