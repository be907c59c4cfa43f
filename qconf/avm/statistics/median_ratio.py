"""The level of valuation: the median ratio, and the ratio of all money."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.avm.statistics.value_statistic import ValueStatistic
from qconf.avm.valued_rows import ValuedRows, WeightedValues
from qconf.avm.verdicts import Range

__all__ = ["MEDIAN_RATIO", "WEIGHTED_MEAN_RATIO"]

#: IAAO, Standard on Ratio Studies (2013), table 2-3: the level of appraisal, by any measure.
_LEVEL = Range(0.90, 1.10)


class _MedianRatio(ValueStatistic):
    """Half of the values are more than so many times their truth."""

    name = "median_ratio"
    label = "median ratio"
    description = "median of value / truth"
    accepted = _LEVEL
    bounds = (0.0, np.inf)

    def of(self, rows: WeightedValues) -> float:
        """Take the middle ratio."""
        return rows.median_ratio

    def linearized(self, rows: ValuedRows) -> FloatArray:
        """Return the side on which each row is."""
        return np.sign(rows.ratio - float(np.median(rows.ratio)))


class _WeightedMeanRatio(ValueStatistic):
    """The ratio of sums: a dear house counts as much as its price."""

    name = "weighted_mean_ratio"
    label = "weighted mean ratio"
    description = "sum of values / sum of truths"
    accepted = _LEVEL
    bounds = (0.0, np.inf)

    def of(self, rows: WeightedValues) -> float:
        """Divide the sums."""
        return rows.weighted_mean_ratio

    def linearized(self, rows: ValuedRows) -> FloatArray:
        """Return how much each value is beyond its share."""
        level = float(rows.values.sum() / rows.truth.sum())
        return rows.values - level * rows.truth


MEDIAN_RATIO = _MedianRatio()
WEIGHTED_MEAN_RATIO = _WeightedMeanRatio()
