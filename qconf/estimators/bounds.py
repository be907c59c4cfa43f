"""Take upper bounds over bootstrap replicates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from qconf._types import Bound, BoundName, FloatArray

__all__ = ["BOUNDS", "upper_bound"]

BOUNDS: Final[dict[BoundName, Callable[[FloatArray], FloatArray]]] = {
    "mean": lambda replicates: replicates.mean(axis=0),
    "mean+sd": lambda replicates: replicates.mean(axis=0) + replicates.std(axis=0, ddof=1),
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
