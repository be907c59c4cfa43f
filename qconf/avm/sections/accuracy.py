"""How far values are off, and how often they are far off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qconf.avm.measures import MeanOf, Measure, StatisticOf
from qconf.avm.number_format import SIGNED_PERCENT
from qconf.avm.portfolio import Portfolio
from qconf.avm.sections.asked import Asked
from qconf.avm.statistics.median_error import MDAPE, MEDIAN_ERROR
from qconf.evaluation.metrics.bias import BIAS
from qconf.evaluation.metrics.mean_absolute_error import MEAN_ABSOLUTE_ERROR
from qconf.evaluation.metrics.outlier_rate import OUTLIER_RATE
from qconf.evaluation.metrics.over_valuation_rate import OVER_VALUATION_RATE
from qconf.evaluation.metrics.ppe import ppe
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["FAILURE_RATE", "HIT_RATE", "RIGHT_TAIL", "Accuracy"]

# AVM people have names of their own for these.
FAILURE_RATE = replace(OUTLIER_RATE, name="failure_rate", label="failure rate")
RIGHT_TAIL = replace(OVER_VALUATION_RATE, name="right_tail", label="right tail")
MEAN_ERROR = replace(BIAS, name="mean_error", label="mean error")
FAILURE_SIZE = replace(
    MEAN_ABSOLUTE_ERROR,
    name="failure_size",
    label="failure size",
    description="mean absolute error of the failures",
)
HIT_RATE = RowMetric(
    name="hit_rate",
    label="hit rate",
    description="share of rows with a value",
    per_row=lambda values, _: np.isfinite(values),
    better="higher",
)
PPES = tuple(map(ppe, (0.05, 0.10, 0.15, 0.20)))


class Accuracy:
    """The row metrics of all rows that have a value, for every part of a report to build on.

    Parameters
    ----------
    portfolio : Portfolio

    Attributes
    ----------
    hit_rate, ppe10, failure_rate, right_tail : MeanOf
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio = portfolio
        everyone = np.ones(len(portfolio.valued), dtype=np.bool_)
        self.hit_rate = MeanOf(HIT_RATE, HIT_RATE.values(portfolio.values, 0.0), everyone)
        self.ppes = {one.name: self._of(one) for one in PPES}
        self.ppe10 = self.ppes["ppe10"]
        self.failure_rate = self._of(FAILURE_RATE)
        self.right_tail = self._of(RIGHT_TAIL)

    def scope(self) -> tuple[Asked, ...]:
        """Ask how many rows have a value."""
        return (Asked("all", len(self._portfolio.valued), (self.hit_rate,)),)

    def asked(self) -> tuple[Asked, ...]:
        """Ask for everything, of all rows."""
        portfolio = self._portfolio
        failed = portfolio.valued & (np.abs(portfolio.residual) > portfolio.threshold)
        measures: list[Measure] = [
            *self.ppes.values(),
            StatisticOf(MDAPE),
            replace(self._of(MEAN_ERROR), written=SIGNED_PERCENT),
            StatisticOf(MEDIAN_ERROR),
            self.failure_rate,
            self.right_tail,
        ]
        if failed.any():
            measures.append(MeanOf(FAILURE_SIZE, np.abs(portfolio.residual), failed))
        return (Asked("all", int(portfolio.valued.sum()), tuple(measures)),)

    def _of(self, metric: RowMetric) -> MeanOf:
        values = metric.values(self._portfolio.residual, self._portfolio.threshold)
        return MeanOf(metric, values, self._portfolio.valued)
