"""Read numbers and times out of columns of any type."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.errors import TableError

__all__ = ["numbers", "time_values"]


def numbers(values: pd.Series[Any], what: str) -> FloatArray:
    """Return a column as floats, missing values as NaN.

    Parameters
    ----------
    values : Series of shape (n_samples,)
    what : str
        What the column is, for the message.

    Raises
    ------
    TableError
        If the column, or any value in it, is not a number.
    """
    dtype = values.dtype
    not_numbers = ("is_bool_dtype", "is_datetime64_any_dtype", "is_complex_dtype")
    if any(getattr(pd.api.types, kind)(dtype) for kind in not_numbers):
        msg = f"The {what} must be numbers; it holds values of type {dtype}."
        raise TableError(msg)
    if pd.api.types.is_numeric_dtype(dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    plain = values.astype(object)
    converted = pd.to_numeric(plain, errors="coerce")
    wrong = plain[converted.isna() & plain.notna()]
    if len(wrong):
        msg = (
            f"The {what} must be numbers; {len(wrong)} of {len(plain)} values are not, "
            f"the first is {wrong.iloc[0]!r}."
        )
        raise TableError(msg)
    return np.asarray(converted, dtype=np.float64)


def time_values(values: pd.Series[Any], what: str) -> Any:
    """Return a column without gaps as something that sorts in time: dates, or numbers.

    Parameters
    ----------
    values : Series of shape (n_samples,)
        Dates, numbers (a year, 20240131), or strings that are all dates in one format.
    what : str
        What the column is, for the message.

    Returns
    -------
    ndarray of shape (n_samples,)
        datetime64 in UTC, or float64.

    Raises
    ------
    TableError
        If a value is not a time.
    """
    dtype = values.dtype
    if isinstance(dtype, pd.PeriodDtype):
        return values.dt.to_timestamp().to_numpy()
    if pd.api.types.is_datetime64_any_dtype(dtype):
        naive = values.dt.tz_convert("UTC").dt.tz_localize(None) if _has_zone(values) else values
        return naive.to_numpy()
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
        moments = values.to_numpy(dtype=np.float64)
        if not np.isfinite(moments).all():
            msg = f"The {what} column has infinite values."
            raise TableError(msg)
        return moments
    return _parsed(values, what)


def _has_zone(values: pd.Series[Any]) -> bool:
    return isinstance(values.dtype, pd.DatetimeTZDtype)


def _parsed(values: pd.Series[Any], what: str) -> Any:
    texts = values.astype(str)
    with warnings.catch_warnings():
        # pandas warns when it finds no format and would guess value by value: 03/04 and 25/04
        # would then be read in two ways.
        warnings.simplefilter("error", UserWarning)
        try:
            parsed = pd.to_datetime(texts, utc=True, errors="coerce", format=_format_of(texts))
        except (ValueError, OverflowError, UserWarning):
            parsed = pd.Series(pd.NaT, index=texts.index)
    wrong = texts[parsed.isna()]
    if len(wrong):
        msg = (
            f"The {what} column must hold dates in one format, such as 2024-01-31; "
            f"{len(wrong)} of {len(texts)} values cannot be read, the first is {wrong.iloc[0]!r}."
        )
        raise TableError(msg)
    return parsed.dt.tz_localize(None).to_numpy()


def _format_of(texts: pd.Series[Any]) -> str | None:
    # ISO dates may differ in how far they go (a day, a second); others must be alike.
    return "ISO8601" if texts.str.match(r"\d{4}-?\d{2}-?\d{2}").all() else None
