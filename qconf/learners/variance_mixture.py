"""Fit the distribution of group variances by nonparametric maximum likelihood.

The prior over variances is a mixture of points, fitted by maximum likelihood to the groups' sums
of squares: the nonparametric empirical Bayes of Kiefer & Wolfowitz (1956, Annals of Mathematical
Statistics 27), for Normal variances as in Gu & Koenker (2017, Journal of Applied Econometrics 32).
It finds two kinds of groups where there are two, and a broad hump where there is one; a prior of
fixed form, such as the inverse gamma's, shrinks both kinds to a middle where no group is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.core.compiled import compiled

__all__ = ["VarianceMixture", "fit_variance_mixture"]

#: Neighbouring points of the grid differ by a quarter: fewer than 80 rows cannot tell them apart.
_RATIO = 1.25
_MAX_POINTS = 80
#: Sums of squares that are as good as 0, and whose logarithm or inverse would be none.
_NOTHING = 1e-200
#: Beyond so many degrees of freedom the grid is too coarse for a group.
_SHARP = 100.0
_OWN_POINTS = 60
#: Groups whose degrees of freedom and variances differ by less than this are summed up.
_CELL_RATIO = 1.1
_MOST_KEYS = 1_000_000
_ITERATIONS = 50
_CLOSE_ENOUGH = 1e-6
#: Share of the first guess that does not come from the last fit.
_EVEN = 0.01
_LONGEST_LEAP = 1e4
#: A point that fewer than one group in ten thousand needs is left out.
_NEGLIGIBLE = 1e-4


@dataclass(frozen=True)
class VarianceMixture:
    """Points on the axis of variances, and how probable each is.

    Attributes
    ----------
    variance : ndarray of shape (n_points,)
        Rising, greater than 0.
    probability : ndarray of shape (n_points,)
        Sums to 1.
    """

    variance: FloatArray
    probability: FloatArray

    def posterior_mean(self, dof: FloatArray, squares: FloatArray) -> FloatArray:
        """Return the expected variance of groups.

        Parameters
        ----------
        dof : ndarray of shape (n_groups,)
            Degrees of freedom, >= 0.
        squares : ndarray of shape (n_groups,)
            Sums of squares: variance times chi-squared with `dof` degrees of freedom.

        Returns
        -------
        ndarray of shape (n_groups,)
            Between the smallest and the largest point.
        """
        weight = _likelihood(dof, squares, self.variance) * self.probability
        expected: FloatArray = weight @ self.variance / weight.sum(axis=1)
        return expected


def fit_variance_mixture(
    dof: FloatArray, squares: FloatArray, start: VarianceMixture | None = None
) -> VarianceMixture | None:
    """Fit the mixture to groups by maximum likelihood over a grid of variances.

    Parameters
    ----------
    dof : ndarray of shape (n_groups,)
    squares : ndarray of shape (n_groups,)
        Groups without degrees of freedom, or without any error, say nothing and are left out.
    start : VarianceMixture or None, default=None
        What was found from some of these rows: the search goes on from there.

    Returns
    -------
    VarianceMixture or None
        None if no group says anything.
    """
    known = (dof > 0) & (squares > _NOTHING)
    if not known.any():
        return None
    dof, squares, share = _cells(dof[known], squares[known])
    grid = _grid(dof, squares, share)
    sharp = dof > _SHARP
    if sharp.any():
        # Groups of many rows fall between the points: they get points of their own.
        own = np.quantile(squares[sharp] / dof[sharp], np.linspace(0, 1, _OWN_POINTS))
        grid = np.unique(np.concatenate([grid, own]))
    likelihood = _likelihood(dof, squares, grid)
    probability = _maximise(likelihood, share, _first_guess(grid, start))
    kept = probability > _NEGLIGIBLE
    number = np.arange(kept.sum()) if sharp.any() else _joined(kept)
    return _mixture(grid[kept], probability[kept], number)


def _mixture(variance: FloatArray, probability: FloatArray, point: IntArray) -> VarianceMixture:
    """Join the points that have one number."""
    mass = np.bincount(point, probability)
    mean = np.bincount(point, probability * variance) / mass
    return VarianceMixture(mean, mass / mass.sum())


def _joined(kept: BoolArray) -> IntArray:
    """Give points that are kept a number, and the two of a pair of neighbours the same.

    A point that lies between two of the grid is fitted as both of them.
    """
    place = np.flatnonzero(kept)
    run = np.cumsum(np.diff(place, prepend=place[0]) > 1)
    alone = np.bincount(run)[run] != 2  # noqa: PLR2004 - both of a pair
    first = np.diff(run, prepend=-1) > 0
    return np.cumsum(first | alone) - 1


def _cells(dof: FloatArray, squares: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Put groups that are nearly alike together: means of both numbers, and shares of groups."""
    size = np.rint(np.log(dof) / np.log(_CELL_RATIO))
    # Cells of well known groups are narrow: a quarter of what chance makes of a variance.
    chance = np.sqrt(2 / _CELL_RATIO**size)
    width = np.minimum(np.log(_CELL_RATIO), chance / 4)
    place = np.stack([size, np.rint(np.log(squares / dof) / width)]).astype(np.int64)
    place -= place.min(axis=1, keepdims=True)
    key = place[0] * (place[1].max() + 1) + place[1]
    if key.max() > _MOST_KEYS:
        key = np.unique(key, return_inverse=True)[1]
    count = np.bincount(key)
    used = count > 0
    return (
        np.bincount(key, dof)[used] / count[used],
        np.bincount(key, squares)[used] / count[used],
        count[used] / len(dof),
    )


