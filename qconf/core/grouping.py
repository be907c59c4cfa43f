"""Number groups of rows that belong together."""

from __future__ import annotations

from typing import Any

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
    codes, levels = pd.factorize(_array(values), sort=sort)
    codes = codes.astype(np.intp)
    missing = codes < 0
    codes[missing] = len(levels) + np.arange(missing.sum())
    return codes


def _array(values: ArrayLike) -> np.ndarray[tuple[int, ...], np.dtype[Any]]:
    """Return an array in which a gap changes no other value."""
    if isinstance(values, list | tuple):
        # Among strings, it would become the word "nan".
        return np.asarray(values, dtype=object)
    if not isinstance(values, pd.Series) or not values.isna().any():
        return np.asarray(values)
    # Among integers, it would make them floats, and two long ids one.
    if isinstance(values.dtype, pd.CategoricalDtype):
        levels: Any = values.cat.categories.astype(object)
        return np.asarray(levels.insert(len(levels), None).take(values.cat.codes), dtype=object)
    return np.asarray(values, dtype=object if pd.api.types.is_integer_dtype(values.dtype) else None)
