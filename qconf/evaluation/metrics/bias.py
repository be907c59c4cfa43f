"""The bias: whether predictions are too high, or too low, on average."""

from __future__ import annotations

import numpy as np

from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["BIAS"]

BIAS = RowMetric(
    name="bias",
    label="bias",
    description="mean signed error; above zero, predictions are too high",
    per_row=lambda residual, _: residual,
    unit="error",
    bounds=(-np.inf, np.inf),
)
