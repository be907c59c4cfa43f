"""The over-valuation rate: outliers on the side that costs a lender its security."""

from __future__ import annotations

from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["OVER_VALUATION_RATE"]

OVER_VALUATION_RATE = RowMetric(
    name="over_valuation_rate",
    label="over-valued",
    description="share of rows predicted too high by more than the threshold",
    per_row=lambda residual, threshold: residual > threshold,
    better="lower",
)
