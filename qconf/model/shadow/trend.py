"""The level of predictions as it moves with the market: a random walk with a drift.

A valuation model that goes up with prices stays the same model, and trees cannot follow it: beyond
the newest row they answer as at it. So the level is a process of its own (a Gaussian process whose
covariance is that of a drift and of a random walk): known from the rows held out, carried on
beyond them, and the less sure the further.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from qconf._types import FloatArray

__all__ = ["SURE", "Trend"]

_YEAR = 365.25
#: Stretches of time whose mean levels are used, and rows of each.
_MOST_KNOTS = 32
_ROWS_OF_KNOT = 40
#: Standard deviation of the level before anything was seen.
_LEVEL = 1.0
#: Of the walk in a year, as tried; and how much log likelihood its upper bound of 95 % may cost.
_WALKS = np.concatenate([[0.0], np.geomspace(0.002, 0.5, 24)])
_LESS_LIKELY = 1.35
#: Values further from the median, in standard deviations, are drawn in.
_FARTHEST = 4.0
#: How many standard deviations the level may be off before that is a sign of something.
SURE = 3.0
_N_MOMENTS = 64


@dataclass(frozen=True)
class Trend:
    """Level by time, with its uncertainty.

    Attributes
    ----------
    begin, end : float
        First and last time of `fit`, in days or in the units of the numbers.
    year : float
        What counts as a year: that, or of numbers the time from `begin` to `end`.
    knots : ndarray of shape (n_knots,)
        Mean times of the stretches, in years from `begin`.
    drift : float
        Standard deviation of the drift of a year, before anything was seen.
    walk : float
        Variance that the random walk gathers in a year: an upper bound.
    centre : float
        Mean level of the rows.
    weights : ndarray of shape (n_knots,)
    precision : ndarray of shape (n_knots, n_knots)
        Inverse covariance of the levels seen at the knots.
    """

    begin: float
    end: float
    year: float
    knots: FloatArray
    drift: float
    walk: float
    centre: float
    weights: FloatArray
    precision: FloatArray

    @classmethod
    def of(cls, time: FloatArray, value: FloatArray, drift: float, *, dates: bool) -> Self | None:
        """Learn from rows; None where all are of one moment.

        Parameters
        ----------
        time : ndarray of shape (n_samples,)
            Days, or numbers of unknown units.
        value : ndarray of shape (n_samples,)
            Predictions, less what the features tell.
        drift : float
            How much they may go up or down in a year, as one standard deviation.
        dates : bool
            Whether times are days.
        """
        begin, end = float(time.min()), float(time.max())
        if begin == end:
            return None
        year = _YEAR if dates else end - begin
        centre, spread = _location(value)
        drawn = np.clip(value - centre, -_FARTHEST * spread, _FARTHEST * spread)
        knots, levels, noise = _levels((time - begin) / year, drawn)
        walk = _walk_at_most(knots, levels, noise, drift)
        seen = _covariance(knots, knots, drift, walk) + np.diag(noise)
        precision = np.asarray(np.linalg.inv(seen), dtype=np.float64)
        return cls(begin, end, year, knots, drift, walk, centre, precision @ levels, precision)

    def level(self, time: FloatArray) -> FloatArray:
        """Say what the level is at some times; if one is not known, `centre` for all."""
        if not _are_known(time):
            return np.full(len(time), self.centre)
        found: FloatArray = self.centre + self._towards(time) @ self.weights
        return found

    def deviation(self, time: FloatArray) -> FloatArray:
        """Return standard deviations of `level`, each for itself."""
        at, towards = self._years(time), self._towards(time)
        own = _LEVEL**2 + (self.drift * at) ** 2 + self.walk * np.abs(at)
        known = np.einsum("ij,jk,ik->i", towards, self.precision, towards)
        found: FloatArray = np.sqrt(np.maximum(own - known, 0.0))
        return found

    def reach(self, time: FloatArray) -> float:
        """Bound how far rows together are from what `level` says: three standard deviations.

        Parameters
        ----------
        time : ndarray of shape (n_samples,)
            At least one. If one is not known, rows are from the times of `fit`, or from at
            most a year later.
        """
        if not _are_known(time):
            return self._reach_undated()
        at = np.quantile(time, (np.arange(_N_MOMENTS) + 0.5) / _N_MOMENTS)
        years, towards = self._years(at), self._towards(at)
        joint = (
            _covariance(years, years, self.drift, self.walk) - towards @ self.precision @ towards.T
        )
        return SURE * float(np.sqrt(max(joint.mean(), 0.0)))

    def _reach_undated(self) -> float:
        time = np.linspace(self.begin, self.end + self.year, _N_MOMENTS)
        away = np.abs(self.level(time) - self.centre) + SURE * self.deviation(time)
        return float(away.max())

    def _years(self, time: FloatArray) -> FloatArray:
        return (time - self.begin) / self.year

    def _towards(self, time: FloatArray) -> FloatArray:
        return _covariance(self._years(time), self.knots, self.drift, self.walk)


def _are_known(time: FloatArray) -> bool:
    return bool(np.isfinite(time).all())


def _location(value: FloatArray) -> tuple[float, float]:
    """Return the median, and a standard deviation that outliers do not move."""
    centre = float(np.median(value))
    spread = 1.4826 * float(np.median(np.abs(value - centre)))
    return centre, spread or float(value.std())


def _levels(at: FloatArray, value: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Average stretches of about as many rows: their times, levels and variances of these."""
    wanted = int(np.clip(len(at) // _ROWS_OF_KNOT, 2, _MOST_KNOTS))
    edges = np.unique(np.quantile(at, np.arange(1, wanted) / wanted, method="nearest"))
    code = np.searchsorted(edges, at, side="right")
    there, code, size = np.unique(code, return_inverse=True, return_counts=True)
    times = np.bincount(code, at) / size
    levels = np.bincount(code, value) / size
    within = float(np.mean((value - levels[code]) ** 2)) * len(at) / max(len(at) - len(there), 1)
    return times, levels, np.asarray(max(within, 1e-12) / size)


def _covariance(first: FloatArray, second: FloatArray, drift: float, walk: float) -> FloatArray:
    """Return the covariance of levels at times, in years from the begin."""
    product = first[:, None] * second
    shared = np.minimum(np.abs(first)[:, None], np.abs(second))
    found: FloatArray = _LEVEL**2 + drift**2 * product + walk * np.where(product > 0, shared, 0.0)
    return found


def _walk_at_most(knots: FloatArray, levels: FloatArray, noise: FloatArray, drift: float) -> float:
    """Bound the variance of the walk from above, by its profile likelihood."""
    found = []
    for walk in _WALKS**2:
        lower = np.linalg.cholesky(_covariance(knots, knots, drift, walk) + np.diag(noise))
        scaled = np.linalg.solve(lower, levels)
        found.append(-0.5 * float(scaled @ scaled) - float(np.log(np.diag(lower)).sum()))
    likely = np.flatnonzero(np.array(found) >= max(found) - _LESS_LIKELY)
    return float(_WALKS[likely[-1]] ** 2)
