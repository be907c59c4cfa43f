"""What a plain column holds: something measured, or the names of levels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray, IntArray
from qconf.core.plain_columns import plain_columns, written

__all__ = ["LARGEST", "as_floats", "as_frame", "factorized", "is_measured"]

#: How many of each unit of NumPy's dates a day has.
_A_DAY = {"D": 1, "h": 24, "m": 1440, "s": 86_400, "ms": 86_400 * 10**3, "us": 86_400 * 10**6,
          "ns": 86_400 * 10**9}  # fmt: skip
#: Numbers larger than this, -1.8e308 for no data perhaps, count as it: several learners keep short
#: floats, which end here, and a range of numbers must be a number.
LARGEST = 1e38


def as_frame(X: Any) -> pd.DataFrame:
    """Look at a checked table as a DataFrame."""
    if isinstance(X, pd.DataFrame):
        return X
    frame = pd.DataFrame(X)
    return plain_columns(frame) if X.dtype.kind == "O" else frame


def is_measured(column: pd.Series[Any]) -> bool:
    """Tell numbers, booleans, dates and durations from levels, in a checked table."""
    dtype = column.dtype
    return isinstance(dtype, np.dtype) and dtype.kind in "biufMm"


def factorized(column: pd.Series[Any]) -> tuple[IntArray, list[str]]:
    """Return the code of each row's value, -1 for missing, and the values that codes stand for."""
    try:
        codes, values = pd.factorize(column)
    except TypeError:
        # Lists and the like cannot be told apart by hash, but by how they are written.
        codes, values = pd.factorize(column.map(str, na_action="ignore"))
    return codes, [value if type(value) is str else written(value) for value in values]


def as_floats(column: pd.Series[Any]) -> FloatArray:
    """Write a measured column as numbers, dates and durations in days, missing values as NaN."""
    if column.dtype.kind in "Mm":
        return _as_days(column.to_numpy())
    numbers: FloatArray = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.clip(numbers, -LARGEST, LARGEST)


def _as_days(stamps: Any) -> FloatArray:
    """Count days in the column's own unit: in nanoseconds the years before 1678 wrap around."""
    unit, step = np.datetime_data(stamps.dtype)
    days: FloatArray = stamps.astype(np.int64) / (_A_DAY[unit] / step)
    days[np.isnat(stamps)] = np.nan
    return days
