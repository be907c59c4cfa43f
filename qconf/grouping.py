"""Rows that belong together, as numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qconf._types import ArrayLike, IntArray

__all__ = ["group_codes"]


def group_codes(values: ArrayLike, *, sort: bool = False) -> IntArray:
    """Replace values by numbers, the same for the same; each missing value gets its own.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
    sort : bool, default=False
        Number the values in their order, and not as they come.

    Returns
    -------
    ndarray of shape (n_samples,)
        From 0, none left out.

    Examples
    --------
    >>> group_codes(["b", "a", None, "b", None])
    array([0, 1, 2, 0, 3])
    """
    # Among strings, an array of a list would turn a gap into the word "nan".
    listed = isinstance(values, list | tuple)
    array = np.asarray(values, dtype=object if listed else None)
    codes, levels = pd.factorize(array, sort=sort)
    codes = codes.astype(np.intp)
    missing = codes < 0
    codes[missing] = len(levels) + np.arange(missing.sum())
    return codes
