"""Every metric of every score, under every weight, and the intervals that makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.core.estimate import Estimate
from qconf.core.threads import threads_for
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.metrics.order_metric import OrderMetric
from qconf.evaluation.metrics.outlier_rate import OUTLIER_RATE
from qconf.evaluation.metrics.registry import ALWAYS_TOLD
from qconf.evaluation.metrics.row_metric import RowMetric
from qconf.evaluation.ranking import Outcome, RankedRows, Weights
from qconf.evaluation.rate_intervals import ObservedRate
from qconf.evaluation.resampling import Draws, percentile_estimate
from qconf.evaluation.sampling import Sampling
from qconf.evaluation.selection import Selection

__all__ = ["COUNTED_AT_ONCE", "COVERAGES", "Measured", "Measurement"]

#: Where the risk-coverage curve gets its intervals.
COVERAGES = (0.02, *(twentieths / 20 for twentieths in range(1, 21)))
#: Rows, of all resamples together, that are counted at once: more do not stay in the cache.
COUNTED_AT_ONCE = 50_000


@dataclass(frozen=True)
class Measured:
    """Metrics of all rows, or of one order of them: as they are, and what they might have been.

    Attributes
    ----------
    rows, order : dict of metric to (float, Draws)
    risks : list of (float, Draws)
        The outlier rate at each of the `COVERAGES`; empty for all rows.
    """

    rows: dict[RowMetric, tuple[float, Draws]]
    order: dict[OrderMetric, tuple[float, Draws]]
    risks: list[tuple[float, Draws]]


@dataclass(frozen=True)
class Measurement:
    """What is measured, on which rows, and what these are a sample of.

    Attributes
    ----------
    asked : tuple of RowMetric
        Beside those that are always told.
    order_metrics : tuple of OrderMetric
    outcome : Outcome
        With the values of those asked for, and of those that are always told.
    sampling : Sampling
    confidence_level : float
        Confidence level of the intervals.
    """

    asked: tuple[RowMetric, ...]
    order_metrics: tuple[OrderMetric, ...]
    outcome: Outcome
    sampling: Sampling
    confidence_level: float

    def measure(
        self, ranked: Mapping[str, RankedRows], n_draws: int, rng: np.random.Generator
    ) -> tuple[Measured, dict[str, Measured]]:
        """Sum up all rows, and each order of them, under the weights of the sampling."""
        n_rows = len(self.outcome.outlier)
        overall: list[FloatArray] = []
        each: dict[str, list[FloatArray]] = {name: [] for name in ranked}
        n_threads = min(threads_for(n_rows), len(ranked))
        with ThreadPoolExecutor(max(1, n_threads)) as pool:
            # On short tables handing work over takes a quarter as long as the work itself.
            mapped: Callable[..., Iterable[FloatArray]] = pool.map if n_threads > 1 else map
            for weights in _side_by_side(self.sampling.weights(n_draws, rng), n_rows):
                overall.append(self.outcome.overall(weights))
                told = mapped(partial(self._summed, weights=weights), ranked.values())
                for name, one in zip(ranked, told, strict=True):
                    each[name].append(one)
        return self._sorted_out(self.outcome.overall(), overall), {
            name: self._sorted_out(self._summed(ranked[name]), own) for name, own in each.items()
        }

    def overall(self, measured: Measured) -> dict[RowMetric, Estimate]:
        """Tell each row metric of all rows."""
        return {
            metric: percentile_estimate(value, draws, self.confidence_level, metric.bounds)
            if metric.unit == "error"
            else self.rate_of_all(metric, value, draws).estimate(self.confidence_level)
            for metric, (value, draws) in measured.rows.items()
        }

    def rate_of_all(self, metric: RowMetric, value: float, draws: Draws) -> ObservedRate:
        """Put together what makes the interval of a share of all rows."""
        n_rows = len(self.outcome.outlier)
        skewness = self.sampling.skewness(self.outcome.per_row[metric], np.ones(n_rows))
        return ObservedRate(value, n_rows, draws, skewness=skewness)

    def safest(
        self, rows: RankedRows, measured: Measured, overall: Mapping[RowMetric, Estimate]
    ) -> tuple[dict[RowMetric, Estimate], ObservedRate]:
        """Tell each of the safest fraction; of the outlier rate also what made its interval."""
        taken, told = rows.safest(), {}
        for metric, (value, draws) in measured.rows.items():
            told[metric] = (
                percentile_estimate(value, draws, self.confidence_level, metric.bounds)
                if metric.unit == "error"
                else self._rate_of(taken, metric, value, draws, overall).estimate(
                    self.confidence_level
                )
            )
        rate = self._rate_of(taken, OUTLIER_RATE, *measured.rows[OUTLIER_RATE], overall)
        return told, rate

    def risks(
        self, rows: RankedRows, measured: Measured, overall: Mapping[RowMetric, Estimate]
    ) -> pd.DataFrame:
        """Return some points of the risk-coverage curve, with an interval for each on its own."""
        told = []
        for coverage, (value, draws) in zip(COVERAGES, measured.risks, strict=True):
            rate = self._rate_of(rows.safest(coverage), OUTLIER_RATE, value, draws, overall)
            told.append((coverage, value, *rate.estimate(self.confidence_level).interval))
        return pd.DataFrame(told, columns=["coverage", "outlier_rate", "low", "high"])

    def selection(self, told: Mapping[RowMetric, Estimate], n_rows: int) -> Selection:
        """Put what was told of some rows together."""
        rate, error = (told[one] for one in ALWAYS_TOLD)
        return Selection(rate, error, n_rows, {one.name: told[one] for one in self.asked})

    def area(self, rows: RankedRows, measured: Measured) -> Estimate:
        """Tell the area under the risk-coverage curve: a rate of outliers that count by place."""
        once, counted = rows.under(), np.zeros(len(rows.order))
        outliers = rows.order[rows.outliers]
        counted[outliers] = np.repeat(AURC.counted(once), once.outliers.astype(np.intp))
        skewness = self.sampling.skewness(counted, np.ones(len(counted)))
        return AURC.estimate(*measured.order[AURC], self.confidence_level, skewness)

    def _rate_of(
        self,
        taken: FloatArray,
        metric: RowMetric,
        value: float,
        draws: Draws,
        overall: Mapping[RowMetric, Estimate],
    ) -> ObservedRate:
        return ObservedRate(
            value,
            # Of rows that tie at the border all have a say.
            float(taken.sum() ** 2 / (taken @ taken)),
            draws,
            self.sampling.design_effect(overall[metric], len(taken), taken),
            self.sampling.skewness(self.outcome.per_row[metric], taken),
        )

    def _summed(self, rows: RankedRows, weights: Weights | None = None) -> FloatArray:
        under = rows.under(weights)
        order = (one.of(under) for one in self.order_metrics)
        one_each = np.stack([*under.safest_means(), *order], axis=-1)
        return np.concatenate([one_each, under.risks(COVERAGES)], axis=-1)

    def _sorted_out(self, values: FloatArray, under_weights: Sequence[FloatArray]) -> Measured:
        draws = self.sampling.draws(np.vstack(under_weights))
        both = list(zip(values.tolist(), draws, strict=True))
        rows = dict(zip(self.outcome.per_row, both, strict=False))
        for metric in set(rows) - set(ALWAYS_TOLD):
            value, own = rows[metric]
            rows[metric] = value, self.sampling.moving_as(self.outcome.per_row[metric], own)
        left = both[len(rows) :]
        order = dict(zip(self.order_metrics, left, strict=False))
        return Measured(rows, order, left[len(order) :])


def _side_by_side(weights: Iterator[Weights], n_rows: int) -> Iterator[Weights]:
    """Put as many weights of few rows together, (n, n_rows), as are summed up best at once."""
    at_once = COUNTED_AT_ONCE // n_rows
    if at_once <= 1:
        yield from weights
        return
    # Those of resamples are whole numbers, those of waves are not.
    for _, alike in groupby(weights, key=lambda one: one.dtype):
        while some := list(islice(alike, at_once)):
            together: Any = np.stack(some)
            yield together
