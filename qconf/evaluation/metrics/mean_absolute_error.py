"""The mean absolute error."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["MEAN_ABSOLUTE_ERROR"]


def _per_row(residual: FloatArray, threshold: float) -> FloatArray:  # noqa: ARG001 - one signature for all
    return np.abs(residual)


MEAN_ABSOLUTE_ERROR = RowMetric(
    name="mae",
    label="mean abs error",
    description="mean absolute error",
    per_row=_per_row,
    unit="error",
    better="lower",
    bounds=(0.0, np.inf),
)
