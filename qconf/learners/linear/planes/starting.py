"""Fit a first plane to a sample of the rows, and say how far it may be off."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.learners.linear.planes.problem import Problem
from qconf.learners.linear.planes.smoothing import smoothed_plane

__all__ = ["least_squares", "quick_plane", "sample_rows", "starting_plane"]

_LEAST_ROWS = 1_000
_ROWS_A_FEATURE = 30
#: Beyond this share of the rows a sample saves nothing.
_MOST = 0.5
#: Rows a coordinate that should bend the smoothed loss.
_WITHIN = 20
#: Shares of the sample within the bandwidth: from wide, where Newton's method finds its way from
#: anywhere, to as narrow as the sample is good for.
_WIDE = (0.8, 0.4)
_MAX_ITER = 10
#: The same in a hurry, a step for each; and the coordinates up to which that is not worth while.
_QUICK = (0.3, 0.1)
_SHIFT_IS_ENOUGH = 5
#: Standard errors of the share of rows below the plane that it may be off: with fewer, columns
#: of a few rows each (levels of a category) are missed.
_ERRORS = 3.0


def sample_rows(weight: FloatArray, n_features: int) -> IntArray:
    """Choose the rows that the start is made from, the same ones for the same weights.

    Their number grows with the power 0.6 of the rows, somewhat less than the 2/3 of Portnoy &
    Koenker (1997), since a smoothed step on all rows follows. Rows that weigh more than such a
    sample's share of the whole are always among them.

    Returns
    -------
    ndarray of int
        In rising order; all rows, if the sample would be more than half of them.
    """
    n = len(weight)
    size = int(max(_LEAST_ROWS, _ROWS_A_FEATURE * n_features, n**0.6 * n_features**0.5))
    if size > _MOST * n:
        return np.arange(n)
    drawn = np.random.default_rng(0).choice(n, size, replace=False)
    return np.union1d(drawn, np.flatnonzero(weight > weight.sum() / size))


def least_squares(sample: Problem) -> FloatArray:
    """Fit the mean of the target, in coordinates that are uncorrelated and of unit size.

    Without weights, as the coordinates are.
    """
    equal = np.full(len(sample), 1 / len(sample))
    plane: FloatArray = sample.design.sums(equal * sample.target)
    plane += sample.design.sums(equal * sample.residual(plane))  # what rounding has left
    return plane


def quick_plane(problem: Problem, plane: FloatArray) -> FloatArray:
    """Bring a plane through the middle of the rows near the quantile, in next to no time.

    A shift puts the right share of rows below; with few coordinates no more is needed.
    """
    n = len(problem)
    below = min(int(problem.quantile * n), n - 1)
    residual = problem.residual(plane)
    middle = problem.design.sums(np.full(n, 1 / n))
    plane = plane + middle * np.partition(residual, below)[below]
    if len(plane) > _SHIFT_IS_ENOUGH:
        for share in _QUICK:
            size = np.abs(problem.residual(plane))
            bandwidth = float(np.partition(size, int(share * n))[int(share * n)])
            plane, _ = smoothed_plane(problem, plane, bandwidth, max_iter=1)
    return plane


def starting_plane(sample: Problem) -> tuple[FloatArray, float]:
    """Fit a sample, smoothed over the distance that its plane will be off.

    Parameters
    ----------
    sample : Problem
        In coordinates that are uncorrelated and of unit size on it.

    Returns
    -------
    plane : ndarray of shape (k,)
    off : float
        How far the plane may be off, in units of the target.
    """
    n = len(sample)
    k = len(sample.design.sums(sample.weight))
    plane = least_squares(sample)
    residual = sample.residual(plane)
    off = min(_WIDE[0], _ERRORS * np.sqrt(sample.quantile * (1 - sample.quantile) * k / n))
    share = min(_WIDE[0], max(_WITHIN * k / n, off))
    for within in (*(wide for wide in _WIDE if wide > share), share):
        bandwidth = float(np.quantile(np.abs(residual), within))
        plane, residual = smoothed_plane(sample, plane, bandwidth, max_iter=_MAX_ITER)
    return plane, float(np.quantile(np.abs(residual), off))
