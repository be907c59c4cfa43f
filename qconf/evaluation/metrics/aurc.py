"""The area under the risk-coverage curve."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.core.estimate import Estimate
from qconf.evaluation.metrics.order_metric import OrderMetric
from qconf.evaluation.ranking import WeightedRows
from qconf.evaluation.rate_intervals import weighted_rate_estimate
from qconf.evaluation.resampling import Draws

__all__ = ["AURC"]


class _AreaUnderRiskCoverage(OrderMetric):
    """The mean over k of the outlier rate of the k safest rows; without skill the overall rate."""

    name = "aurc"
    label = "AURC"
    description = "area under the risk-coverage curve"
    better = "lower"
    bounds = (0.0, 1.0)

    def of(self, rows: WeightedRows) -> FloatArray:
        """Sum up rows by the closed form of that mean, over the orders of ties."""
        area: FloatArray = (rows.outliers * self.counted(rows)).sum(axis=-1) / rows.total
        return area

    def counted(self, rows: WeightedRows) -> FloatArray:
        """Return by how much an outlier counts, in each tie that has any: more among the safest."""
        # Among the first k rows of an order a tie of m rows with o outliers that begins after
        # position b has, on average over its orders, none of them up to b, (k - b) o / m within
        # it, and o after it. Divided by k, and summed over k by harmonic numbers H:
        #     o + o (H[total] - H[b + m]) - o b / m (H[b + m] - H[b]).
        harmonics = rows.rows.harmonics
        before = rows.after - rows.size
        till, since = harmonics(rows.after), harmonics(before)
        tail = harmonics(rows.total[..., None]) - till
        # A tie that was not drawn at all has no outliers either.
        ratio = np.divide(before, rows.size, out=np.zeros(before.shape), where=rows.size > 0)
        counted: FloatArray = 1 + tail - ratio * (till - since)
        return counted

    def estimate(
        self, value: float, draws: Draws, confidence_level: float, skewness: float = 0.0
    ) -> Estimate:
        """Make an interval of what is a rate, but for weights.

        `skewness` is that of few groups, or stretches of time (`Sampling.skewness`).
        """
        return weighted_rate_estimate(value, draws, confidence_level, skewness)


AURC = _AreaUnderRiskCoverage()
