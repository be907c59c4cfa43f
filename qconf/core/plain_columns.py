"""Turn columns of any type into plain ones: numbers, dates, durations, or the names of levels.

A cell means the same however it is held: a price may be a float, a ``Decimal``, a nullable or an
Arrow integer, or a Python number in a column of objects. What a column holds is judged once, on
the rows of `fit`, and rows that come later are read by that judgement.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, Final

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray
from qconf.errors import TableError

__all__ = [
    "DATES", "DURATIONS", "EMPTY", "LEVELS", "NUMBERS",
    "as_kinds", "column_kinds", "is_plain", "plain_columns", "written",
]  # fmt: skip

NUMBERS: Final = "numbers"
DATES: Final = "dates"
DURATIONS: Final = "durations"
LEVELS: Final = "text"
EMPTY: Final = "nothing"

#: A column of objects of which at least this share is of one kind is of that kind; the rest is
#: stray words, and missing.
_NEARLY_ALL = 0.95
_MIDNIGHT = " 00:00:00"
_KIND_OF_INFERRED = {
    "empty": EMPTY, "string": LEVELS, "bytes": LEVELS, "boolean": NUMBERS, "integer": NUMBERS,
    "floating": NUMBERS, "mixed-integer-float": NUMBERS, "decimal": NUMBERS, "date": DATES,
    "datetime": DATES, "datetime64": DATES, "period": DATES, "timedelta": DURATIONS,
    "timedelta64": DURATIONS, "time": DURATIONS,
}  # fmt: skip
_TYPES = {
    NUMBERS: (Real, Decimal, np.bool_),
    DATES: (dt.date, np.datetime64, pd.Period),
    DURATIONS: (dt.timedelta, np.timedelta64, dt.time),
}
_REMEDY = {
    NUMBERS: "Convert it to numbers (pandas.to_numeric)",
    DATES: "Convert it to dates (pandas.to_datetime)",
    DURATIONS: "Convert it to durations (pandas.to_timedelta)",
}


def plain_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Convert columns of any type to NumPy numbers, dates and durations, or leave them as text.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)

    Returns
    -------
    DataFrame of shape (n_samples, n_columns)
        Decimals, nullable and Arrow-backed numbers, and objects that are numbers, as NumPy
        numbers; dates of any type as ``datetime64`` without time zone (UTC), durations and times
        of day as ``timedelta64``; strings and categories as they are. Not copied where nothing
        has to be converted.

    Raises
    ------
    TableError
        If a column holds what is none of these, such as complex numbers.

    Warns
    -----
    UserWarning
        Once for each column of objects that is nearly all numbers (or dates, or durations) but
        for a few words, which are taken as missing.

    Examples
    --------
    >>> table = pd.DataFrame({"area": [Decimal("60.5"), 80, None], "zone": ["a", None, "b"]})
    >>> plain_columns(table)["area"].tolist()
    [60.5, 80.0, nan]
    """
    return as_kinds(frame, column_kinds(frame))


def column_kinds(frame: pd.DataFrame) -> dict[int, str]:
    """Judge what each column holds, by its cells in these rows.

    Returns
    -------
    dict of int to str
        `DATES`, `DURATIONS`, `LEVELS` or `EMPTY` (no value at all), by position; columns that
        are not in it hold `NUMBERS`.
    """
    kinds = {i: _kind(frame.iloc[:, i]) for i in _positions_to_look_at(frame)}
    return {i: kind for i, kind in kinds.items() if kind != NUMBERS}


def as_kinds(frame: pd.DataFrame, kinds: dict[int, str]) -> pd.DataFrame:
    """Convert columns to the kinds that `column_kinds` found in other rows, or in these.

    Raises
    ------
    TableError
        If a column holds another kind, by more than a few words.

    Warns
    -----
    UserWarning
        As `plain_columns`.
    """
    plain = None
    for i, dtype in enumerate(frame.dtypes):
        kind = kinds.get(i, NUMBERS)
        # Taking a column takes longer than reading a short one.
        if _is_of_kind(dtype, kind) and not (
            kind == LEVELS and _has_other_than_text(frame.iloc[:, i])
        ):
            continue
        plain = frame.copy(deep=False) if plain is None else plain
        plain.isetitem(i, _converted(frame.iloc[:, i], kind))
    return frame if plain is None else plain


