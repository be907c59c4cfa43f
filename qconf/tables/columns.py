"""Read numbers and times out of columns of any type."""

from __future__ import annotations

import warnings
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.errors import TableError
from qconf.tables.dates import read_dates
from qconf.tables.numerals import EXACT_FLOATS, MISSING_NUMBERS, find_numerals, too_long_for_floats

__all__ = ["numbers", "time_values"]

#: Digits that an integer of 64 bits holds for sure: nanoseconds, in a table of text.
_INTEGER = r"[-+]?[0-9]{1,18}|[1-8][0-9]{18}"
_SECOND = np.timedelta64(1, "s")


def numbers(values: pd.Series[Any], what: str) -> FloatArray:
    """Return a column as floats, missing values as NaN.

    Parameters
    ----------
    values : Series of shape (n_samples,)
        Numbers of any type, also Decimals, objects and text that is a number as it stands.
    what : str
        What the column is, for the message.

    Raises
    ------
    TableError
        If the column, or any value in it, is not a number.
    """
    plain = _plain(values)
    dtype = plain.dtype
    if pd.api.types.is_numeric_dtype(dtype) and not _is_one_of(dtype, "bool", "complex"):
        return plain.to_numpy(dtype=np.float64, na_value=np.nan)
    if not (pd.api.types.is_object_dtype(dtype) or pd.api.types.is_string_dtype(dtype)):
        msg = (
            f"The {what} must be numbers; it holds values of type {dtype}. Name a column of "
            "numbers, or convert it."
        )
        raise TableError(msg)
    objects = plain.astype(object).to_numpy()
    missing = pd.isna(objects)
    found = np.array(
        [np.nan if gone else _number(x) for x, gone in zip(objects, missing, strict=True)]
    )
    wrong = np.flatnonzero(np.isnan(found) & ~missing)
    if len(wrong):
        first = objects[wrong[0]]
        msg = (
            f"The {what} must be numbers; {len(wrong)} of {len(found)} values are not, "
            f"the first is {_shown(first)}. {_remedy(first)}"
        )
        raise TableError(msg)
    return np.asarray(found, dtype=np.float64)


def time_values(values: pd.Series[Any], what: str) -> Any:
    """Return a column as something that sorts in time: dates, or numbers.

    Parameters
    ----------
    values : Series of shape (n_samples,)
        Dates, periods, durations, numbers (a year, 20240131), or text that is dates in one clear
        way. Missing values stay missing: what to do with them is the caller's to say.
    what : str
        What the column is, for the message.

    Returns
    -------
    ndarray of shape (n_samples,)
        datetime64 in UTC, float64, or int64 where floats would lose digits.

    Raises
    ------
    TableError
        If a value is not a time, or may be two.
    """
    plain = _plain(values)
    dtype = plain.dtype
    if isinstance(dtype, pd.PeriodDtype):
        return _starts(plain)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return _in_utc(plain)
    if pd.api.types.is_timedelta64_dtype(dtype):
        return plain.to_numpy() / _SECOND
    if pd.api.types.is_numeric_dtype(dtype) and not _is_one_of(dtype, "bool", "complex"):
        return _numeric_times(plain, what)
    if pd.api.types.is_object_dtype(dtype) or pd.api.types.is_string_dtype(dtype):
        return _times_of_objects(plain.astype(object), what)
    msg = (
        f"The {what} column must hold dates or numbers; it holds values of type {dtype}. Name "
        "another column, or convert it."
    )
    raise TableError(msg)


