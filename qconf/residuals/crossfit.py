"""Make out-of-sample predictions along a schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils.validation import has_fit_parameter

from qconf._types import FloatArray, Table, TableT
from qconf.core.spreading import each
from qconf.core.validation import check_column, select_rows
from qconf.encoding.encoded import takes_encoded
from qconf.errors import TableError
from qconf.residuals.schedules import Fit, Round, Schedule

__all__ = [
    "HeldOutModel",
    "fit_confidence",
    "held_out_models",
    "histories",
    "out_of_sample",
    "scored_predictions",
    "wanted",
    "with_values",
]


@dataclass(frozen=True, eq=False)
class HeldOutModel:
    """A valuation model that was fitted on some of the rows.

    Attributes
    ----------
    fitted : regressor
    columns : list or None
        Those that had a value in its rows; None for arrays.
    """

    fitted: Any
    columns: list[Any] | None

    @classmethod
    def of(cls, model: Any, X: Table, y: FloatArray, fit: Fit) -> Self:
        """Fit a clone of a model on the rows of a fit.

        Raises
        ------
        TableError
            If it has none.
        """
        if len(fit.train) == 0:
            msg = (
                "Nothing is left to fit a valuation model on: two shuffled folds leave none for "
                "it (ask for at least 3 folds), nor do groups that are in every block."
            )
            raise TableError(msg)
        known = with_values(select_rows(X, fit.train))
        columns = list(known.columns) if isinstance(known, pd.DataFrame) else None
        return cls(clone(model).fit(known, y[fit.train]), columns)

    def predict(self, table: Table) -> FloatArray:
        """Predict rows that it has not seen.

        Raises
        ------
        TableError
            If a prediction is not a finite number.
        """
        same = table[self.columns] if isinstance(table, pd.DataFrame) else table
        return check_column("prediction", self.fitted.predict(same), len(table))


def held_out_models(
    model: Any, X: Table, y: FloatArray, fits: tuple[Fit, ...]
) -> list[HeldOutModel]:
    """Fit a clone of a model for each fit, for rows that are not in memory.

    Parameters
    ----------
    model, X, y, fits
        As of `out_of_sample`.
    """
    fitted = partial(HeldOutModel.of, model, X, y)
    return list(each(fitted, fits, len(y), ours=_is_ours(model)))


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

    def predicted(fit: Fit) -> tuple[FloatArray, ...]:
        fitted = HeldOutModel.of(model, X, y, fit)
        return tuple(fitted.predict(select_rows(X, rows)) for rows in fit.held_out)

    predictions = []
    for blocks in each(predicted, fits, len(y), ours=_is_ours(model)):
        predictions.append(blocks)
        done()
    return predictions


def _is_ours(model: Any) -> bool:
    """Tell our own trees, also where something of the target is learned by them."""
    return takes_encoded(getattr(model, "regressor", model))


def wanted(estimator: Any, columns: Iterable[Any]) -> list[Any]:
    """List the columns that an estimator asks for by name, even if they have no value.

    Parameters
    ----------
    estimator : estimator
        Asks by a method ``wanted_columns``.
    columns : iterable of str
        Those that there are.
    """
    asks = getattr(estimator, "wanted_columns", None)
    return [] if asks is None else list(asks(list(columns)))


def with_values(table: TableT, keep: Iterable[Any] = ()) -> TableT:
    """Leave out columns that are missing in every row.

    What a fit may see decides that, not the whole table: a column that begins later is not there
    yet.

    Parameters
    ----------
    table : DataFrame or ndarray of shape (n_rows, n_features)
    keep : iterable of str, default=()
        Columns that somebody asks for by name, who knows what to do if they are missing.

    Returns
    -------
    DataFrame or ndarray
        Arrays, whose columns go by position, are left as they are.

    Raises
    ------
    TableError
        If no column is left.
    """
    if not isinstance(table, pd.DataFrame):
        return table
    empty = [i for i in range(table.shape[1]) if table.iloc[:, i].isna().all()]
    if len(empty) == table.shape[1]:
        msg = f"Every feature is missing in the {len(table)} rows that a model may learn from."
        raise TableError(msg)
    unused = [name for name in table.columns[empty] if name not in set(keep)]
    return table.drop(columns=unused) if unused else table


def histories(
    plan: Schedule,
    predictions: list[tuple[FloatArray, ...]] | None,
    given: FloatArray | None = None,
) -> Iterator[tuple[Round, FloatArray]]:
    """Put together, for each round, the predictions that it may use.

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


def scored_predictions(
    plan: Schedule,
    predictions: list[tuple[FloatArray, ...]] | None,
    given: FloatArray | None = None,
) -> FloatArray:
    """Return the predictions that are scored; rows of no round are not a number.

    Parameters
    ----------
    plan, predictions, given
        As for `histories`.

    Returns
    -------
    ndarray of shape (n_rows,)
    """
    scored = np.full(plan.n_rows, np.nan)
    for one, prediction in histories(plan, predictions, given):
        scored[one.scored] = prediction[one.scored]
    return scored


def fit_confidence(
    estimator: Any,
    X: Table,
    residual: FloatArray,
    time: Any = None,
    groups: Any = None,
    target: Any = None,
) -> Any:
    """Fit a confidence estimator, and tell it time, group and truth of each row if it asks.

    Parameters
    ----------
    estimator : confidence estimator
        Asks by a parameter ``time``, ``groups`` or ``target`` of its method ``fit``.
    X : DataFrame or ndarray of shape (n_samples, n_features)
    residual : ndarray of shape (n_samples,)
    time, groups, target : array-like of shape (n_samples,), default=None

    Returns
    -------
    estimator
        The same object, fitted.
    """
    told = {"time": time, "groups": groups, "target": target}
    asked = {
        role: values
        for role, values in told.items()
        if values is not None and has_fit_parameter(estimator, role)
    }
    return estimator.fit(X, residual, **asked)