def is_plain(column_type: Any) -> bool:
    """Tell NumPy's own real numbers and booleans, which need no look at each value."""
    return isinstance(column_type, np.dtype) and column_type.kind in "biuf"


def _positions_to_look_at(frame: pd.DataFrame) -> list[int]:
    """List the columns that are not plain numbers, and those of floats without a value."""
    types = list(frame.dtypes)
    positions = [i for i, dtype in enumerate(types) if not is_plain(dtype)]
    floats = [i for i, dtype in enumerate(types) if is_plain(dtype) and dtype.kind == "f"]
    # The first row tells of nearly all columns that they are not empty.
    doubtful = [i for i in floats if frame.iloc[:1, i].isna().all()]
    return positions + [i for i in doubtful if frame.iloc[:, i].isna().all()]


def _is_of_kind(dtype: Any, kind: str) -> bool:
    if kind == NUMBERS:
        return is_plain(dtype)
    if kind == LEVELS:
        return not isinstance(dtype, pd.ArrowDtype | pd.SparseDtype)
    wanted = {DATES: "M", DURATIONS: "m"}.get(kind, "")
    return isinstance(dtype, np.dtype) and dtype.kind == wanted


def _has_other_than_text(column: pd.Series[Any]) -> bool:
    if not pd.api.types.is_object_dtype(column.dtype):
        return False
    return pd.api.types.infer_dtype(column, skipna=True) not in {"string", "bytes", "empty"}


def _kind(column: pd.Series[Any]) -> str:
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype) or _is_dictionary(dtype):
        return LEVELS
    _refuse_complex(column)
    if column.isna().all():
        return EMPTY
    if isinstance(dtype, pd.PeriodDtype) or pd.api.types.is_datetime64_any_dtype(dtype):
        return DATES
    if pd.api.types.is_timedelta64_dtype(dtype):
        return DURATIONS
    if pd.api.types.is_numeric_dtype(dtype):
        return NUMBERS
    text = pd.api.types.is_string_dtype(dtype) and not pd.api.types.is_object_dtype(dtype)
    return LEVELS if text else _of_cells(column)


def _refuse_complex(column: pd.Series[Any]) -> None:
    if getattr(column.dtype, "kind", "") == "c":
        msg = (
            f"Complex data not supported: the column {column.name!r} holds complex numbers. "
            "Put their real and imaginary parts into columns of their own."
        )
        raise TableError(msg)


def _of_cells(column: pd.Series[Any]) -> str:
    """Judge a column of objects by the types of its cells."""
    cells = column.astype(object)
    inferred = _KIND_OF_INFERRED.get(pd.api.types.infer_dtype(cells, skipna=True))
    if inferred is not None:
        return inferred
    types = cells[cells.notna()].map(type)
    for kind, classes in _TYPES.items():
        share = types.map(lambda one, classes=classes: issubclass(one, classes)).mean()
        if share >= _NEARLY_ALL:
            return kind
    return LEVELS


def _converted(column: pd.Series[Any], kind: str) -> Any:
    """Return the cells of a column as an array of a kind."""
    if kind == EMPTY:
        return np.full(len(column), np.nan)
    if kind == LEVELS:
        if isinstance(column.dtype, pd.SparseDtype):
            return np.asarray(column)
        cells = column.astype(object)
        # Among names a number is a name: written so, it is one in any part of the rows.
        return cells.map(written, na_action="ignore").where(column.notna(), None)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    return _READ[kind](column)


def _numbers(column: pd.Series[Any]) -> Any:
    _refuse_complex(column)
    dtype = column.dtype
    if pd.api.types.is_numeric_dtype(dtype) and not _is_decimal(dtype):
        whole = pd.api.types.is_integer_dtype(dtype) or pd.api.types.is_bool_dtype(dtype)
        if whole and not column.isna().any():
            return column.to_numpy(dtype=getattr(dtype, "numpy_dtype", np.int64))
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    return _cell_by_cell(column, NUMBERS, _number, np.empty(len(column)))


