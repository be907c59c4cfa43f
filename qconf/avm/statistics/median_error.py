"""Medians of errors: of their size, and of their sign."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.avm.number_format import PERCENT, SIGNED_PERCENT
from qconf.avm.statistics.value_statistic import ValueStatistic
from qconf.avm.valued_rows import ValuedRows, WeightedValues

__all__ = ["MDAPE", "MEDIAN_ERROR"]


class _MedianAbsolutePercentageError(ValueStatistic):
    """Half of the values are off by more."""

    name = "mdape"
    label = "MdAPE"
    description = "median absolute error, a share of the truth"
    bounds = (0.0, np.inf)
    written = PERCENT

    def of(self, rows: WeightedValues) -> float:
        """Take the middle size."""
        return float(rows.medians(rows.rows.sizes)[0])

    def linearized(self, rows: ValuedRows) -> FloatArray:
        """Return the side on which each row is."""
        size = np.abs(rows.residual)
        return np.sign(size - float(np.median(size)))


class _MedianError(ValueStatistic):
    """The bias of the typical row, which no single disaster moves."""

    name = "median_error"
    label = "median error"
    description = "median signed error; above zero, values are too high"
    bounds = (-1.0, np.inf)
    written = SIGNED_PERCENT

    def of(self, rows: WeightedValues) -> float:
        """Take the middle ratio: errors stand in the same order."""
        return rows.median_ratio - 1.0

    def linearized(self, rows: ValuedRows) -> FloatArray:
        """Return the side on which each row is."""
        return np.sign(rows.ratio - float(np.median(rows.ratio)))


MDAPE = _MedianAbsolutePercentageError()
MEDIAN_ERROR = _MedianError()
