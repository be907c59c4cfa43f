"""PPE10: the share of predictions within 10 % of the truth, as valuations are reported."""

from __future__ import annotations

import numpy as np

from qconf._types import BoolArray, FloatArray
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["PPE10"]

_WITHIN = 0.10


def _per_row(residual: FloatArray, threshold: float) -> BoolArray:  # noqa: ARG001 - one signature for all
    return np.abs(residual) <= _WITHIN


PPE10 = RowMetric(
    name="ppe10",
    label="PPE10",
    description="share of rows with an error of at most 10 %",
    per_row=_per_row,
    better="higher",
    needs_ratio=True,
)
