"""Take upper bounds over bootstrap replicates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from qconf._types import Bound, BoundName, FloatArray
from qconf.core.row_by_row import mean_of

__all__ = ["BOUNDS", "upper_bound"]

BOUNDS: Final[dict[BoundName, Callable[[FloatArray], FloatArray]]] = {
    "mean": mean_of,
    "mean+sd": lambda replicates: mean_of(replicates) + _standard_deviation(replicates),
    "max": lambda replicates: replicates.max(axis=0),
}


def upper_bound(replicates: FloatArray, bound: Bound) -> FloatArray:
    """Take a bound over replicates.

    Parameters
    ----------
    replicates : ndarray of shape (n_replicates, n_samples)
    bound : {"mean", "mean+sd", "max"} or float
        A float strictly between 0 and 1 is a quantile.

    Returns
    -------
    ndarray of shape (n_samples,)

    Examples
    --------
    >>> upper_bound(np.array([[1.0, 2.0], [3.0, 2.0]]), "max")
    array([3., 2.])
    """
    if isinstance(bound, str):
        return BOUNDS[bound](replicates)
    quantile: FloatArray = np.quantile(replicates, bound, axis=0)
    return quantile


def _standard_deviation(replicates: FloatArray) -> FloatArray:
    squares = (replicates - mean_of(replicates)) ** 2
    n = len(replicates)
    return np.sqrt(mean_of(squares) * (n / (n - 1)))