def _plain(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column without what stands around its values: categories, Arrow, sparseness."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.dtype.categories.dtype)
    if isinstance(values.dtype, pd.SparseDtype):
        values = values.astype(values.dtype.subtype)
    if isinstance(values.dtype, pd.ArrowDtype):
        import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

        arrow = pa.chunked_array(pa.array(values.array))
        values = arrow.to_pandas(date_as_object=False).set_axis(values.index)
    if pd.api.types.is_object_dtype(values.dtype):
        # Floats, integers or dates that are objects only because of where they came from.
        # Integers beyond all floats stop pandas before 3.1; they stay as they are, and are refused.
        with warnings.catch_warnings(), suppress(OverflowError):
            warnings.simplefilter("ignore")
            values = values.infer_objects()
    return values


def _is_one_of(dtype: Any, *kinds: str) -> bool:
    return any(getattr(pd.api.types, f"is_{kind}_dtype")(dtype) for kind in kinds)


def _number(value: Any) -> float:
    """Return a value as a float, NaN if it is no number."""
    if isinstance(value, (bool, np.bool_, complex, np.complexfloating)):
        return np.nan
    if isinstance(value, str):
        return _number_in(value.strip())
    if not isinstance(value, (int, float, Decimal, Fraction, np.number)):
        return np.nan
    try:
        return float(value)
    except (OverflowError, ValueError):
        return np.nan


def _number_in(text: str) -> float:
    # Python takes more for a number than people do: 1_000, or digits of other scripts.
    if not text.isascii() or "_" in text:
        return np.nan
    try:
        return float(text)
    except ValueError:
        return np.nan


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # an integer of thousands of digits
        return f"an integer of about {int(value.bit_length() * 0.30103)} digits"
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - a line


def _remedy(value: Any) -> str:
    if isinstance(value, str) and value.strip().lower() in MISSING_NUMBERS:
        return "Make it a missing value."
    if isinstance(value, str) and find_numerals([value], [1]).numeric.any():
        return "Make it a plain number, or read the file with --decimal . or --decimal ,"
    if isinstance(value, (int, Decimal)):
        return "It is too large for a float."
    return "Make them numbers, or missing values."


def _starts(periods: pd.Series[Any]) -> Any:
    try:
        return periods.dt.to_timestamp().to_numpy()
    except (pd.errors.OutOfBoundsDatetime, OverflowError):
        # Numbered in order of time, whatever the calendar can write.
        ordinals = periods.array.asi8.astype(np.float64)
        return np.where(periods.isna(), np.nan, ordinals)


def _in_utc(moments: pd.Series[Any]) -> Any:
    if isinstance(moments.dtype, pd.DatetimeTZDtype):
        moments = moments.dt.tz_convert("UTC").dt.tz_localize(None)
    return moments.to_numpy()


def _numeric_times(values: pd.Series[Any], what: str) -> Any:
    if pd.api.types.is_integer_dtype(values.dtype) and not values.isna().any():
        whole = values.to_numpy()
        if len(whole) and max(-int(whole.min()), int(whole.max())) > EXACT_FLOATS:
            return whole  # two moments a nanosecond apart would be one float
    moments = values.to_numpy(dtype=np.float64, na_value=np.nan)
    _check_digits(moments, what)
    if np.isinf(moments).any():
        msg = f"The {what} column has infinite values. Mend those rows, or remove them."
        raise TableError(msg)
    return moments


def _check_digits(moments: FloatArray, what: str) -> None:
    """Refuse 31012024, which as a number does not sort as a date: 20240131 does."""
    digits = np.unique(moments[np.isfinite(moments)])
    first, second, year = digits // 1_000_000, digits // 10_000 % 100, digits % 10_000
    days = (first >= 1) & (second >= 1) & (np.maximum(first, second) <= 31)  # noqa: PLR2004
    months = (first <= 12).all() or (second <= 12).all()  # noqa: PLR2004 - of a year
    recent = (year >= 1900) & (year <= 2100)  # noqa: PLR2004 - years that tables are about
    if len(digits) and months and (days & recent & (digits % 1 == 0)).all():
        msg = (
            f"The {what} column holds numbers such as {digits[0]:08.0f}, which seem to be dates "
            "with the year last and do not sort as such. Name the format: --date-format %d%m%Y "
            "(in Python: pandas.to_datetime(column.astype(str).str.zfill(8), format=...))."
        )
        raise TableError(msg)


def _times_of_objects(values: pd.Series[Any], what: str) -> Any:
    known = values.dropna()
    kinds = {_kind_of(value) for value in known}
    if kinds <= {"text"}:
        return _times_of_text(values, what)
    if kinds <= {"date", "moment"}:
        return _times_of_dates(values, what)
    if kinds == {"period"}:
        return _starts(pd.Series(pd.PeriodIndex(values)))
    if kinds == {"duration"}:
        return pd.to_timedelta(values).to_numpy() / _SECOND
    if kinds == {"number"}:
        return _numeric_times(pd.Series(numbers(values, f"{what} column")), what)
    first = next(value for value in known if _kind_of(value) == max(kinds))
    found = (
        "values of several types" if len(kinds) > 1 else f"values of type {type(first).__name__}"
    )
    msg = (
        f"The {what} column must hold dates or numbers; it holds {found}, such as {_shown(first)}."
    )
    raise TableError(msg)


def _kind_of(value: Any) -> str:
    kinds = {
        "text": str,
        "moment": (datetime, np.datetime64),
        "date": date,
        "period": pd.Period,
        "duration": (timedelta, np.timedelta64),
        "nothing": (bool, np.bool_),
        "number": (int, float, Decimal, Fraction, np.integer, np.floating),
    }
    return next((kind for kind, types in kinds.items() if isinstance(value, types)), "other")  # type: ignore[arg-type]


def _times_of_dates(values: pd.Series[Any], what: str) -> Any:
    known = values.dropna()
    zoned = {getattr(value, "tzinfo", None) is not None for value in known}
    if len(zoned) > 1:
        msg = f"Some values of the {what} column have a time zone and some have none: give all one."
        raise TableError(msg)
    moments = np.full(len(values), np.datetime64("NaT"), dtype="M8[us]")
    at = np.flatnonzero(values.notna().to_numpy())
    if zoned == {True}:
        known = known.map(lambda value: value.astimezone(UTC).replace(tzinfo=None))
    moments[at] = [np.datetime64(value, "us") for value in known]
    return moments


def _times_of_text(values: pd.Series[Any], what: str) -> Any:
    texts = values.str.strip()
    texts = texts.where(~texts.str.lower().isin(MISSING_NUMBERS))
    distinct = texts.dropna().drop_duplicates().reset_index(drop=True)
    moments = np.full(len(values), np.datetime64("NaT"), dtype="M8[us]")
    if distinct.empty:
        return moments
    if too_long_for_floats(distinct) and distinct.str.fullmatch(_INTEGER).all():
        return _numeric_times(texts.map(int, na_action="ignore").astype("Int64"), what)
    found = read_dates(distinct)
    if found.doubt:
        msg = (
            f"The {what} column is ambiguous: {found.doubt}. Add --day-first, --month-first or "
            "--date-format (in Python: pass pandas.to_datetime(column, dayfirst=True))."
        )
        raise TableError(msg)
    if found.moments is None:
        wrong = distinct if found.wrong is None else distinct[found.wrong]
        count = int(texts.isin(wrong).sum())
        msg = (
            f"The {what} column must hold dates in one format, such as 2024-01-31; {count} of "
            f"{len(texts)} values cannot be read, the first is {wrong.iloc[0]!r}. Mend them, or "
            "name the format (in Python by pandas.to_datetime(column, format=...), on the command "
            "line by --date-format)."
        )
        raise TableError(msg)
    codes = pd.Index(distinct).get_indexer(pd.Index(texts))
    return np.where(codes >= 0, found.moments[codes], np.datetime64("NaT"))
