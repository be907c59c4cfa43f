"""Errors that rise and fall slowly in time, and what that does to an average over the rows.

A market moves: for weeks all errors are large. Rows of such weeks are not independent, and an
average over them varies more from one history to the next than the rows tell one by one. How
much more hangs on the *slow* part of the movement alone, and that is read from a handful of
slow waves: cosines of time that go half round, once round, one and a half times, ... Each tells
the variance of the average once, so that B of them make a variance with B degrees of freedom
and an interval with Student's t (the equal-weighted cosine estimator: Mueller 2004; Lazarus,
Lewis, Stock & Watson 2018, Journal of Business & Economic Statistics 36(4)).

Blocks of time of the length that Politis & White (2004) choose were tried first; where noise
hides the movement they come out at one period, and 95 % intervals hold the truth in 76 to 87 %
of histories (docs/decisions/0002-intervals-in-time.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from qconf._types import ArrayLike, BoolArray, FloatArray
from qconf.core.grouping import group_codes
from qconf.errors import TableError
from qconf.residuals.schedules import blocks_in_time

__all__ = ["STRETCHES", "SlowWaves", "dependence"]

#: More waves would sharpen the variance little (t with 6 degrees of freedom reaches a quarter
#: beyond the normal), and are quick enough to miss what moves as slowly as AR(0.7) in 60 periods.
_WAVES = 6

#: Stretches of time, at most, from which it is read how long a movement lasts.
STRETCHES = 100

#: Half of what a wave of full height would do: no weight is ever negative, and the statistics
#: are still smooth over so large a change.
_STEP = 0.5
#: Where a wave is so high that rows would have no weight left, they keep a tenth.
_MOST_OF_A_ROW = 0.9

#: As in Andrews & Monahan (1992): beyond this, one movement lasts as long as the whole table.
_MOST_PERSISTENT = 0.97

_ONE_MOMENT = "The time must have at least 2 distinct values, found 1; leave it out."


@dataclass(frozen=True)
class SlowWaves:
    """Slow cosines of time, as weights of the rows, or of stretches of many rows.

    Attributes
    ----------
    position : ndarray of shape (n_samples,)
        The share of rows that are earlier, rows of the same moment counted half. Of stretches, one
        for each.
    n_waves : int
        At most six, and fewer than there are distinct moments.
    n_moments : int
        Distinct moments.
    persistence : float
        How alike a hundredth of the time and the next are: the correlation of their means, from
        0 to 0.97.
    inflation : float
        By how much the waves, slow as they are, understate the variance of an average if the
        movement has that `persistence`, at least 1.
    sizes : ndarray of shape (n_stretches,) or None
        How many rows each stretch has; None where every row has a position of its own.
    """

    position: FloatArray
    n_waves: int
    n_moments: int
    persistence: float
    inflation: float
    sizes: FloatArray | None = None

    @classmethod
    def of_stretches(cls, sizes: FloatArray, sums: FloatArray, n_moments: int) -> SlowWaves:
        """Take rows of a stretch of time together, where they are too many to have each.

        Parameters
        ----------
        sizes : ndarray of shape (n_stretches,)
            How many rows there are, the earliest first; about `STRETCHES` stretches.
        sums : ndarray of shape (n_stretches,)
            Of the values whose mean moves.
        n_moments : int
            Distinct moments.

        Raises
        ------
        TableError
            If there is one stretch alone.
        """
        if len(sizes) == 1:
            raise TableError(_ONE_MOMENT)
        position = (np.cumsum(sizes) - sizes / 2) / sizes.sum()
        n_waves = min(_WAVES, len(sizes) - 1)
        return cls(position, n_waves, n_moments, *_movement_of(sums / sizes, n_waves), sizes)

    @property
    def n_rows(self) -> float:
        """How many rows there are."""
        return float(len(self.position) if self.sizes is None else self.sizes.sum())

    @classmethod
    def of(cls, time: ArrayLike, values: BoolArray | FloatArray) -> SlowWaves:
        """Place rows in time, and look how slowly the mean of some values moves.

        Parameters
        ----------
        time : array-like of shape (n_samples,)
            Numbers or dates without gaps.
        values : ndarray of shape (n_samples,)
            Whether each row is an outlier, say.

        Raises
        ------
        TableError
            If all rows have the same time.
        """
        moment = group_codes(time, sort=True)
        size = np.bincount(moment)
        if len(size) == 1:
            raise TableError(_ONE_MOMENT)
        position = ((np.cumsum(size) - size / 2) / len(moment))[moment]
        n_waves = min(_WAVES, len(size) - 1)
        return cls(position, n_waves, len(size), *_movement(moment, values, n_waves))

    def of_values(self, values: BoolArray | FloatArray) -> SlowWaves:
        """Look how slowly the mean of other values moves; the waves themselves stay.

        Of stretches, `values` are the sums over each.
        """
        if self.sizes is None:
            persistence, inflation = _movement(self.position, values, self.n_waves)
        else:
            persistence, inflation = _movement_of(values / self.sizes, self.n_waves)
        return replace(self, persistence=persistence, inflation=inflation)

    def weights(self) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Raise the rows on one side of each wave and lower the others, and the other way round.

        Yields
        ------
        tuple of (ndarray of shape (n_samples,), ndarray of shape (n_samples,))
            Weights above 0 that add up to the number of rows.
        """
        for wave, step in zip(self._waves(), self._steps(), strict=True):
            yield 1 + step * wave, 1 - step * wave

    def derivative(self, up: FloatArray, down: FloatArray) -> FloatArray:
        """Tell how statistics move along the waves.

        Parameters
        ----------
        up, down : ndarray of shape (n_waves, ...)
            The statistics under both `weights`.

        Returns
        -------
        ndarray of shape (n_waves, ...)
            Its mean square over the waves is the variance of the statistic.
        """
        step = self._steps().reshape(-1, *[1] * (np.ndim(up) - 1))
        along: FloatArray = (up - down) / (2 * step) * np.sqrt(self.inflation)
        return along

    def _waves(self) -> Iterator[FloatArray]:
        """Yield waves that are zero on average over the rows."""
        for number in range(1, self.n_waves + 1):
            wave = np.sqrt(2) * np.cos(np.pi * number * self.position)
            # Where many rows share a moment the waves do not quite cancel out.
            yield wave - np.average(wave, weights=self.sizes)

    def _steps(self) -> FloatArray:
        """Return how far the rows of each wave are raised and lowered: no weight becomes zero."""
        heights = np.array([np.abs(wave).max() for wave in self._waves()])
        return np.minimum(_STEP, _MOST_OF_A_ROW / heights)


