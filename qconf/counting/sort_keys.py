"""Write scores as whole numbers that sort alike, so that bits can be counted instead of sorted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray

__all__ = ["Keys", "scores_of", "sort_keys"]

Keys = NDArray[np.uint64]

_SIGN = np.int64(np.iinfo(np.int64).min)
_SIGN_PLACE = 63


def sort_keys(scores: FloatArray) -> Keys:
    """Turn finite floats into unsigned integers of the same order; equal floats become equal.

    The bits of a float >= 0 sort as they are; those of one below zero sort the other way round.

    Parameters
    ----------
    scores : ndarray of shape (n_samples,)

    Returns
    -------
    ndarray of shape (n_samples,), dtype uint64

    Examples
    --------
    >>> keys = sort_keys(np.array([-2.0, -0.0, 0.0, 1e-300, 3.0]))
    >>> (np.diff(keys.astype(object)) > 0).tolist()
    [True, False, True, True]
    >>> scores_of(keys).tolist()
    [-2.0, 0.0, 0.0, 1e-300, 3.0]
    """
    bits = (scores + 0.0).view(np.int64)  # there is one zero from here on
    return (bits ^ ((bits >> _SIGN_PLACE) | _SIGN)).view(np.uint64)


def scores_of(keys: Keys) -> FloatArray:
    """Turn keys back into floats."""
    bits = keys.view(np.int64)
    return np.where(bits < 0, bits ^ _SIGN, ~bits).view(np.float64)
