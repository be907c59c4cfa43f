"""The level of a model's values, period by period, and where it will be.

What a market does to all values at once does not cancel in a sum, however many rows it has. So the
labelled rows are cut into periods of equal length, the level that brings the values of each to what
came is read from its sum, and a `MovingLevel` says where it will be when rows without outcomes are
decided on. Of few periods, or of rows further ahead than the periods reach back, nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.core.error_scale import ErrorScale
from qconf.evaluation.equal_periods import FEWEST_PERIODS
from qconf.evaluation.moving_level import MovingLevel
from qconf.portfolios.sums import Level, sum_std

__all__ = ["Market"]

#: Rows that tell a period's level.
_LEAST_ROWS = 5


@dataclass(frozen=True, eq=False)
class Market:
    """The level of the values of one model, as it moved.

    Attributes
    ----------
    level : MovingLevel
        Of the logarithm of the factor, or of the shift, in numbers of periods.
    is_factor : bool
        Whether values are multiplied by it, or it is added.
    """

    level: MovingLevel
    is_factor: bool

    @classmethod
    def of(
        cls,
        value: FloatArray,
        truth: FloatArray,
        spread: FloatArray,
        places: IntArray,
        periods: IntArray,
        correlation: float,
        scale: ErrorScale,
    ) -> Market | None:
        """Read the level of each period.

        Parameters
        ----------
        value, truth, spread : ndarray of shape (n_rows,)
            Of labelled rows; `spread` is the expected error in units of the target.
        places : ndarray of shape (n_rows,) of int
            Portfolios, from 0.
        periods : ndarray of shape (n_rows,) of int
        correlation : float
            Of the errors of two rows of a place, beyond what all places have in common.
        scale : ErrorScale

        Returns
        -------
        Market or None
            None if fewer than six periods have a level.
        """
        told, is_factor = [], scale.needs_positive
        for one in np.unique(periods):
            own = np.flatnonzero(periods == one)
            level = Level.of(value[own], truth[own], scale)
            if len(own) < _LEAST_ROWS or (is_factor and value[own].sum() <= 0):
                continue
            alone = sum_std(spread[own], places[own], int(places.max()) + 1, correlation)
            size = truth[own].sum() if is_factor else len(own)
            seen = np.log(level.factor) if is_factor else level.shift
            told.append((one + 0.5, seen, float(alone @ alone) / size**2))
        if len(told) < FEWEST_PERIODS:
            return None
        moving = MovingLevel(*np.array(told).T)
        return cls(moving, is_factor)

    @property
    def freedom(self) -> int:
        """Degrees of freedom of what is known of its movement."""
        return len(self.level.time) - 1

    def levels(self, periods: IntArray) -> tuple[list[Level], FloatArray]:
        """Return the level of some periods, and its covariance.

        Parameters
        ----------
        periods : ndarray of shape (n_periods,) of int

        Returns
        -------
        levels : list of Level
        covariance : ndarray of shape (n_periods, n_periods)
            Of logarithms of factors, or of shifts.
        """
        mean, covariance = self.level.at(periods.astype(np.float64) + 0.5)
        if self.is_factor:
            return [Level(factor=float(np.exp(one))) for one in mean], covariance
        return [Level(shift=float(one)) for one in mean], covariance
