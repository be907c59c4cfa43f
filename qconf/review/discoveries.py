"""Which of many p-values are too small to be chance: the false discovery rate."""

from __future__ import annotations

import numpy as np

from qconf._types import BoolArray, FloatArray

__all__ = ["discoveries"]


def discoveries(p: FloatArray, fdr: float) -> BoolArray:
    """Reject as Benjamini and Hochberg do.

    Of the rows that are told, at most a share `fdr` are expected to be no more than chance
    (Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57).

    Parameters
    ----------
    p : ndarray of shape (n_rows,)
        Not a number where a row cannot be tested.
    fdr : float
        In (0, 1).

    Returns
    -------
    ndarray of shape (n_rows,), dtype bool

    Examples
    --------
    >>> discoveries(np.array([0.001, 0.8, 0.03, 0.04, np.nan]), 0.1)
    array([ True, False,  True,  True, False])
    """
    known = np.flatnonzero(np.isfinite(p))
    found = np.zeros(len(p), dtype=bool)
    if not len(known):
        return found
    order = known[np.argsort(p[known], kind="stable")]
    limit = fdr * np.arange(1, len(order) + 1) / len(order)
    below = np.flatnonzero(p[order] <= limit)
    if len(below):
        found[order[: below[-1] + 1]] = True
    return found
