"""What figures might have been: under replicates of cells, and by the squares of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from qconf._types import FloatArray, IntArray
from qconf.core.conventions import accepted_rows
from qconf.core.estimate import Estimate
from qconf.counting.in_time import Counts, InTime
from qconf.counting.ordered_cells import OrderedCells
from qconf.counting.replicates import Replicates
from qconf.counting.settings import Settings
from qconf.counting.settled_order import SettledOrder
from qconf.counting.units import cluster_size, poisson_counts
from qconf.evaluation.measuring import COUNTED_AT_ONCE
from qconf.evaluation.resampling import Draws

if TYPE_CHECKING:
    from qconf.evaluation.metrics.order_metric import OrderMetric

__all__ = ["Resampled", "normal_estimate", "two_draws"]


@dataclass(frozen=True, eq=False)
class Resampled:
    """Counts of the cells of the last pass in replicates, none of which is empty.

    Attributes
    ----------
    n, outliers : ndarray of shape (n_replicates, n_cells)
    n_groups : int or None
        None where rows are resampled, each on its own.
    replicates : Replicates or None
        Of groups, with sums too.
    usable : ndarray of int
        Which of them are here.
    in_time : InTime or None
        None without times.
    """

    n: NDArray[np.int64]
    outliers: NDArray[np.int64]
    n_groups: int | None
    replicates: Replicates | None
    usable: IntArray
    in_time: InTime | None

    @classmethod
    def of(
        cls, order: SettledOrder, settings: Settings, n_groups: int | None, in_time: InTime | None
    ) -> Resampled:
        """Take the replicates of groups, or draw those of rows."""
        replicates = order.sums.replicates
        if replicates is None:
            n, outliers = poisson_counts(
                *order.counts_of_parts, settings.replicates(grouped=False), settings.random_state
            )
        else:
            n, outliers = replicates.counts()
        usable = np.flatnonzero(n.sum(axis=1) > 0)
        return cls(n[usable], outliers[usable], n_groups, replicates, usable, in_time)

    @property
    def cluster_sizes(self) -> list[Callable[[FloatArray], float]]:
        """How many rows the group, and the tenth of time, of a row has, among some of each cell."""
        sizes: list[Callable[[FloatArray], float]] = []
        if self.n_groups is not None:
            sizes.append(partial(cluster_size, self.n))
        return sizes if self.in_time is None else [*sizes, self.in_time.cluster_size]

    def sums(self, column: int) -> FloatArray | None:
        """Return sums of a column that is resampled, of shape (n_replicates, n_cells)."""
        return None if self.replicates is None else self.replicates.sums(column)[self.usable]

    def draws(
        self,
        values: Sequence[float],
        order: SettledOrder,
        metrics: Sequence[OrderMetric],
        fraction: float,
    ) -> list[Draws]:
        """Return what `OrderedCells.told` might have been, around the values that are known.

        These cells are wider than those that the values were told from, and so a little off: what
        they say of themselves is taken from each replicate.
        """
        cells = OrderedCells.of(self.n.shape[1], fraction)
        own = cells.told(*order.counts_of_parts, metrics)
        told = _told_of_each(cells, self.n, self.outliers, metrics)
        moved = np.empty((0, told.shape[1]))
        if self.in_time is not None:
            weights, history = self.in_time.weights, self.in_time
            under = weights @ history.n, weights @ history.outliers
            moved = history.moved(_told_of_each(cells, *under, metrics))
        return [
            Draws(one, wave, self.n_groups)
            for one, wave in zip((told - own + values).T, moved.T, strict=True)
        ]

    def mean_draws(
        self, column: int, order: SettledOrder, sums: FloatArray, safest: float, fraction: float
    ) -> tuple[Draws, Draws]:
        """Return what the means of a column over the safest rows and over all might have been.

        Parameters
        ----------
        column : int
            Of those that are resampled.
        order : SettledOrder
        sums : ndarray of shape (n_cells,)
            As they are.
        safest : float
            The mean over the safest rows.
        fraction : float
        """
        drawn = self.sums(column)
        if drawn is None:
            msg = "only groups have sums that are resampled"
            raise AssertionError(msg)
        # The safest rows are chosen anew in each replicate.
        means = [_safest_mean(n, one, fraction) for n, one in zip(self.n, drawn, strict=True)]
        own = _safest_mean(order.counts_of_parts[0], sums, fraction)
        overall = drawn.sum(axis=1) / self.n.sum(axis=1)
        return (
            Draws(np.array(means) - own + safest, n_groups=self.n_groups),
            Draws(overall, n_groups=self.n_groups),
        )

    def moved_means(
        self, column: int, fraction: float, *, as_itself: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Return how the means of a column over the safest rows and over all move along the waves.

        Parameters
        ----------
        column : int
            Of those that are resampled.
        fraction : float
        as_itself : bool
            Whether it moves as slowly as itself, or as the outlier rate does.

        Returns
        -------
        ndarray of shape (n_waves,)
            Twice; empty without times.
        """
        history = self.in_time
        if history is None:
            return np.empty(0), np.empty(0)
        n, sums = history.weights @ history.n, history.weights @ history.sums(column)
        safest = [_safest_mean(*one, fraction) for one in zip(n, sums, strict=True)]
        told = np.stack([safest, sums.sum(axis=1) / n.sum(axis=1)], axis=1)
        moved = history.moved(told)
        moved = history.moving_as(column, moved) if as_itself else moved
        return moved[:, 0], moved[:, 1]


def _told_of_each(
    cells: OrderedCells, n: Counts, outliers: Counts, metrics: Sequence[OrderMetric]
) -> FloatArray:
    """Ask what is told of each of many counts, so many at once as are summed up best."""
    # A cell is two rows: one that is an outlier, and one that is none.
    at_once = max(1, COUNTED_AT_ONCE // (2 * n.shape[1]))
    some = (slice(begin, begin + at_once) for begin in range(0, len(n), at_once))
    return np.vstack([cells.told(n[part], outliers[part], metrics) for part in some])


def _safest_mean(n: Counts, sums: FloatArray, fraction: float) -> float:
    upto = np.cumsum(n)
    n_accepted = accepted_rows(fraction, float(upto[-1]))
    # Weights that are no whole numbers may add up to a hair less than the rows there are.
    at = min(int(np.searchsorted(upto, n_accepted)), len(n) - 1)
    share = (n_accepted - (upto[at] - n[at])) / n[at]
    return float((sums[:at].sum() + share * sums[at]) / n_accepted)


def two_draws(value: float, standard_error: float, waves: FloatArray) -> Draws:
    """Return draws that spread as a standard error says: where it is known, none need be drawn."""
    return Draws(value + standard_error * np.array([-1.0, 1.0]), waves)


def normal_estimate(
    value: float, standard_error: float, confidence_level: float, bounds: tuple[float, float]
) -> Estimate:
    """Make the interval of a mean of many rows."""
    reach = float(norm.ppf((1 + confidence_level) / 2)) * standard_error
    low, high = np.clip([value - reach, value + reach], *bounds)
    return Estimate(value, (float(low), float(high)))
