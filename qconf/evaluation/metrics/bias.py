"""The bias: whether predictions are too high, or too low, on average."""

from __future__ import annotations

from qconf._types import FloatArray
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["BIAS"]


def _per_row(residual: FloatArray, threshold: float) -> FloatArray:  # noqa: ARG001 - one signature for all
    return residual


BIAS = RowMetric(
    name="bias",
    label="bias",
    description="mean signed error; above zero, predictions are too high",
    per_row=_per_row,
    unit="error",
)
