"""The area under the risk-coverage curve."""

from __future__ import annotations

import numpy as np

from qconf.evaluation.metrics.order_metric import OrderMetric
from qconf.evaluation.ranking import WeightedRows

__all__ = ["AURC"]


class _AreaUnderRiskCoverage(OrderMetric):
    """The mean over k of the outlier rate of the k safest rows; without skill the overall rate."""

    name = "aurc"
    label = "AURC"
    description = "area under the risk-coverage curve"
    better = "lower"
    bounds = (0.0, 1.0)

    def of(self, rows: WeightedRows) -> float:
        """Sum up rows by the closed form of that mean, over the orders of ties."""
        # Among the first k rows of an order a tie of m rows with o outliers that begins after
        # position b has, on average over its orders, none of them up to b, (k - b) o / m within
        # it, and o after it. Divided by k, and summed over k by harmonic numbers H:
        #     o + o (H[total] - H[b + m]) - o b / m (H[b + m] - H[b]).
        harmonics = rows.rows.harmonics
        before = rows.after - rows.size
        till, since = harmonics(rows.after), harmonics(before)
        tail = harmonics(np.asarray([rows.total]))[0] - till
        # A tie that was not drawn at all has no outliers either.
        ratio = np.divide(before, rows.size, out=np.zeros(len(before)), where=rows.size > 0)
        return float(rows.outliers @ (1 + tail - ratio * (till - since)) / float(rows.total))


AURC = _AreaUnderRiskCoverage()
