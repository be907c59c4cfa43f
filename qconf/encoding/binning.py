"""Numbers cut into bins."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray, IntArray

__all__ = ["bin_edges", "renumbered"]


def bin_edges(column: FloatArray, bins: int) -> FloatArray:
    """Cut halfway between few distinct values, or else at equal widths and on beyond.

    Parameters
    ----------
    column : ndarray of shape (n_rows,)
        Missing values are left out.
    bins : int
        Bins between the 1st and 99th percentile. They go on for as far again on either side; what
        lies still further out shares the last bin.

    Returns
    -------
    ndarray of shape (n_edges,)
        For `numpy.searchsorted`; n_edges + 1 bins.

    Examples
    --------
    >>> import numpy as np
    >>> bin_edges(np.array([1.0, 3.0, np.nan, 3.0, 4.0]), 8)
    array([2. , 3.5])
    """
    distinct = np.unique(column[~np.isnan(column)])
    if len(distinct) <= bins:
        edges: FloatArray = (distinct[1:] + distinct[:-1]) / 2
        return edges
    low, high = np.quantile(column[~np.isnan(column)], [0.01, 0.99])
    if low == high:
        return np.array([low, np.nextafter(low, np.inf)])
    width = (high - low) / bins
    spread: FloatArray = low + width * np.arange(-bins, 2 * bins + 1)
    return spread


def renumbered(codes: IntArray, n_codes: int) -> tuple[IntArray, IntArray]:
    """Renumber the codes that are there, without sorting the rows.

    Parameters
    ----------
    codes : ndarray of int of shape (n_rows,)
        From 0 to `n_codes` - 1.
    n_codes : int

    Returns
    -------
    number : ndarray of int of shape (n_rows,)
    there : ndarray of int of shape (n_there,)
        Rising; the code that each number stands for.

    Examples
    --------
    >>> import numpy as np
    >>> [part.tolist() for part in renumbered(np.array([7, 2, 7]), 9)]
    [[1, 0, 1], [2, 7]]
    """
    there = np.flatnonzero(np.bincount(codes, minlength=n_codes))
    number = np.empty(n_codes, dtype=np.intp)
    number[there] = np.arange(len(there))
    return number[codes], there
