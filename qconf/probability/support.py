"""A weighted empirical distribution on a few thousand points."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray, IntArray

__all__ = ["cumulative_shares", "n_effective", "support_points"]


def support_points(values: FloatArray, most: int) -> FloatArray:
    """Choose the points at which a distribution function is kept.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
    most : int
        How many points are kept at most; of fewer distinct values, all.

    Returns
    -------
    ndarray of shape (n_points,)
        Rising. Ranks follow arcsin(sqrt(p)): dense in the tails, where a probability is small and
        a quantile far; in units of its standard error a share is known equally well everywhere.

    Examples
    --------
    >>> support_points(np.array([3.0, 1.0, 1.0, 2.0]), 10)
    array([1., 2., 3.])
    """
    ordered = np.sort(values)
    distinct: FloatArray = ordered[np.concatenate([[True], ordered[1:] > ordered[:-1]])]
    if len(distinct) <= most:
        return distinct
    turn = np.linspace(0, np.pi / 2, most)
    ranks = np.round(np.sin(turn) ** 2 * (len(ordered) - 1)).astype(np.intp)
    kept: FloatArray = np.unique(ordered[ranks])
    return kept


def cumulative_shares(
    values: FloatArray, weights: FloatArray, bins: IntArray, n_bins: int, support: FloatArray
) -> tuple[FloatArray, float]:
    """Sum up weights at or below each point, in each bin.

    Parameters
    ----------
    values, weights : ndarray of shape (n_samples,)
    bins : ndarray of shape (n_samples,) of int
    n_bins : int
    support : ndarray of shape (n_points,)
        Rising; the last one is the largest value.

    Returns
    -------
    cumulative : ndarray of shape (n_bins, n_points)
        Shares of the weight of each bin; the last column is 1.
    resolution : float
        The largest share of a bin that lies between two neighbouring points, on neither of them.
    """
    last = len(support)
    at = np.searchsorted(support, values, side="left")
    shape = (n_bins, last)
    size = n_bins * last
    all_of = np.bincount(bins * last + at, weights, size).reshape(shape)
    between = values < support[at]
    own = bins[between] * last + at[between]
    hidden = np.bincount(own, weights[between], size).reshape(shape)
    whole = all_of.sum(axis=1, keepdims=True)
    cumulative = np.cumsum(all_of, axis=1) / whole
    cumulative[:, -1] = 1.0
    return np.minimum(cumulative, 1.0), float((hidden / whole).max())


def n_effective(weights: FloatArray, bins: IntArray, n_bins: int) -> FloatArray:
    """Return how many rows of equal weight each bin is worth (Kish 1965).

    Examples
    --------
    >>> n_effective(np.array([1.0, 1.0, 2.0, 2.0]), np.array([0, 0, 0, 1]), 2).round(2)
    array([2.67, 1.  ])
    """
    total = np.bincount(bins, weights, n_bins)
    squares = np.bincount(bins, weights**2, n_bins)
    worth: FloatArray = total**2 / squares
    return worth
