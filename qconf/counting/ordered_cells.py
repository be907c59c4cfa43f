"""Counts in order, summed up by what sums up rows: a cell is a tie, and its counts are weights.

A cell of n rows with o outliers is, to `qconf.evaluation.ranking`, two rows that tie: one that is
no outlier and counts n - o times, and one that is and counts o times. So every metric of an order
is the one of `qconf.evaluate`, and a replicate is other weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import digamma

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.counting.in_time import Counts
from qconf.evaluation.measuring import COVERAGES
from qconf.evaluation.metrics.outlier_rate import OUTLIER_RATE
from qconf.evaluation.ranking import Outcome, RankedRows, WeightedRows

if TYPE_CHECKING:
    from qconf.evaluation.metrics.order_metric import OrderMetric

__all__ = ["OrderedCells", "bounds_of_area"]


@dataclass(frozen=True)
class OrderedCells:
    """Cells in the order of their scores, ready to be summed up under any counts.

    Attributes
    ----------
    ranked : RankedRows
    """

    ranked: RankedRows

    @classmethod
    def of(cls, n_cells: int, fraction: float) -> OrderedCells:
        """Put so many cells in order."""
        score = np.repeat(np.arange(n_cells, dtype=np.float64), 2)
        outlier = np.tile([False, True], n_cells)
        per_row = {OUTLIER_RATE: outlier.astype(np.float64)}
        return cls(RankedRows(score, Outcome(outlier, np.zeros(2 * n_cells), per_row), fraction))

    def under(self, n: Counts, outliers: Counts) -> WeightedRows:
        """Count each cell so many times; counts are of shape (..., n_cells)."""
        # Floats hold whole numbers to 2^53, and do not ask for a table of harmonic numbers. Under a
        # wave, the outliers of a cell may be a hair more than its rows.
        counts = np.stack([np.maximum(n - outliers, 0), outliers], axis=-1)
        return self.ranked.under(counts.reshape(*n.shape[:-1], -1).astype(np.float64))

    def told(self, n: Counts, outliers: Counts, metrics: Sequence[OrderMetric]) -> FloatArray:
        """Return the outlier rates of the safest and of all rows, the metrics, and the risks.

        Returns
        -------
        ndarray of shape (..., n_statistics)
            For counts of shape (..., n_cells).
        """
        under = self.under(n, outliers)
        overall = outliers.sum(axis=-1) / n.sum(axis=-1)
        rates = [*under.safest_means(), overall, *(one.of(under) for one in metrics)]
        return np.concatenate([np.stack(rates, axis=-1), under.risks(COVERAGES)], axis=-1)


def bounds_of_area(n: IntArray, outliers: IntArray, is_tie: BoolArray) -> tuple[float, float]:
    """Return between what the area under the risk-coverage curve lies, whatever order cells hide.

    Parameters
    ----------
    n, outliers : ndarray of shape (n_cells,) of int
    is_tie : ndarray of shape (n_cells,), dtype bool
        Cells of one score, whose rows count as tied.

    Returns
    -------
    low, high : float
        With the outliers of every other cell last, and first; equal where all are ties.
    """
    size, bad = n.astype(np.float64), outliers.astype(np.float64)
    upto = np.cumsum(size)
    before, good, total = upto - size, size - bad, upto[-1]
    since, till = _harmonic(before), _harmonic(upto)
    # Sums over the places k of a cell of the outliers of the cell up to there, divided by k.
    tied = bad - np.divide(bad * before, size) * (till - since)
    last = bad - (before + good) * (till - _harmonic(before + good))
    first_end = _harmonic(before + bad)
    first = bad - before * (first_end - since) + bad * (till - first_end)
    found = np.cumsum(bad) - bad
    known = float(found @ (till - since))
    low, high = (known + float(np.where(is_tie, tied, one).sum()) for one in (last, first))
    return float(low / total), float(high / total)


def _harmonic(position: FloatArray) -> FloatArray:
    return np.asarray(digamma(position + 1.0) + np.euler_gamma)
