"""Metrics of the order in which a score puts the rows."""

from __future__ import annotations

from abc import ABC, abstractmethod

from qconf._types import FloatArray
from qconf.core.estimate import Estimate, with_range
from qconf.evaluation.metrics.row_metric import Direction, in_words
from qconf.evaluation.ranking import WeightedRows
from qconf.evaluation.resampling import Draws, percentile_estimate

__all__ = ["OrderMetric"]


class OrderMetric(ABC):
    """A number that tells how well the rows are ordered.

    Attributes
    ----------
    name : str
        What it is called in JSON.
    label, description : str
        What it is called in a table, and what it is.
    better : {"lower", "higher"} or None
    bounds : tuple of float
        The least and the greatest value there can be.
    """

    name: str
    label: str
    description: str
    better: Direction
    bounds: tuple[float, float]

    @abstractmethod
    def of(self, rows: WeightedRows) -> FloatArray:
        """Sum up rows, each counted by its weight.

        Returns
        -------
        ndarray of shape (...)
            For weights of shape (..., n_samples).
        """

    def estimate(self, value: float, draws: Draws, confidence_level: float) -> Estimate:
        """Make an interval from what it was under other weights."""
        return percentile_estimate(value, draws, confidence_level, self.bounds)

    def text(self, estimate: Estimate) -> str:
        """Write a value with its interval."""
        return with_range(estimate, plus=self.bounds[0] < 0)

    def in_words(self) -> str:
        """Say in a line what it is, and which way is better."""
        return in_words(self.label, self.description, self.better)
