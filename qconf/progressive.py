"""Progressive validation: every prediction is made before any model has seen its label.

Blum, Kalai & Langford (1999, "Beating the hold-out", COLT); also called prequential, or test then
train. It needs no folds: each row is predicted by a model that has seen all that could be known
at that time, and nothing else.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from qconf._types import ArrayLike, FloatArray, TableLike
from qconf._validation import check_column, check_weights, select_rows
from qconf.errors import OptionError, TableError

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
        When each row is predicted: numbers or dates. Rows of equal time are all predicted before
        any of their labels is learned. None: rows come one after another, as they stand.
    delay : number or timedelta, default=None
        A label arrives only that much later: a row at time t is predicted from the labels of rows
        with time + delay < t. Without `time`, a number of rows.
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
        If times are missing, or their number is not that of the rows.
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
    table = X if isinstance(X, pd.DataFrame) else np.asarray(X)
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
    delay : number or timedelta, default=None

    Returns
    -------
    order : ndarray of shape (n_rows,)
        Positions of the rows in the order of time; rows of equal time as they stood.
    known : ndarray of shape (n_rows,)
        In that order: how many labels, from the first on, have arrived before the row's time.

    Examples
    --------
    >>> order, known = known_rows(4, time=[3, 1, 1, 2])
    >>> order.tolist(), known.tolist()
    ([1, 2, 3, 0], [0, 0, 2, 3])
    """
    moment = np.arange(n_rows) if time is None else _moments(time)
    if moment.shape != (n_rows,):
        msg = f"The times must have shape ({n_rows},), one a row; got shape {moment.shape}."
        raise TableError(msg)
    if moment.dtype.kind not in "iufM":
        msg = (
            f"The times must be numbers or dates, got values of type {moment.dtype}; "
            "pandas.to_datetime turns text into dates."
        )
        raise TableError(msg)
    missing = int(np.isnat(moment).sum() if moment.dtype.kind == "M" else np.isnan(moment).sum())
    if missing:
        msg = f"The times must be known; {missing} of {n_rows} are missing."
        raise TableError(msg)
    order = np.argsort(moment, kind="stable")
    ordered = moment[order]
    arrival = ordered if delay is None else ordered + _checked_delay(delay, moment)
    return order, np.searchsorted(arrival, ordered, side="left").astype(np.int64)


def _moments(time: ArrayLike) -> NDArray[Any]:
    """Return times as numbers or as dates of one time zone."""
    dtype = getattr(time, "dtype", None)
    if not isinstance(dtype, pd.DatetimeTZDtype | pd.PeriodDtype):
        return np.asarray(time)
    dated: Any = pd.Series(time)
    if isinstance(dtype, pd.PeriodDtype):
        return np.asarray(dated.dt.to_timestamp())
    return np.asarray(dated.dt.tz_convert("UTC").dt.tz_localize(None))


def _checked_delay(delay: Any, moment: NDArray[Any]) -> Any:
    dated = moment.dtype.kind == "M"
    try:
        amount = np.timedelta64(delay) if dated else float(delay)
    except (TypeError, ValueError):
        kind = "a timedelta, as the times are dates" if dated else "a number, as the times are"
        msg = f"The delay must be {kind}; got {delay!r}."
        raise OptionError(msg) from None
    if not amount >= (np.timedelta64(0) if dated else 0):
        msg = f"The delay must not be negative, got {delay!r}."
        raise OptionError(msg)
    return amount


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
