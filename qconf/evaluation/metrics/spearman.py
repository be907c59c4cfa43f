"""The rank correlation of expected error and absolute residual."""

from __future__ import annotations

import numpy as np

from qconf.evaluation.metrics.order_metric import OrderMetric
from qconf.evaluation.ranking import WeightedRows

__all__ = ["SPEARMAN"]


class _RankCorrelation(OrderMetric):
    """Spearman's rank correlation; not a number if either is constant."""

    name = "spearman"
    label = "rank correlation"
    description = "Spearman's, of expected error and absolute error"
    better = "higher"
    bounds = (-1.0, 1.0)

    def of(self, rows: WeightedRows) -> float:
        """Correlate the ranks, each row counted by its weight."""
        # In a resample the ranks of the whole sample are kept: the same to first order, and it
        # saves two sorts.
        weights = rows.weights
        sums = rows.rows.moments @ weights.astype(np.float64) / weights.sum()
        rank, size, rank_squared, size_squared, product = sums
        variance = (rank_squared - rank**2) * (size_squared - size**2)
        return float((product - rank * size) / np.sqrt(variance)) if variance > 0 else np.nan


SPEARMAN = _RankCorrelation()