def dependence(waves: SlowWaves, values: FloatArray) -> float:
    """Return the variance of the mean of `values`, for their slow movement in time.

    Parameters
    ----------
    waves : SlowWaves
    values : ndarray of shape (n_samples,)
        Of stretches, the sums over each.
    """
    both = [(up @ values, down @ values) for up, down in waves.weights()]
    up, down = np.array(both).T / waves.n_rows
    return float(np.mean(waves.derivative(up, down) ** 2))


def _movement(time: ArrayLike, values: BoolArray | FloatArray, n_waves: int) -> tuple[float, float]:
    """Return how persistent the mean of values is, and how much of that the waves miss."""
    stretch = blocks_in_time(time, STRETCHES)
    return _movement_of(np.bincount(stretch, values) / np.bincount(stretch), n_waves)


def _movement_of(rates: FloatArray, n_waves: int) -> tuple[float, float]:
    """Return the same from the means of stretches that follow each other."""
    persistence = _persistence(rates)
    seen = float(np.mean(_spectrum(persistence, np.arange(1, n_waves + 1) / len(rates))))
    return persistence, 1 / seen


def _persistence(rates: FloatArray) -> float:
    """Correlate neighbouring stretches, mended for the bias of short series."""
    centred = rates - rates.mean()
    variance = float(centred @ centred)
    if variance == 0:
        return 0.0
    correlation = float(centred[1:] @ centred[:-1]) / variance
    mended = correlation + (1 + 3 * correlation) / len(rates)
    return float(np.clip(mended, 0.0, _MOST_PERSISTENT))


def _spectrum(persistence: float, frequency: FloatArray) -> FloatArray:
    """Return the spectral density of AR(1), in units of that at frequency zero.

    `frequency` is in half turns a step: 1 is the quickest there is.
    """
    angle = np.pi * frequency
    slow = (1 - persistence) ** 2
    density: FloatArray = slow / (1 + persistence**2 - 2 * persistence * np.cos(angle))
    return density
