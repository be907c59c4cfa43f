"""Predictions of rows that their model has not seen, along a schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import has_fit_parameter

from qconf._types import FloatArray, Table
from qconf._validation import check_column, select_rows
from qconf.errors import TableError
from qconf.schedules import Fit, Round, Schedule

__all__ = ["fit_confidence", "histories", "out_of_sample"]


def out_of_sample(
    model: Any,
    X: Table,
    y: FloatArray,
    fits: tuple[Fit, ...],
    done: Callable[[], None] = lambda: None,
) -> list[tuple[FloatArray, ...]]:
    """Fit a clone of a model for each fit, and predict what it holds out.

    Parameters
    ----------
    model : regressor
    X : DataFrame or ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    fits : tuple of Fit
    done : callable, optional
        Called after each fit.

    Returns
    -------
    list of tuple of ndarray
        For each fit, the predictions of each of its held-out blocks.

    Raises
    ------
    TableError
        If a fit has no rows to train on, or a prediction is not a finite number.
    """
    predictions = []
    for fit in fits:
        if len(fit.train) == 0:
            msg = (
                "Nothing is left to fit a valuation model on: two shuffled folds leave none for "
                "it (ask for at least 3 folds), nor do groups that are in every block."
            )
            raise TableError(msg)
        fitted = clone(model).fit(select_rows(X, fit.train), y[fit.train])
        predictions.append(
            tuple(
                check_column("prediction", fitted.predict(select_rows(X, rows)), len(rows))
                for rows in fit.held_out
            )
        )
        done()
    return predictions


def histories(
    plan: Schedule,
    predictions: list[tuple[FloatArray, ...]] | None,
    given: FloatArray | None = None,
) -> Iterator[tuple[Round, FloatArray]]:
    """For each round, put together the predictions it may use.

    Parameters
    ----------
    plan : Schedule
    predictions : list of tuple of ndarray or None
        From `out_of_sample`; None if predictions are given.
    given : ndarray of shape (n_rows,), default=None
        Predictions of all rows, each made without having seen its row's target.

    Yields
    ------
    tuple of (Round, ndarray of shape (n_rows,))
        The predictions of the rows in `seen` and `scored`; all others are not a number, so that
        a slip shows.
    """
    for one in plan.rounds:
        prediction = np.full(plan.n_rows, np.nan)
        if predictions is None:
            prediction[:] = given
        else:
            for fit, block in (*one.history, one.scored_by):
                prediction[plan.fits[fit].held_out[block]] = predictions[fit][block]
        forbidden = np.ones(plan.n_rows, dtype=bool)
        forbidden[one.seen] = forbidden[one.scored] = False
        prediction[forbidden] = np.nan
        yield one, prediction


def fit_confidence(estimator: Any, X: Table, residual: FloatArray, time: Any = None) -> Any:
    """Fit a confidence estimator, and tell it the time of each row if it asks for that.

    Parameters
    ----------
    estimator : confidence estimator
        Asks by a parameter ``time`` of its method ``fit``.
    X : DataFrame or ndarray of shape (n_samples, n_features)
    residual : ndarray of shape (n_samples,)
    time : array-like of shape (n_samples,), default=None

    Returns
    -------
    estimator
        The same object, fitted.
    """
    if time is None or not has_fit_parameter(estimator, "time"):
        return estimator.fit(X, residual)
    return estimator.fit(X, residual, time=time)
