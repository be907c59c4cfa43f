"""How many independent rows the rows of groups are worth.

Rows of a building or a seller err together: 100 of them tell less than 100 that know nothing of
each other, and a binomial test of their number promises too much. So the test gets an effective
number of rows, n / design effect, made smaller once more because the variance of the rate is
itself known from few groups only (Korn & Graubard 1998, Survey Methodology 24).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = ["GroupSums", "effective_rows", "up_to_each"]

#: So many cells of groups times cut-offs are summed up at once: they fit into the cache.
_CELLS = 50_000
#: With fewer outliers than this their spread over groups says little: that of all rows counts too.
_FEW_OUTLIERS = 10
#: A sample that came out too good also looks too independent. How alike rows are is therefore
#: also read from so many times the rows that are accepted.
_WIDER = 2


@dataclass(frozen=True)
class GroupSums:
    """Sums over groups of what each cut-off accepts of them, each of shape (n_cut_offs,).

    Attributes
    ----------
    groups : ndarray
        How many groups have rows that are accepted.
    sizes, outliers, both : ndarray
        Sums of squared numbers of rows, of squared numbers of outliers, and of their products.
    rates : ndarray
        Sum of squared numbers of outliers, each divided by the number of rows.
    """

    groups: FloatArray
    sizes: FloatArray
    outliers: FloatArray
    both: FloatArray
    rates: FloatArray

    @classmethod
    def of(
        cls, bin_of: IntArray, outlier: BoolArray, groups: IntArray, n_cut_offs: int
    ) -> GroupSums:
        """Sum up, some groups at a time."""
        sums = np.zeros((5, n_cut_offs))
        for size, hit in up_to_each(bin_of, groups, n_cut_offs, np.ones(len(bin_of)), outlier):
            rate = hit / np.maximum(size, 1.0)
            products = (size > 0, size * size, hit * hit, hit * size, hit * rate)
            sums += np.stack([one.sum(axis=0) for one in products])
        return cls(*sums)


def up_to_each(
    bin_of: IntArray, groups: IntArray, n_cut_offs: int, *weights: FloatArray | BoolArray
) -> Iterator[list[FloatArray]]:
    """Sum up weights of the rows of each group that each cut-off accepts.

    Parameters
    ----------
    bin_of : ndarray of shape (n_samples,)
        The first cut-off that accepts the row; `n_cut_offs` if none does.
    groups : ndarray of shape (n_samples,) of int
        Codes from 0.
    n_cut_offs : int
    *weights : ndarray of shape (n_samples,)

    Yields
    ------
    list of ndarray of shape (n_some_groups, n_cut_offs)
        For some groups at a time, the sums of each of the weights.
    """
    order = np.argsort(groups, kind="stable")
    bin_of, groups = bin_of[order], groups[order]
    sorted_weights = [np.asarray(one[order], dtype=np.float64) for one in weights]
    width = n_cut_offs + 1
    step = max(1, _CELLS // width)
    for first in range(0, int(groups[-1]) + 1, step):
        rows = slice(*np.searchsorted(groups, [first, first + step]))
        at = (groups[rows] - first) * width + bin_of[rows]
        n_groups = int(groups[rows][-1]) - first + 1
        each = (np.bincount(at, one[rows], minlength=n_groups * width) for one in sorted_weights)
        yield [
            np.cumsum(one.reshape(n_groups, width), axis=1, dtype=np.float64)[:, :-1]
            for one in each
        ]


def effective_rows(
    n: FloatArray, outliers: FloatArray, sums: GroupSums, confidence_level: float
) -> FloatArray:
    """Return how many independent rows each cut-off's rows are worth in a one-sided test.

    The design effect is the larger of two: the spread of the groups' totals (which knows whether
    the large groups are the bad ones), and 1 + (m − 1) rho (Kish 1965), which is not fooled by
    one large group that happens to look like the average.

    Parameters
    ----------
    n, outliers : ndarray of shape (n_cut_offs,)
    sums : GroupSums
    confidence_level : float

    Returns
    -------
    ndarray of shape (n_cut_offs,)
        At most `n`; 0 where fewer than two groups are accepted.
    """
    n_groups = sums.groups
    rows, several = np.maximum(n, 1.0), np.maximum(n_groups, 2.0)
    rate = outliers / rows
    binomial = np.maximum(rows * rate * (1 - rate), 1e-12)
    totals = sums.outliers - 2 * rate * sums.both + rate**2 * sums.sizes
    by_totals = several / (several - 1) * totals / binomial
    alike = _intraclass_correlation(rows, outliers, sums)
    wider = np.minimum(np.searchsorted(n, _WIDER * n), len(n) - 1)
    wider = np.where(outliers < _FEW_OUTLIERS, len(n) - 1, wider)
    alike = np.maximum(alike, alike[wider])
    by_size = 1 + (sums.sizes / rows - 1) * alike
    effect = np.maximum(np.where(outliers > 0, by_totals, 1.0), np.maximum(by_size, 1.0))
    worth: FloatArray = n / effect / _of_few_groups(several, rows, confidence_level) ** 2
    return np.where(n_groups > 1, worth, 0.0)


def _of_few_groups(
    n_groups: FloatArray, rows: FloatArray, confidence_level: float
) -> FloatArray | float:
    """Say how much further Student's t reaches with the groups' degrees of freedom."""
    if confidence_level <= 0.5:  # noqa: PLR2004 - a limit on the other side of the rate
        return 1.0
    few, many = (t.ppf(confidence_level, np.maximum(n - 1, 1)) for n in (n_groups, rows))
    return np.maximum(few / many, 1.0)


def _intraclass_correlation(rows: FloatArray, outliers: FloatArray, sums: GroupSums) -> FloatArray:
    """Return how alike rows of a group are, from the analysis of variance; never below zero."""
    several = np.maximum(sums.groups, 2.0)
    between = (sums.rates - outliers**2 / rows) / (several - 1)
    within = (outliers - sums.rates) / np.maximum(rows - sums.groups, 1.0)
    size = (rows - sums.sizes / rows) / (several - 1)
    total = between + (size - 1) * within
    alike = np.where(total > 0, (between - within) / np.where(total > 0, total, 1.0), 0.0)
    return np.clip(alike, 0.0, 1.0)
