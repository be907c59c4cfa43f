"""How variances differ between groups, learned from the groups themselves.

The prior over variances is a mixture of points, fitted by maximum likelihood to the groups' sums
of squares: the nonparametric empirical Bayes of Kiefer & Wolfowitz (1956, Annals of Mathematical
Statistics 27), for Normal variances as in Gu & Koenker (2017, Journal of Applied Econometrics 32).
It finds two kinds of groups where there are two, and a broad hump where there is one; a prior of
fixed form, such as the inverse gamma's, shrinks both kinds to a middle where no group is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qconf._types import FloatArray

__all__ = ["VarianceMixture", "fit_variance_mixture"]

#: Neighbouring points of the grid differ by a quarter: fewer than 80 rows cannot tell them apart.
_RATIO = 1.25
_MAX_POINTS = 80
#: Groups whose degrees of freedom and sums of squares differ by less than this are summed up.
_CELL_RATIO = 1.1
_ITERATIONS = 100
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


def fit_variance_mixture(dof: FloatArray, squares: FloatArray) -> VarianceMixture | None:
    """Fit the mixture to groups by maximum likelihood over a grid of variances.

    Parameters
    ----------
    dof : ndarray of shape (n_groups,)
    squares : ndarray of shape (n_groups,)
        Groups without degrees of freedom, or without any error, say nothing and are left out.

    Returns
    -------
    VarianceMixture or None
        None if no group says anything.
    """
    known = (dof > 0) & (squares > 0)
    if not known.any():
        return None
    dof, squares, share = _cells(dof[known], squares[known])
    grid = _grid(dof, squares, share)
    probability = _maximise(_likelihood(dof, squares, grid), share)
    kept = probability > _NEGLIGIBLE
    # A point that lies between two of the grid is fitted as both of them: they are joined.
    run = np.cumsum(np.diff(kept.astype(np.intp), prepend=0) > 0)
    pair = kept & (np.bincount(run[kept], minlength=run[-1] + 1)[run] == 2)  # noqa: PLR2004 - both
    point = np.where(pair, run, run[-1] + 1 + np.arange(len(grid)))[kept]
    number = np.unique(point, return_inverse=True)[1]
    mass = np.bincount(number, probability[kept])
    variance = np.bincount(number, probability[kept] * grid[kept]) / mass
    order = np.argsort(variance)
    return VarianceMixture(variance[order], mass[order] / mass.sum())


def _cells(dof: FloatArray, squares: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Put groups that are nearly alike together: means of both numbers, and shares of groups."""
    width = np.log(_CELL_RATIO)
    place = np.rint(np.stack([np.log(dof), np.log(squares)]) / width).astype(np.int64)
    place -= place.min(axis=1, keepdims=True)
    key = place[0] * (place[1].max() + 1) + place[1]
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
    low = max(low, high * _RATIO ** (1 - _MAX_POINTS))
    points = 1 + int(np.ceil(np.log(high / low) / np.log(_RATIO)))
    return low * _RATIO ** np.arange(points)


def _likelihood(dof: FloatArray, squares: FloatArray, variance: FloatArray) -> FloatArray:
    """Return the likelihood of each group at each variance, the best of each group 1."""
    log = -0.5 * (np.outer(dof, np.log(variance)) + np.outer(squares, 1 / variance))
    likelihood: FloatArray = np.exp(log - log.max(axis=1, keepdims=True))
    return likelihood


def _maximise(likelihood: FloatArray, share: FloatArray) -> FloatArray:
    """Find the probabilities that make the groups most likely.

    Expectation maximisation, which creeps here, with steps extrapolated by SQUAREM (Varadhan &
    Roland 2008, Scandinavian Journal of Statistics 35).
    """

    def improved(probability: FloatArray) -> FloatArray:
        return probability * ((share / (likelihood @ probability)) @ likelihood)

    def fit(probability: FloatArray) -> float:
        return float(share @ np.log(likelihood @ probability))

    current = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
    for _ in range(_ITERATIONS):
        once = improved(current)
        twice = improved(once)
        step, bend = once - current, twice - 2 * once + current
        length = max(1.0, np.linalg.norm(step) / max(float(np.linalg.norm(bend)), 1e-300))
        leap = np.maximum(current + 2 * length * step + length**2 * bend, 1e-300)
        leap = improved(leap / leap.sum())
        gain = fit(leap) - fit(twice)
        current = leap if gain > 0 else twice
        if np.abs(step).max() < _NEGLIGIBLE**2:
            break
    return current
