"""How many rows can be accepted with no more outliers than are borne."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.core.estimate import Estimate, in_percent, percent_range
from qconf.evaluation.metrics.order_metric import OrderMetric
from qconf.evaluation.ranking import WeightedRows

__all__ = ["CoverageAt"]


class CoverageAt(OrderMetric):
    """The largest share of rows that a cut-off accepts with at most this outlier rate.

    Parameters
    ----------
    outlier_rate : float
    """

    description = "largest share of rows to accept with no more outliers than that"
    better = "higher"
    bounds = (0.0, 1.0)

    def __init__(self, outlier_rate: float) -> None:
        self.outlier_rate = outlier_rate
        self.name = f"coverage_at_{outlier_rate:g}"
        self.label = f"coverage at {100 * outlier_rate:g} % outliers"

    def of(self, rows: WeightedRows) -> FloatArray:
        """Find the longest head of the order that has few enough outliers."""
        # Within a stretch without outliers the rate only falls: it is enough to look just
        # before each tie that has outliers, and at the end.
        accepted = np.concatenate([rows.after - rows.size, rows.total[..., None]], axis=-1)
        borne = np.where(rows.found <= self.outlier_rate * accepted, accepted, 0)
        share: FloatArray = borne.max(axis=-1) / rows.total
        return share

    def text(self, estimate: Estimate) -> str:
        """Write a value with its interval."""
        return f"{in_percent(estimate.value)} ({percent_range(estimate)})"
