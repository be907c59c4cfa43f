"""Exact tails of the binomial distribution, for whole and for effective numbers of rows."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc
from scipy.stats import beta, betabinom, binom

from qconf._types import FloatArray, IntArray

__all__ = ["batch_limit", "critical_counts", "lower_tail", "upper_limits"]


def lower_tail(outliers: FloatArray, n: FloatArray, rate: float) -> FloatArray:
    """Return P(Binomial(n, rate) <= outliers): the p-value of "the rate is above that".

    Parameters
    ----------
    outliers, n : ndarray of shape (n_cut_offs,)
        Whole numbers, or effective ones; in between, the incomplete beta function.
    rate : float

    Returns
    -------
    ndarray of shape (n_cut_offs,)
        1 where there are no rows, or all are outliers.

    Examples
    --------
    >>> lower_tail(np.array([0.0, 1.0]), np.array([59.0, 59.0]), 0.05).round(4)
    array([0.0485, 0.1991])
    """
    known = n > outliers
    rest = np.where(known, n - outliers, 1.0)
    return np.where(known, betainc(rest, outliers + 1, 1 - rate), 1.0)


def upper_limits(outliers: FloatArray, n: FloatArray, confidence_level: float) -> FloatArray:
    """Return the one-sided limits of Clopper & Pearson (1934): the largest rates not ruled out.

    Parameters
    ----------
    outliers, n : ndarray of shape (n_cut_offs,)
    confidence_level : float

    Returns
    -------
    ndarray of shape (n_cut_offs,)
        1 where there are no rows, or all are outliers.

    Examples
    --------
    >>> upper_limits(np.array([0.0]), np.array([59.0]), 0.95).round(4)
    array([0.0495])
    """
    known = n > outliers
    rest = np.where(known, n - outliers, 1.0)
    return np.where(known, beta.ppf(confidence_level, outliers + 1, rest), 1.0)


def critical_counts(n: IntArray, rate: float, delta: float) -> IntArray:
    """Return the most outliers among n rows that still have a `lower_tail` of at most `delta`.

    Returns
    -------
    ndarray of shape (n_cut_offs,)
        −1 where even none is not enough.

    Examples
    --------
    >>> critical_counts(np.array([58, 59, 93]), 0.05, 0.05)
    array([-1,  0,  1])
    """
    most = binom.ppf(delta, n, rate)
    return np.where(binom.cdf(most, n, rate) > delta, most - 1, most).astype(np.intp)


def batch_limit(outliers: float, n: float, n_next: int, confidence_level: float) -> int:
    """Return how many outliers the next rows have at most, given those of the rows before.

    If both are a random order of the same rows, the number among the next is beyond this with
    probability 1 − `confidence_level` at most: the hypergeometric tail of that order is one of
    the beta-binomial distribution with parameters outliers + 1 and n − outliers.

    Examples
    --------
    >>> batch_limit(0, 59, 59, 0.95)
    4
    """
    if n <= outliers:
        return n_next
    return int(betabinom.ppf(confidence_level, n_next, outliers + 1, n - outliers))
