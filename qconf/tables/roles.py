"""Check table, target, prediction, time and groups: the one intake of every door.

A role is given by the name of a column of the table, or as values beside it. What a role may hold
is said here, once, in the same words for a comparison, a fit and an evaluation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, overload

import numpy as np
import pandas as pd
from sklearn.utils.validation import column_or_1d

from qconf._types import BoolArray, FloatArray, IntArray, TableLike
from qconf.core.conventions import PREDICTION
from qconf.core.error_scale import ErrorScale
from qconf.core.frames import as_frame_if_table, as_series
from qconf.core.grouping import group_codes
from qconf.errors import TableError, did_you_mean
from qconf.tables.columns import numbers, time_values

__all__ = [
    "all_moments",
    "as_names",
    "as_table",
    "check_finite",
    "check_free_names",
    "check_known",
    "check_positive",
    "check_target_values",
    "empty_columns",
    "fit_target",
    "groups_of",
    "is_name",
    "moments_of",
    "role_column",
    "role_numbers",
]


def as_table(X: TableLike) -> pd.DataFrame:
    """Convert features of any kind to a DataFrame whose columns have names.

    Parameters
    ----------
    X : DataFrame, array-like of shape (n_rows, n_columns), or table of polars, Arrow or the like
        The columns of an array are called ``x0``, ``x1``, ...

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        Names are strings.

    Raises
    ------
    TableError
        If it is no table, is empty, or two columns have the same name.
    """
    table = as_frame_if_table(X)
    if not isinstance(table, pd.DataFrame):
        table = _from_array(table)
    if table.empty:
        msg = f"The table is empty: {table.shape[0]} rows, {table.shape[1]} columns."
        raise TableError(msg)
    return table.rename(columns=str)


def _from_array(X: Any) -> pd.DataFrame:
    try:
        if isinstance(X, list) and all(isinstance(row, dict) for row in X):
            return pd.DataFrame(X)
        frame = pd.DataFrame(np.asarray(X))
    except ValueError:
        frame = None
    if frame is None or getattr(X, "ndim", 2) != 2:  # noqa: PLR2004 - rows and columns
        msg = (
            "The table must have rows and columns: a DataFrame, an array of shape (n_rows, "
            f"n_columns), or a table of polars or Arrow; got a {type(X).__name__}."
        )
        raise TableError(msg)
    return frame.set_axis([f"x{i}" for i in range(frame.shape[1])], axis=1)


def is_name(given: Any) -> bool:
    """Tell the name of a column, text or a number, from values."""
    return bool(np.isscalar(given))


def as_names(given: Iterable[Any] | str | None) -> list[str]:
    """Read one name, or several, as a list of names without repeats.

    Examples
    --------
    >>> as_names("zipcode"), as_names(["id", "id", 2]), as_names(None)
    (['zipcode'], ['id', '2'], [])
    """
    if given is None:
        return []
    several = [given] if is_name(given) else list(given)
    return list(dict.fromkeys(str(name) for name in several))


def check_known(table: pd.DataFrame, name: str) -> None:
    """Check that a table has a column.

    Raises
    ------
    TableError
    """
    if name not in table.columns:
        msg = f"The table has no column {name!r}. {did_you_mean(name, table.columns)}"
        raise TableError(msg)


def check_free_names(features: Iterable[Any]) -> None:
    """Check that no feature has the name which the prediction gets beside the features.

    Raises
    ------
    TableError
    """
    if PREDICTION in features:
        msg = (
            f"A feature is named {PREDICTION!r}, the name that the prediction itself gets. If it "
            f"is the prediction, pass it as such (--prediction {PREDICTION}); if not, rename it."
        )
        raise TableError(msg)


def role_column(table: Any, role: str, given: Any) -> pd.Series[Any] | None:
    """Return the column that plays a role.

    Parameters
    ----------
    table : DataFrame or ndarray of shape (n_rows, n_columns)
    role : str
        Such as ``"time"``, for the message.
    given : str, array-like of shape (n_rows,) or None
        The name of a column of `table`, or values beside it.

    Returns
    -------
    Series of shape (n_rows,) or None
        With its rows counted from 0; None if nothing was given.

    Raises
    ------
    TableError
        If the table has no such column, or the values are not one a row.
    """
    if given is None:
        return None
    if not is_name(given):
        return as_series(given, role, len(table))
    if not isinstance(table, pd.DataFrame):
        msg = f"The {role} is {given!r}, but an array has no names; pass the {role} as values."
        raise TableError(msg)
    name = str(given)
    if name not in table.columns and given in table.columns:
        name = given
    else:
        check_known(table, name)
    column: pd.Series[Any] = table[name].reset_index(drop=True)
    return column


def role_numbers(values: pd.Series[Any], what: str) -> FloatArray:
    """Return a column of finite numbers; missing ones stay missing.

    Parameters
    ----------
    values : Series of shape (n_rows,)
    what : str
        What the column is, for the message: ``"target 'price'"``.

    Raises
    ------
    TableError
        If the column, or any value in it, is not a number, or is infinite.
    """
    column = numbers(values, what)
    check_finite(column, what)
    return column


def moments_of(values: pd.Series[Any] | None) -> tuple[Any, BoolArray | None]:
    """Read when each row became known, and which rows say so.

    Parameters
    ----------
    values : Series of shape (n_rows,) or None

    Returns
    -------
    moments : ndarray of shape (n_rows,) or None
        Dates in UTC, or numbers; not a time where it is missing.
    known : ndarray of shape (n_rows,), dtype bool, or None
        False where the time is missing.

    Raises
    ------
    TableError
        If a value is not a time.
    """
    if values is None:
        return None, None
    known = values.notna().to_numpy()
    told = np.asarray(time_values(values[known], "time"))
    missing = np.datetime64("NaT") if told.dtype.kind == "M" else np.nan
    moments = np.full(len(values), missing, dtype=told.dtype)
    moments[known] = told
    return moments, known


def all_moments(time: Any, n_rows: int) -> Any:
    """Read when each row became known, where every row must say so.

    Parameters
    ----------
    time : array-like of shape (n_rows,)
    n_rows : int

    Returns
    -------
    ndarray of shape (n_rows,)
        Dates in UTC, or numbers.

    Raises
    ------
    TableError
        If it has another length, a value is not a time, or one is missing.
    """
    moments, known = moments_of(as_series(time, "time", n_rows))
    missing = 0 if known is None else int((~known).sum())
    if missing:
        msg = f"The time is missing in {missing} of {n_rows} rows; leave those rows out."
        raise TableError(msg)
    return moments


@overload
def groups_of(values: None) -> None: ...


@overload
def groups_of(values: pd.Series[Any]) -> IntArray: ...


def groups_of(values: pd.Series[Any] | None) -> IntArray | None:
    """Return numbers for the groups of rows; a row without one is a group of its own.

    Parameters
    ----------
    values : Series of shape (n_rows,) or None
        Lists and the like count as alike if they are written alike.

    Returns
    -------
    ndarray of shape (n_rows,) or None
        Codes from 0.
    """
    if values is None:
        return None
    try:
        return group_codes(values)
    except (TypeError, ValueError):
        return group_codes(values.map(str, na_action="ignore"))


def fit_target(y: Any, n_rows: int) -> FloatArray:
    """Return the target of a fit, in which nothing may be missing.

    Parameters
    ----------
    y : array-like of shape (n_rows,)
    n_rows : int

    Returns
    -------
    ndarray of shape (n_rows,)

    Raises
    ------
    TableError
        If it is not one finite number a row.

    Warns
    -----
    DataConversionWarning
        If it is a table of one column, as scikit-learn's regressors do.
    """
    if y is None:
        msg = "A fit requires y to be passed, but the target y is None: give one number a row."
        raise TableError(msg)
    if getattr(y, "ndim", 1) == 2 and y.shape[1] == 1:  # noqa: PLR2004 - rows and columns
        y = column_or_1d(y, warn=True)
    target = role_numbers(as_series(y, "target", n_rows), "target")
    missing = int(np.isnan(target).sum())
    if missing:
        msg = (
            f"The target contains NaN: {missing} of {n_rows} values are missing. Fit without "
            "those rows."
        )
        raise TableError(msg)
    return target


def empty_columns(features: Any) -> list[Any]:
    """List the columns that are missing in every row.

    Raises
    ------
    TableError
        If that is all of them.
    """
    if not isinstance(features, pd.DataFrame):
        return []
    empty = [name for name in features if features[name].isna().all()]
    if empty and len(empty) == features.shape[1]:
        msg = "No feature is left: all of them are missing in every row."
        raise TableError(msg)
    return empty


def check_finite(values: FloatArray, what: str) -> None:
    """Check that numbers are finite, or missing.

    Raises
    ------
    TableError
    """
    infinite = int(np.isinf(values).sum())
    if infinite:
        msg = (
            f"The {what} must be finite; {infinite} of {len(values)} values are infinite. "
            "Mend those rows, or remove them."
        )
        raise TableError(msg)


def check_positive(values: FloatArray, what: str, scale: ErrorScale) -> None:
    """Check that numbers can be measured on an error scale.

    Raises
    ------
    TableError
    """
    count = int((values <= 0).sum())
    if scale.needs_positive and count:
        msg = (
            f"The {scale.name} error needs a positive {what}; {count} of {len(values)} values "
            "are zero or negative. Remove those rows, or use the absolute error with a threshold."
        )
        raise TableError(msg)


def check_target_values(y: FloatArray, what: str, scale: ErrorScale) -> None:
    """Check that a target can be predicted, and its errors measured.

    Raises
    ------
    TableError
        If it is constant, or not positive where the error scale needs it to be.
    """
    check_positive(y, what, scale)
    if y.min() == y.max():
        msg = f"The {what} is constant ({y[0]:g} in every row): nothing to predict."
        raise TableError(msg)
