"""Validate progressively: predict every row before any model has seen its label.

Blum, Kalai & Langford (1999, "Beating the hold-out", COLT); also called prequential, or test then
train. It needs no folds: each row is predicted by a model that has seen all that could be known
at that time, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from qconf._types import ArrayLike, FloatArray, TableLike
from qconf.core.frames import as_frame_if_table, as_series
from qconf.core.validation import check_column, check_weights, select_rows
from qconf.errors import OptionError, TableError
from qconf.residuals.arrivals import arrived

__all__ = ["known_rows", "progressive_validation"]


def progressive_validation(
    model: Any,
    X: TableLike,
    y: ArrayLike,
    *,
    time: ArrayLike | None = None,
    delay: Any = None,
    sample_weight: ArrayLike | None = None,
) -> FloatArray:
    """Predict each row by a model that has learned from earlier rows only.

    Parameters
    ----------
    model : estimator
        With ``partial_fit`` and ``predict``; cloned, so that it is not fitted itself. A valuation
        model on y, or an online confidence estimator on progressive residuals. One that has
        ``progressive_predict`` does it in one compiled pass.
    X : DataFrame or array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
        Labels, finite.
    time : array-like of shape (n_samples,), default=None
        When each row is predicted: numbers, dates or durations, none missing. Rows of equal time
        are all predicted before any of their labels is learned. None: rows come one after
        another, as they stand.
    delay : number, timedelta, pandas.DateOffset or None, default=None
        A label arrives only that much later: a row at time t is predicted from the labels of rows
        with time + delay < t, so not from one that arrives at that very moment. A number if the
        times are numbers (floats count as equal that differ by rounding only); a timedelta if they
        are dates, or for months of the calendar ``pandas.DateOffset(months=1)``. Without `time`, a
        number of rows.
    sample_weight : array-like of shape (n_samples,), default=None

    Returns
    -------
    ndarray of shape (n_samples,)
        Predictions, in the order of `X`; NaN for rows before the first label.

    Raises
    ------
    OptionError
        If the model cannot learn row by row, or the delay is negative or of another kind than
        the time.
    TableError
        If times are missing or text, or their number is not that of the rows.
    ValueError
        If the table or the labels break their rule.

    Examples
    --------
    >>> from qconf import OnlineLinearRegressor, progressive_validation
    >>> model = OnlineLinearRegressor(fit_intercept=False)
    >>> rows = [["a"], ["a"], ["a"]]
    >>> progressive_validation(model, rows, [2.0, 4.0, 6.0])
    array([nan,  1.,  2.])
    >>> progressive_validation(model, rows, [2.0, 4.0, 6.0], time=[1, 2, 2])
    array([nan,  1.,  1.])
    """
    if not hasattr(model, "partial_fit"):
        msg = f"{type(model).__name__} cannot learn row by row: it has no partial_fit."
        raise OptionError(msg)
    table = as_frame_if_table(X)
    table = table if isinstance(table, pd.DataFrame) else np.asarray(table)
    n_rows = len(table)
    label = check_column("labels", y, n_rows)
    weight = None if sample_weight is None else check_weights(sample_weight, n_rows)
    order, known = known_rows(n_rows, time, delay)
    rows = select_rows(table, order)
    ordered_weight = None if weight is None else weight[order]
    predicted = _predict(clone(model), rows, label[order], ordered_weight, known)
    result = np.empty(n_rows)
    result[order] = np.where(known > 0, predicted, np.nan)
    return result


def known_rows(
    n_rows: int, time: ArrayLike | None = None, delay: Any = None
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Sort rows by time, and say how many of the first labels each may know.

    Parameters
    ----------
    n_rows : int
    time : array-like of shape (n_rows,), default=None
    delay : number, timedelta, pandas.DateOffset or None, default=None

    Returns
    -------
    order : ndarray of shape (n_rows,)
        Positions of the rows in the order of time; rows of equal time as they stood.
    known : ndarray of shape (n_rows,)
        In that order: how many labels, from the first on, have arrived before the row's time.

    Raises
    ------
    OptionError
        If the delay is negative, or of another kind than the times.
    TableError
        If times are missing, infinite or text, or not one a row.

    Examples
    --------
    >>> order, known = known_rows(4, time=[3, 1, 1, 2])
    >>> order.tolist(), known.tolist()
    ([1, 2, 3, 0], [0, 0, 2, 3])
    """
    moment = np.arange(n_rows) if time is None else _moments(as_series(time, "time", n_rows))
    if moment.dtype.kind not in "iufmM":
        msg = (
            f"The times must be numbers or dates, got values of type {_kind(moment)}; "
            "pandas.to_datetime turns text into dates."
        )
        raise TableError(msg)
    missing = int(pd.isna(moment).sum())
    if missing:
        msg = (
            f"The times must be known; {missing} of {n_rows} are missing. "
            "Leave these rows out, or give them a time."
        )
        raise TableError(msg)
    infinite = int(np.isinf(moment).sum()) if moment.dtype.kind == "f" else 0
    if infinite:
        msg = f"The times must be finite; {infinite} of {n_rows} are not. Leave these rows out."
        raise TableError(msg)
    order = np.argsort(moment, kind="stable")
    return order, arrived(moment[order], delay)


