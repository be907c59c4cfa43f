"""Errors that rise and fall slowly, as counts of a hundred stretches of time know them.

What `qconf.evaluation.long_run` does with rows is done with stretches: all rows of one are raised
and lowered together, by the height of the wave in its middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray
from qconf.counting.by_stretch import ByStretch
from qconf.errors import OptionError
from qconf.evaluation.long_run import SlowWaves, dependence
from qconf.evaluation.resampling import beyond_normal
from qconf.evaluation.sampling import STRETCHES, cluster_size, skewness_of_units

__all__ = ["Counts", "InTime"]

#: Rows of cells; under a wave they are no whole numbers.
Counts: TypeAlias = NDArray[np.int64] | FloatArray


@dataclass(frozen=True, eq=False)
class InTime:
    """Cells of the last pass in stretches of time, and the slow waves through them.

    Attributes
    ----------
    waves : SlowWaves
    n, outliers : ndarray of shape (n_stretches, n_cells), dtype int64
    by_stretch : ByStretch
    """

    waves: SlowWaves
    n: NDArray[np.int64]
    outliers: NDArray[np.int64]
    by_stretch: ByStretch

    @classmethod
    def of(cls, by_stretch: ByStretch) -> InTime:
        """Look how slowly the outlier rate moves.

        Raises
        ------
        TableError
            If all rows have one time.
        OptionError
            If the last pass has seen other times than the first.
        """
        n, outliers = by_stretch.counts()
        sizes, stretches = n.sum(axis=1), by_stretch.stretches
        if not np.array_equal(sizes, stretches.sizes):
            msg = "The last pass has seen other times than the first: give the same in each."
            raise OptionError(msg)
        waves = SlowWaves.of_stretches(
            sizes.astype(np.float64), outliers.sum(axis=1).astype(np.float64), stretches.n_moments
        )
        return cls(waves, n, outliers, by_stretch)

    @cached_property
    def weights(self) -> FloatArray:
        """How often rows of each stretch count: along each wave up, and down."""
        return np.array([one for pair in self.waves.weights() for one in pair])

    def moved(self, told: FloatArray) -> FloatArray:
        """Tell how statistics move along the waves, given what they are under the `weights`.

        Parameters
        ----------
        told : ndarray of shape (2 * n_waves, n_statistics)

        Returns
        -------
        ndarray of shape (n_waves, n_statistics)
        """
        return self.waves.derivative(told[0::2], told[1::2])

    def moving_as(self, column: int, moved: FloatArray) -> FloatArray:
        """Allow for the slow movement of a column's mean instead of that of the outlier rate."""
        slower = self.waves.of_values(self.sums(column).sum(axis=1)).inflation
        scaled: FloatArray = moved * np.sqrt(slower / self.waves.inflation)
        return scaled

    def sums(self, column: int) -> FloatArray:
        """Return the sums of a column that is resampled, of shape (n_stretches, n_cells)."""
        return self.by_stretch.sums(column)

    def standard_error(
        self, influence: FloatArray, values: FloatArray, confidence_level: float
    ) -> float:
        """Return the standard error of a mean for its slow movement, as `Sampling` has it.

        Parameters
        ----------
        influence : ndarray of shape (n_stretches,)
            How far the rows of each move the mean, times the number of all rows; zero in sum.
        values : ndarray of shape (n_stretches,)
            Sums of what the mean is of.
        confidence_level : float
        """
        waves = self.waves.of_values(values)
        slow = float(np.sqrt(dependence(waves, influence)))
        return slow * beyond_normal(waves.n_waves, confidence_level)

    def cluster_size(self, taken: FloatArray) -> float:
        """Return how many of some rows the tenth of time that a row is in has, on average.

        Parameters
        ----------
        taken : ndarray of shape (n_cells,)
            How much of each cell is among them.
        """
        return cluster_size(self._in_tenths(self.n @ taken))

    def skewness(self, events: Counts, taken: FloatArray) -> float:
        """Say how skewed a rate of some rows is because it rests on few tenths of time.

        Parameters
        ----------
        events : ndarray of shape (n_stretches, n_cells)
            Outliers, say.
        taken : ndarray of shape (n_cells,)
        """
        size, came = self._in_tenths(self.n @ taken), self._in_tenths(events @ taken)
        return skewness_of_units(size, came, float(came.sum() / size.sum()))

    @cached_property
    def _tenth(self) -> IntArray:
        return (self.waves.position * STRETCHES).astype(np.intp)

    def _in_tenths(self, of_stretch: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(self._tenth, of_stretch), dtype=np.float64)
