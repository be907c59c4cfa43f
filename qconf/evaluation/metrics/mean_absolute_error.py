"""The mean absolute error."""

from __future__ import annotations

import numpy as np

from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["MEAN_ABSOLUTE_ERROR"]

MEAN_ABSOLUTE_ERROR = RowMetric(
    name="mae",
    label="mean abs error",
    description="mean absolute error",
    per_row=lambda residual, _: np.abs(residual),
    unit="error",
    better="lower",
    bounds=(0.0, np.inf),
)
