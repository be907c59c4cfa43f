"""The rank correlation of expected error and absolute residual."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.evaluation.metrics.order_metric import OrderMetric
from qconf.evaluation.ranking import WeightedRows

__all__ = ["SPEARMAN"]

#: Variance of ranks, as shares of the rows, that is no more than rounding leaves of equal ones.
_CONSTANT = 1e-15


class _RankCorrelation(OrderMetric):
    """Spearman's rank correlation; not a number if either is constant."""

    name = "spearman"
    label = "rank correlation"
    description = "Spearman's, of expected error and absolute error"
    better = "higher"
    bounds = (-1.0, 1.0)

    def of(self, rows: WeightedRows) -> FloatArray:
        """Correlate the ranks, each row counted by its weight."""
        # In a resample the ranks of the whole sample are kept: the same to first order, and it
        # saves two sorts.
        sums = rows.weights.astype(np.float64) @ rows.rows.moments.T / rows.total[..., None]
        rank, size, rank_squared, size_squared, product = np.moveaxis(sums, -1, 0)
        variances = rank_squared - rank**2, size_squared - size**2
        varies = np.minimum(*variances) > _CONSTANT
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = (product - rank * size) / np.sqrt(variances[0] * variances[1])
        return np.where(varies, correlation, np.nan)


SPEARMAN = _RankCorrelation()
