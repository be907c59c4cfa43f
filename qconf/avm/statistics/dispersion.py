"""The coefficient of dispersion: whether like houses are valued alike."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.avm.number_format import NumberFormat
from qconf.avm.statistics.value_statistic import ValueStatistic
from qconf.avm.valued_rows import ValuedRows, WeightedValues
from qconf.avm.verdicts import Range

__all__ = ["COD"]

#: The share of rows, on each side of the median, that shows how dense rows are there.
_NEAR = 0.05


class _CoefficientOfDispersion(ValueStatistic):
    """The mean distance of ratios from their median, in per cent of the median."""

    name = "cod"
    label = "COD"
    description = "mean distance of the ratios from their median, in % of it"
    #: IAAO (2013), table 1-3, single-family homes; below 5 %, values may follow the sales.
    accepted = Range(5.0, 15.0)
    bounds = (0.0, np.inf)
    written = NumberFormat(1)

    def of(self, rows: WeightedValues) -> float:
        """Average distances from the median under the same weights."""
        away = np.abs(rows.rows.ratio - rows.median_ratio)
        return 100.0 * float(rows.times @ away) / rows.total / rows.median_ratio

    def linearized(self, rows: ValuedRows) -> FloatArray:
        """Return distances, and what a row does to the median that they are measured in."""
        below, median, above = np.quantile(rows.ratio, [0.5 - _NEAR, 0.5, 0.5 + _NEAR])
        away = np.abs(rows.ratio - median)
        # A median moves by 1 / (2 density): the density is read from the rows next to it.
        moved = np.sign(rows.ratio - median) * (above - below) / (4 * _NEAR)
        linearized: FloatArray = away - away.mean() / median * moved
        return linearized


COD = _CoefficientOfDispersion()
