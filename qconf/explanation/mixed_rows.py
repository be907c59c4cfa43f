"""Rows with some cells of a row that is explained and the others of a typical one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf._types import IntArray, Table

__all__ = ["mixed_rows", "stacked"]


def stacked(rows: Table, typical: Table) -> Table:
    """Put a typical row above others, in columns of types that hold both."""
    if isinstance(rows, pd.DataFrame) and isinstance(typical, pd.DataFrame):
        both = [typical[list(rows.columns)], rows]
        cells = {name: _joined(*(one[name] for one in both)) for name in rows.columns}
        return pd.DataFrame(cells)
    return np.concatenate([np.asarray(typical), np.asarray(rows)])


def mixed_rows(pool: Table, places: IntArray) -> Table:
    """Take each cell from a row of a pool.

    Parameters
    ----------
    pool : DataFrame or ndarray of shape (n_pool, n_columns)
    places : ndarray of shape (n_rows, n_columns)
        From which row of the pool each cell comes.

    Returns
    -------
    DataFrame or ndarray of shape (n_rows, n_columns)
    """
    if isinstance(pool, pd.DataFrame):
        cells = {name: pool[name].array.take(places[:, i]) for i, name in enumerate(pool.columns)}
        return pd.DataFrame(cells)
    mixed: Any = pool[places, np.arange(pool.shape[1])]
    return np.asarray(mixed)


def _joined(typical: pd.Series[Any], rows: pd.Series[Any]) -> Any:
    if typical.dtype == rows.dtype:
        return pd.concat([typical, rows], ignore_index=True).array
    if all(isinstance(one.dtype, np.dtype) and one.dtype.kind in "biuf" for one in (typical, rows)):
        return np.concatenate([one.to_numpy(dtype=np.float64) for one in (typical, rows)])
    return pd.concat([typical.astype(object), rows.astype(object)], ignore_index=True).array