def _grid(dof: FloatArray, squares: FloatArray, share: FloatArray) -> FloatArray:
    """Span the variances of the better known half of the groups."""
    by_dof = np.argsort(dof)
    middle = by_dof[np.searchsorted(np.cumsum(share[by_dof]), 0.5 - 1e-9)]
    single = (squares / dof)[dof >= dof[middle]]
    low, high = float(single.min()), float(single.max())
    low = max(low, high * _RATIO ** (2 - _MAX_POINTS))
    # At powers of the ratio, so that the points of one fit are those of the next.
    low = float(_RATIO ** np.floor(np.log(low) / np.log(_RATIO)))
    points = 1 + int(np.ceil(np.log(high / low) / np.log(_RATIO)))
    grid: FloatArray = low * np.power(_RATIO, np.arange(points, dtype=np.float64))
    return grid


def _likelihood(dof: FloatArray, squares: FloatArray, variance: FloatArray) -> FloatArray:
    """Return the likelihood of each group at each variance, the best of each group 1."""
    log = -0.5 * (np.outer(dof, np.log(variance)) + np.outer(squares, 1 / variance))
    likelihood: FloatArray = np.exp(log - log.max(axis=1, keepdims=True))
    return likelihood


def _first_guess(grid: FloatArray, start: VarianceMixture | None) -> FloatArray:
    """Start from the former probabilities, with a little for points that had none."""
    even = np.full(len(grid), 1 / len(grid))
    if start is None:
        return even
    nearest = np.abs(np.log(grid) - np.log(start.variance)[:, np.newaxis]).argmin(axis=1)
    before = np.bincount(nearest, start.probability, minlength=len(grid))
    return _EVEN * even + (1 - _EVEN) * before


def _maximise(likelihood: FloatArray, share: FloatArray, start: FloatArray) -> FloatArray:
    """Find the probabilities that make the groups most likely.

    Expectation maximisation, which creeps here, with steps extrapolated by SQUAREM (Varadhan &
    Roland 2008, Scandinavian Journal of Statistics 35).
    """
    current = start
    once, twice, landed = np.empty((3, len(start)))
    for _ in range(_ITERATIONS):
        _improve(likelihood, share, current, once)
        fit_so_far = _improve(likelihood, share, once, twice)
        step, bend = once - current, twice - 2 * once + current
        length = float(np.linalg.norm(step) / max(float(np.linalg.norm(bend)), 1e-300))
        length = min(max(1.0, length), _LONGEST_LEAP)
        leap = np.maximum(current + 2 * length * step + length**2 * bend, 1e-300)
        fit = _improve(likelihood, share, leap / leap.sum(), landed)
        current = landed.copy() if fit > fit_so_far else twice.copy()
        if np.abs(step).max() < _CLOSE_ENOUGH:
            break
    return current


@compiled
def _improve(
    likelihood: FloatArray, share: FloatArray, probability: FloatArray, improved: FloatArray
) -> float:
    """Take one step of expectation maximisation; return the log-likelihood it started from."""
    improved[:] = 0.0
    fit = 0.0
    for cell in range(len(share)):
        total = 0.0
        for point in range(len(probability)):
            total += likelihood[cell, point] * probability[point]
        fit += share[cell] * log(total)
        weight = share[cell] / total
        for point in range(len(probability)):
            improved[point] += likelihood[cell, point] * weight
    for point in range(len(probability)):
        improved[point] *= probability[point]
    return fit
