"""The over-valuation rate: outliers on the side that costs a lender its security."""

from __future__ import annotations

from qconf._types import BoolArray, FloatArray
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["OVER_VALUATION_RATE"]


def _per_row(residual: FloatArray, threshold: float) -> BoolArray:
    return residual > threshold


OVER_VALUATION_RATE = RowMetric(
    name="over_valuation_rate",
    label="over-valued",
    description="share of rows predicted too high by more than the threshold",
    per_row=_per_row,
    better="lower",
)
