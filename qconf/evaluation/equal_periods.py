"""Periods of equal length, in which a level is seen, and those after them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = ["FEWEST_PERIODS", "EqualPeriods"]

#: Periods that a level must have been seen in, the most that are made, and rows of one on average.
FEWEST_PERIODS, _MOST_PERIODS, _ROWS_OF_PERIOD = 6, 24, 30


@dataclass(frozen=True)
class EqualPeriods:
    """Periods of equal length, from the first labelled row to the last.

    Attributes
    ----------
    start, length : float
        In the unit of the times.
    n_periods : int
    """

    start: float
    length: float
    n_periods: int

    @classmethod
    def of(cls, time: FloatArray) -> EqualPeriods | None:
        """Cut a time into periods; None if there are too few rows, or it does not pass."""
        n_periods = min(len(time) // _ROWS_OF_PERIOD, _MOST_PERIODS)
        span = float(np.ptp(time))
        if n_periods < FEWEST_PERIODS or span == 0:
            return None
        return cls(float(time.min()), span / n_periods, n_periods)

    def labelled(self, time: FloatArray) -> IntArray:
        """Return the period of each labelled row, from 0."""
        return np.minimum(self.ahead(time), self.n_periods - 1)

    def ahead(self, time: FloatArray) -> IntArray:
        """Return the period of any row; those after the last labelled one go on from there."""
        return np.floor((time - self.start) / self.length).astype(np.intp)

    def is_too_far(self, time: FloatArray) -> BoolArray:
        """Tell rows that lie further ahead than the labelled periods reach back."""
        too_far: BoolArray = time > self.start + 2 * self.n_periods * self.length
        return too_far