def _is_decimal(dtype: Any) -> bool:
    return isinstance(dtype, pd.ArrowDtype) and dtype.type is Decimal


def _is_dictionary(dtype: Any) -> bool:
    """Tell Arrow's categories."""
    return isinstance(dtype, pd.ArrowDtype) and str(dtype).startswith("dictionary")


def _dates(column: pd.Series[Any]) -> Any:
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        return column.to_numpy()
    return _cell_by_cell(column, DATES, _moment, np.empty(len(column), dtype="M8[us]"))


def _durations(column: pd.Series[Any]) -> Any:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "m":
        return column.to_numpy()
    return _cell_by_cell(column, DURATIONS, _duration, np.empty(len(column), dtype="m8[us]"))


_READ: Final[dict[str, Callable[[pd.Series[Any]], Any]]] = {
    NUMBERS: _numbers, DATES: _dates, DURATIONS: _durations
}  # fmt: skip


def _cell_by_cell(
    column: pd.Series[Any], kind: str, read: Callable[[Any], Any], made: Any
) -> FloatArray:
    """Read each cell; what is of another kind is missing, if it is a few words."""
    cells = column.astype(object).to_numpy()
    present = column.notna().to_numpy()
    wrong: BoolArray = present & [not isinstance(cell, _TYPES[kind]) for cell in cells]
    if wrong.any():
        _tell(column.name, kind, cells[wrong], int(present.sum()))
    made[:] = np.nan if kind == NUMBERS else "NaT"
    readable = np.flatnonzero(present & ~wrong)
    made[readable] = [read(cell) for cell in cells[readable]]
    plain: FloatArray = made
    return plain


def _tell(name: Any, kind: str, wrong: Any, n_present: int) -> None:
    """Warn of a few cells of another kind; refuse a column that holds mostly such."""
    found = repr(wrong[0]) if isinstance(wrong[0], str) else str(wrong[0])
    if 2 * len(wrong) > n_present:
        # Dates as text are dates to whoever reads them.
        instead = "text" if all(isinstance(cell, str) for cell in wrong) else f"no {kind}"
        msg = (
            f"The column {name!r} held {kind} when it was fitted, and holds {found} now "
            f"({len(wrong)} of {n_present} values are {instead}). {_REMEDY[kind]}."
        )
        raise TableError(msg)
    warnings.warn(
        f"The column {name!r} holds {kind}, and {len(wrong)} of {n_present} values are not: "
        f"{found} counts as missing. Make such cells missing; or, if the column holds names, make "
        "all of it text.",
        UserWarning,
        stacklevel=2,
    )


def _number(cell: Any) -> float:
    try:
        return float(cell)
    except OverflowError:
        return float("inf") if cell > 0 else float("-inf")
    except ValueError:
        # A signalling NaN of the decimal module.
        return float("nan")


def _moment(cell: Any) -> np.datetime64:
    if isinstance(cell, pd.Period):
        cell = cell.to_timestamp()
    if isinstance(cell, dt.datetime):
        if cell.tzinfo is not None:
            cell = cell.astimezone(dt.UTC).replace(tzinfo=None)
        return np.datetime64(cell, "us")
    return np.datetime64(cell, "us")


def _duration(cell: Any) -> np.timedelta64:
    if isinstance(cell, dt.time):
        cell = dt.timedelta(
            hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond
        )
    return np.timedelta64(cell, "us")


def written(value: Any) -> str:
    """Write a level: equal numbers alike, be they 98101, 98101.0 or a Decimal, True or 1."""
    if isinstance(value, Integral | np.bool_):
        return str(int(value))
    if isinstance(value, Real | Decimal):
        number = float(value)
        return str(int(number)) if number.is_integer() else str(value)
    text = str(value)
    return text.removesuffix(_MIDNIGHT) if isinstance(value, dt.date) else text