def _moments(time: ArrayLike) -> NDArray[Any]:
    """Return times as numbers, durations, or dates of one time zone, if they are such."""
    dtype = getattr(time, "dtype", None)
    dated: Any = pd.Series(time) if isinstance(dtype, pd.DatetimeTZDtype | pd.PeriodDtype) else None
    if isinstance(dtype, pd.PeriodDtype):
        return np.asarray(dated.dt.to_timestamp())
    if isinstance(dtype, pd.DatetimeTZDtype):
        return np.asarray(dated.dt.tz_convert("UTC").dt.tz_localize(None))
    moment = np.asarray(time)
    if moment.dtype.kind == "O" and moment.ndim == 1:
        moment = _from_objects(moment)
    # Months have no fixed length, days have.
    calendar = moment.dtype.kind == "M" and np.datetime_data(moment.dtype)[0] in {"Y", "M"}
    return moment.astype("M8[D]") if calendar else moment


def _from_objects(values: NDArray[Any]) -> NDArray[Any]:
    """Return objects that are numbers, dates or durations as such, and others as they are."""
    convert = _CONVERSIONS.get(_kind(values))
    try:
        return values if convert is None else convert(values)
    except TableError:
        raise
    except (TypeError, ValueError, OverflowError):
        # Years that no date has, periods of several lengths.
        return values


def _kind(values: NDArray[Any]) -> str:
    return pd.api.types.infer_dtype(values) if values.dtype == object else str(values.dtype)


def _dates(values: NDArray[Any]) -> NDArray[Any]:
    known = values[pd.notna(values)]
    zoned = sum(getattr(value, "tzinfo", None) is not None for value in known)
    if 0 < zoned < len(known):
        msg = (
            f"The times must be of one kind; {zoned} of {len(values)} have a time zone and the "
            "others none. pandas.to_datetime(times, utc=True) takes the others for UTC."
        )
        raise TableError(msg)
    dates = pd.DatetimeIndex(pd.to_datetime(values, utc=zoned > 0))
    return np.asarray(dates.tz_localize(None))


def _numbers(values: NDArray[Any]) -> NDArray[Any]:
    # Whole numbers as such: nanoseconds since 1970 have more digits than a float.
    whole = not pd.isna(values).any() and all(isinstance(value, Integral) for value in values)
    return np.array(values.tolist(), dtype=None if whole else np.float64)


#: By what pandas finds objects to be.
_CONVERSIONS: Final[dict[str, Callable[[NDArray[Any]], NDArray[Any]]]] = {
    **dict.fromkeys(("date", "datetime", "datetime64"), _dates),
    **dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal", "empty"), _numbers),
    **dict.fromkeys(
        ("timedelta", "timedelta64"), lambda values: np.asarray(pd.to_timedelta(values))
    ),
    "period": lambda values: np.asarray(pd.PeriodIndex(values).to_timestamp()),
}


def _predict(
    model: Any,
    rows: Any,
    label: FloatArray,
    weight: FloatArray | None,
    known: NDArray[np.int64],
) -> FloatArray:
    """Predict rows that are in order, in one pass or stretch by stretch."""
    if hasattr(model, "progressive_predict"):
        one_by_one = np.array_equal(known, np.arange(len(known)))
        predicted: FloatArray = model.progressive_predict(
            rows, label, sample_weight=weight, known=None if one_by_one else known
        )
        return predicted
    predicted = np.empty(len(label))
    starts = np.flatnonzero(np.diff(known, prepend=-1))
    learned = 0
    for start, stop in zip(starts, [*starts[1:], len(label)], strict=True):
        new = slice(learned, int(known[start]))
        if new.stop > new.start:
            weights = () if weight is None else (weight[new],)
            model.partial_fit(select_rows(rows, new), label[new], *weights)
            learned = new.stop
        if learned:
            predicted[start:stop] = model.predict(select_rows(rows, slice(start, stop)))
    return predicted
