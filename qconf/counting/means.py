"""Means over the safest rows and over all, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from qconf.core.conventions import accepted_rows
from qconf.core.estimate import Estimate
from qconf.counting.columns import CAME, SIZE, place_of
from qconf.counting.resampled import Resampled, normal_estimate, two_draws
from qconf.counting.settings import Settings
from qconf.counting.settled_order import SettledOrder
from qconf.evaluation.metrics.mean_absolute_error import MEAN_ABSOLUTE_ERROR
from qconf.evaluation.metrics.row_metric import RowMetric
from qconf.evaluation.rate_intervals import ObservedRate
from qconf.evaluation.resampling import Draws, percentile_estimate

__all__ = ["MeanFigure", "mean_figures"]

#: Of all rows, those around the border that say what a row there is like.
_AROUND = 0.02
#: Columns are resampled in the order: sizes, squares, metrics.
_RESAMPLED_ASKED = 2


@dataclass(frozen=True)
class MeanFigure:
    """A metric of the safest rows and of all.

    Attributes
    ----------
    metric : RowMetric
    safest, overall : float
    safest_draws, overall_draws : Draws
    skewness : tuple of (float, float)
        Of both as shares, where they rest on few tenths of time.
    """

    metric: RowMetric
    safest: float
    overall: float
    safest_draws: Draws
    overall_draws: Draws
    skewness: tuple[float, float]

    def estimates(
        self, n_safest: float, n_rows: int, share: float, level: float
    ) -> tuple[Estimate, Estimate]:
        """Return both with their intervals.

        Parameters
        ----------
        n_safest : float
            Among how many rows the safest are chosen.
        n_rows : int
        share : float
            How much of the dependence of all rows the safest have, from 0 to 1.
        level : float
        """
        skewness = self.skewness
        overall = self._one(
            self.overall, self.overall_draws, float(n_rows), 1.0, skewness[1], level
        )
        effect = max(n_rows / (overall.n_effective or n_rows), 1.0)
        own = 1 + (effect - 1) * share
        safest = self._one(self.safest, self.safest_draws, n_safest, own, skewness[0], level)
        return safest, overall

    def _one(
        self, value: float, draws: Draws, n: float, design_effect: float, skewness: float,
        level: float,
    ) -> Estimate:  # fmt: skip
        if self.metric.unit == "share":
            return ObservedRate(value, n, draws, design_effect, skewness).estimate(level)
        if len(draws.resamples) == 2:  # noqa: PLR2004 - a known standard error
            return normal_estimate(value, draws.spread(level), level, self.metric.bounds)
        return percentile_estimate(value, draws, level, self.metric.bounds)


def mean_figures(order: SettledOrder, settings: Settings, resampled: Resampled) -> list[MeanFigure]:
    """Tell the mean absolute error, and each metric that was asked for."""
    figures = _Figures(order, settings, resampled)
    asked = [
        figures.of(metric, place_of(at), place_of(at) + 1, _RESAMPLED_ASKED + at)
        for at, metric in enumerate(settings.metrics)
    ]
    return [figures.of(MEAN_ABSOLUTE_ERROR, SIZE, CAME, 0), *asked]


@dataclass(frozen=True)
class _Figures:
    order: SettledOrder
    settings: Settings
    resampled: Resampled

    def of(self, metric: RowMetric, column: int, squares: int, resampled: int) -> MeanFigure:
        """Tell a metric by the places of its sums, those of its squares, and resampled ones."""
        order = self.order
        safest = self._head(column) / self._n_accepted
        overall = order.sum_of(order.all, column) / order.total
        moved = self.resampled.moved_means(
            resampled, self.settings.fraction, as_itself=resampled >= _RESAMPLED_ASKED
        )
        if self.resampled.replicates is not None:
            drawn = self.resampled.mean_draws(
                resampled, order, order.sums_of_parts(column), safest, self.settings.fraction
            )
            draws = replace(drawn[0], waves=moved[0]), replace(drawn[1], waves=moved[1])
        else:
            spread = max(order.sum_of(order.all, squares) / order.total - overall**2, 0.0)
            error = float(np.sqrt(spread / order.total))
            draws = (
                two_draws(safest, self._error(column, squares), moved[0]),
                two_draws(overall, error, moved[1]),
            )
        return MeanFigure(metric, safest, overall, *draws, self._skewness(resampled))

    def _skewness(self, resampled: int) -> tuple[float, float]:
        history = self.resampled.in_time
        if history is None:
            return 0.0, 0.0
        sums, taken = history.sums(resampled), self.order.taken_of_parts(self._n_accepted)
        return history.skewness(sums, taken), history.skewness(sums, np.ones(len(taken)))

    @property
    def _n_accepted(self) -> int:
        return accepted_rows(self.settings.fraction, self.order.total)

    def _head(self, column: int) -> float:
        """Sum up a column over the safest rows; of a tie at their border, the share needed."""
        at, share = self.order.safest(self._n_accepted)
        ties = np.arange(len(self.order.n))
        before, border = ties < at, ties == at
        return self.order.sum_of(before, column) + share * self.order.sum_of(border, column)

    def _error(self, column: int, squares: int) -> float:
        """Return the standard error of a mean over the safest rows, whose border moves with them.

        A row that joins them pushes one out at the border: it moves the mean by its own value less
        that one's.
        """
        n, order = self._n_accepted, self.order
        total, border = self._head(column), self._mean_around_border(column)
        about = self._head(squares) - 2 * border * total + n * border**2
        return float(np.sqrt(max(about - (total - n * border) ** 2 / order.total, 0.0))) / n

    def _mean_around_border(self, column: int) -> float:
        order, reach = self.order, max(_AROUND * self.order.total, 1.0)
        near = (order.upto > self._n_accepted - reach) & (
            order.upto - order.n < self._n_accepted + reach
        )
        around = np.unique(order.part[near])
        n = int(order.counts_of_parts[0][around].sum())
        return float(order.sums_of_parts(column)[around].sum()) / n
