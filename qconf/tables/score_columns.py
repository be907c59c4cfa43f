"""Read scores that a table has already, as they stand."""

from __future__ import annotations

from typing import Any

import pandas as pd

from qconf._types import FloatArray, Table
from qconf.errors import TableError, did_you_mean
from qconf.tables.columns import numbers

__all__ = ["score_numbers"]


def score_numbers(X: Table, column: str | int) -> FloatArray:
    """Read a score out of a table, missing ones as NaN.

    Parameters
    ----------
    X : DataFrame or ndarray of shape (n_samples, n_columns)
    column : str or int
        Its name; or its position, for a table without names.

    Returns
    -------
    ndarray of shape (n_samples,)

    Raises
    ------
    TableError
        If there is no such column, or it does not hold numbers.
    """
    return numbers(_values(X, column), f"score column {column!r}")


def _values(X: Table, column: str | int) -> pd.Series[Any]:
    if isinstance(X, pd.DataFrame) and column in X.columns:
        return X[column]
    if isinstance(column, int) and column < X.shape[1]:
        return X.iloc[:, column] if isinstance(X, pd.DataFrame) else pd.Series(X[:, column])
    if isinstance(column, int):
        msg = f"There is no score column {column}: n_features = {X.shape[1]}, counted from 0."
        raise TableError(msg)
    known = X.columns if isinstance(X, pd.DataFrame) else map(str, range(X.shape[1]))
    msg = f"There is no score column {column!r}. {did_you_mean(column, known)}"
    raise TableError(msg)
