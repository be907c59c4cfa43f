"""Bootstrap replicates of groups that are never held together: a hash says how often each counts.

How often a group counts in a replicate is Poisson(1), as it would be in a sample of many groups
with replacement, and hangs on nothing but its hash, the replicate and the seed: so all its rows
count alike, wherever they are met (as in Chamandy et al. 2012, "Estimating uncertainty for massive
data streams").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray
from qconf.counting.loops import add_resampled
from qconf.counting.sort_keys import Keys
from qconf.learners.poisson_draws import chance

__all__ = ["Replicates", "unit_of"]

#: Of the largest value: 2^34 rows of it do not overflow 64 bits.
_FINEST = 2.0**-28


def unit_of(largest: float) -> float:
    """Return the step in which values are counted: a power of 2, 2^-28 of the largest one or less.

    Examples
    --------
    >>> unit_of(0.9) == 2.0**-28, unit_of(0.0)
    (True, 1.0)
    """
    return float(2.0 ** np.ceil(np.log2(largest))) * _FINEST if largest > 0 else 1.0


@dataclass(frozen=True, eq=False)
class Replicates:
    """Rows, outliers and sums of each cell, in each replicate.

    Attributes
    ----------
    drawn : ndarray of shape (n_cells, 2 + n_columns, n_replicates), dtype int64
    units : ndarray of shape (n_columns,)
        What one of each column's sums is worth.
    seed : int
    """

    drawn: NDArray[np.int64]
    units: FloatArray
    seed: int

    @classmethod
    def nothing(cls, n_cells: int, units: FloatArray, n_replicates: int, seed: int) -> Replicates:
        """Return the replicates of no row."""
        shape = n_cells, 2 + len(units), n_replicates
        return cls(np.zeros(shape, dtype=np.int64), units, seed)

    def add(
        self, cells: NDArray[np.int32], groups: Keys, outlier: BoolArray,
        columns: Sequence[FloatArray],
    ) -> None:  # fmt: skip
        """Count rows as often as their groups are drawn."""
        n_replicates = self.drawn.shape[-1]
        steps = np.rint(np.stack(columns) / self.units[:, None]).astype(np.int64)
        lanes = chance(self.seed, 0, n_replicates)
        times = np.zeros(n_replicates, dtype=np.int64)
        add_resampled(cells, groups.view(np.int64), outlier, steps, lanes, times, self.drawn)

    def merge(self, other: Replicates) -> None:
        """Count the rows of another part."""
        self.drawn[:] += other.drawn

    def counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return rows and outliers, each of shape (n_replicates, n_cells)."""
        return self.drawn[:, 0].T, self.drawn[:, 1].T

    def sums(self, column: int) -> FloatArray:
        """Return a column's sums, of shape (n_replicates, n_cells)."""
        sums: FloatArray = self.drawn[:, 2 + column].T * self.units[column]
        return sums
