"""PPE: the share of predictions within so many per cent of the truth."""

from __future__ import annotations

from functools import partial

import numpy as np

from qconf._types import BoolArray, FloatArray
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["ppe"]


def ppe(within: float) -> RowMetric:
    """Make the metric that counts rows with an error of at most `within`.

    Examples
    --------
    >>> ppe(0.05).label
    'PPE5'
    """
    percent = f"{100 * within:g}"
    return RowMetric(
        name=f"ppe{percent}",
        label=f"PPE{percent}",
        description=f"share of rows with an error of at most {percent} %",
        per_row=partial(_is_within, within),
        better="higher",
        needs_ratio=True,
    )


def _is_within(within: float, residual: FloatArray, threshold: float) -> BoolArray:  # noqa: ARG001 - one signature for all
    return np.abs(residual) <= within
