"""Vertical equity: whether dear houses are valued at the same level as cheap ones."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.avm.number_format import NumberFormat
from qconf.avm.statistics.value_statistic import ValueStatistic
from qconf.avm.valued_rows import ValuedRows, WeightedValues
from qconf.avm.verdicts import Range

__all__ = ["PRB", "PRD", "market_value_proxy"]

_ROUNDING = 1e-20


def market_value_proxy(values: FloatArray, truth: FloatArray, median_ratio: float) -> FloatArray:
    """Average each truth with its value, brought to the level of the truths.

    Neither alone will do to sort houses by: a truth that came out high by chance makes the ratio
    low, and a value that is too high makes it high.
    """
    return (values / median_ratio + truth) / 2.0


class _PriceRelatedDifferential(ValueStatistic):
    """Above one, cheap houses are valued higher (regressive); chance alone puts it above one."""

    name = "prd"
    label = "PRD"
    description = "mean ratio / weighted mean ratio; above 1, cheap houses are valued higher"
    accepted = Range(0.98, 1.03)  # IAAO (2013), 9.2.7
    bounds = (0.0, np.inf)

    def of(self, rows: WeightedValues) -> float:
        """Divide the two means."""
        return rows.mean_ratio / rows.weighted_mean_ratio

    def linearized(self, rows: ValuedRows) -> FloatArray:
        """Return what each row does to both means."""
        level = float(rows.values.sum() / rows.truth.sum())
        beyond = (rows.values - level * rows.truth) / float(rows.truth.mean())
        return rows.ratio - float(rows.ratio.mean()) / level * beyond


class _PriceRelatedBias(ValueStatistic):
    """The share by which ratios change where the price doubles (Gloudemans 2011)."""

    name = "prb"
    label = "PRB"
    description = "change of the ratio where the price doubles; below 0, cheap ones valued higher"
    accepted = Range(-0.05, 0.05)  # IAAO (2013), 9.2.7
    written = NumberFormat(3, plus=True)

    def of(self, rows: WeightedValues) -> float:
        """Return the slope of least squares, or not a number if all prices are alike."""
        doublings = _doublings(rows.rows, rows.median_ratio)
        doublings -= float(rows.times @ doublings) / rows.total
        pull = rows.times * doublings
        spread = float(pull @ doublings)
        # Rounding must not make a slope out of equal prices.
        if spread <= _ROUNDING * rows.total:
            return np.nan
        # Of ratio / median - 1: what is constant does not move a slope.
        return float(pull @ rows.rows.ratio) / (spread * rows.median_ratio)

    def linearized(self, rows: ValuedRows) -> FloatArray:
        """Return what is left of each row, times how far its price is from the middle."""
        doublings = _doublings(rows, float(np.median(rows.ratio)))
        doublings -= doublings.mean()
        spread = float(doublings @ doublings)
        slope = float(doublings @ rows.ratio) / spread if spread > 0 else 0.0
        linearized: FloatArray = doublings * (rows.ratio - rows.ratio.mean() - slope * doublings)
        return linearized


def _doublings(rows: ValuedRows, median_ratio: float) -> FloatArray:
    proxy = market_value_proxy(rows.values, rows.truth, median_ratio)
    return np.log2(proxy, out=proxy)


PRD = _PriceRelatedDifferential()
PRB = _PriceRelatedBias()
