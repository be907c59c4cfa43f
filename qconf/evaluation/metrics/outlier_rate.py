"""The outlier rate: how many rows are badly wrong (in automated valuation: the failure rate)."""

from __future__ import annotations

import numpy as np

from qconf._types import BoolArray, FloatArray
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["OUTLIER_RATE"]


def _per_row(residual: FloatArray, threshold: float) -> BoolArray:
    return np.abs(residual) > threshold


OUTLIER_RATE = RowMetric(
    name="outlier_rate",
    label="outliers",
    description="share of rows with an absolute error above the threshold",
    per_row=_per_row,
    better="lower",
)
