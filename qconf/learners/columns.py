"""What a column of a table holds: something measured, or the names of levels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray, IntArray

__all__ = ["as_floats", "as_frame", "factorized", "is_measured", "is_plain", "with_categories"]

_NANOSECONDS_A_DAY = 86_400 * 10**9


def as_frame(X: Any) -> pd.DataFrame:
    """Look at a checked table as a DataFrame."""
    if isinstance(X, pd.DataFrame):
        return X
    frame = pd.DataFrame(X)
    return frame.infer_objects() if X.dtype.kind == "O" else frame


def is_measured(column: pd.Series[Any]) -> bool:
    """Tell numbers, booleans, dates and durations from levels."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return False
    if pd.api.types.is_object_dtype(dtype):
        return bool(pd.api.types.is_bool_dtype(column.dropna().infer_objects().dtype))
    return (
        pd.api.types.is_numeric_dtype(dtype)
        or pd.api.types.is_datetime64_any_dtype(dtype)
        or pd.api.types.is_timedelta64_dtype(dtype)
        or isinstance(dtype, pd.PeriodDtype)
    )


def is_plain(column_type: Any) -> bool:
    """Tell NumPy's own real numbers and booleans, which need no look at each value."""
    return isinstance(column_type, np.dtype) and column_type.kind in "biuf"


def with_categories(X: Any) -> Any:
    """Give levels numbers once, for several learners that would each do so.

    Parameters
    ----------
    X : DataFrame or ndarray of shape (n_samples, n_features)

    Returns
    -------
    DataFrame or ndarray
        Columns of levels as categories; arrays and measured columns are left as they are.
    """
    if not isinstance(X, pd.DataFrame):
        return X
    named = [
        i for i, dtype in enumerate(X.dtypes) if not (is_plain(dtype) or is_measured(X.iloc[:, i]))
    ]
    numbered = X.copy(deep=False)
    for i in named:
        numbered.isetitem(i, _as_categories(X.iloc[:, i]))
    return numbered


def _as_categories(column: pd.Series[Any]) -> pd.Categorical:
    codes, names = factorized(column)
    # What is written alike (1 and "1") is one level, as it is to the learners.
    levels, level_of_name = np.unique(np.array(names, dtype=object), return_inverse=True)
    numbered = np.append(level_of_name, -1)[codes]
    return pd.Categorical.from_codes(numbered, pd.Index(levels, dtype=object))


def factorized(column: pd.Series[Any]) -> tuple[IntArray, list[str]]:
    """Return the code of each row's value, -1 for missing, and the values that codes stand for."""
    try:
        codes, values = pd.factorize(column)
    except TypeError:
        # Lists and the like cannot be told apart by hash, but by how they are written.
        codes, values = pd.factorize(column.map(str, na_action="ignore"))
    return codes, [str(value) for value in values]


def as_floats(column: pd.Series[Any]) -> FloatArray:
    """Write a measured column as numbers, dates and durations in days, missing values as NaN."""
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if pd.api.types.is_datetime64_any_dtype(column.dtype) or pd.api.types.is_timedelta64_dtype(
        column.dtype
    ):
        return _as_days(column)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _as_days(column: pd.Series[Any]) -> FloatArray:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    unit = "m8[ns]" if pd.api.types.is_timedelta64_dtype(column.dtype) else "M8[ns]"
    stamps = column.to_numpy().astype(unit)
    days: FloatArray = stamps.astype(np.int64) / _NANOSECONDS_A_DAY
    days[np.isnat(stamps)] = np.nan
    return days
