"""The outlier rate: how many rows are badly wrong (in automated valuation: the failure rate)."""

from __future__ import annotations

import numpy as np

from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["OUTLIER_RATE"]

OUTLIER_RATE = RowMetric(
    name="outlier_rate",
    label="outliers",
    description="share of rows with an absolute error above the threshold",
    per_row=lambda residual, threshold: np.abs(residual) > threshold,
    better="lower",
)
