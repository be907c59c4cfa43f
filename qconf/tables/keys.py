"""Columns that number the rows and say nothing about them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["key_columns"]

_NAMED_LIKE_A_KEY = re.compile(
    r"(?i)^unnamed|^(.*[_ .-])?(ids?|idx|index|key|uuid|guid|nr|no|number|row|rownames?|order|pid)$"
)


def key_columns(table: pd.DataFrame) -> list[Any]:
    """Find columns of whole numbers or text that differ in every row, and are called or count so.

    Parameters
    ----------
    table : DataFrame of shape (n_rows, n_columns)

    Returns
    -------
    list
        Names of columns.

    Examples
    --------
    >>> key_columns(pd.DataFrame({"row": [5, 6, 7], "lot": [900, 450, 1200]}))
    ['row']
    """
    return [name for name in table.columns if _is_key(table[name], str(name))]


def _is_key(column: pd.Series[Any], name: str) -> bool:
    whole = pd.api.types.is_integer_dtype(column.dtype)
    text = pd.api.types.is_string_dtype(column.dtype)
    if not (whole or text) or column.isna().any():
        return False
    if column.map(str).duplicated().any() if text else column.duplicated().any():
        return False
    if _NAMED_LIKE_A_KEY.match(name):
        return True
    return whole and bool((np.diff(np.sort(column.to_numpy())) == 1).all())
