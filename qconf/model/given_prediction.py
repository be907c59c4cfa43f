"""Take predictions from a column of the table, where somebody else's model made them."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin

from qconf._types import FloatArray, IntArray, Table
from qconf.core.validation import TakesTables
from qconf.errors import OptionError, TableError
from qconf.model.shadow.prediction_shadow import MIN_ROWS, PredictionShadow
from qconf.tables.roles import role_column, role_numbers

__all__ = ["GivenPrediction", "given_prediction", "shadow_of"]

_PREFIX = "column:"


class GivenPrediction(TakesTables, RegressorMixin, BaseEstimator):
    """A valuation model that was fitted elsewhere, and of which there are only predictions.

    Parameters
    ----------
    column : str
        Name of the column that holds them. Of the rows of a fit they must have been made
        without having seen those rows' targets.
    """

    def __init__(self, column: str) -> None:
        self.column = column

    def fit(self, X: Table, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn nothing: the predictions are made."""
        self.predict(X)
        return self

    def predict(self, X: Table) -> FloatArray:
        """Return the column.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)

        Raises
        ------
        TableError
            If there is no such column, or a value is missing or no finite number.
        """
        column = role_column(X, "prediction", self.column)
        assert column is not None  # a name was given  # noqa: S101
        predicted = role_numbers(column, f"prediction {self.column!r}")
        missing = np.flatnonzero(np.isnan(predicted))
        if len(missing):
            msg = (
                f"The prediction {self.column!r} is missing in {len(missing)} of {len(predicted)} "
                f"rows, first in row {missing[0] + 1}: there is nothing to judge. Leave them out."
            )
            raise TableError(msg)
        return predicted


def given_prediction(regressor: Any, table: Table) -> GivenPrediction | None:
    """Read ``"column:NAME"`` as predictions that a table has; None for a model.

    Raises
    ------
    OptionError
        If it is another text.
    TableError
        If the table has no such column, or no names.
    """
    if not isinstance(regressor, str):
        return None
    name = regressor.removeprefix(_PREFIX)
    if name == regressor or not name:
        msg = (
            "The regressor must be a scikit-learn regressor, None, or 'column:NAME' for the column "
            f"that holds somebody else's predictions; got {regressor!r}."
        )
        raise OptionError(msg)
    if not isinstance(table, pd.DataFrame):
        msg = f"The regressor is {regressor!r}, but an array has no names; pass a DataFrame."
        raise TableError(msg)
    return GivenPrediction(name)


def shadow_of(
    features: pd.DataFrame,
    prediction: FloatArray,
    time: Any,
    groups: IntArray | None,
    random_state: int,
) -> PredictionShadow | None:
    """Fit a shadow of given predictions; None where there is nothing to fit it on.

    Parameters
    ----------
    features : DataFrame of shape (n_samples, n_features)
        Without the prediction and the time.
    prediction : ndarray of shape (n_samples,)
    time, groups : array-like of shape (n_samples,) or None
        With a time the level of predictions is followed, so that they may go with the market.
    random_state : int

    Returns
    -------
    PredictionShadow or None
    """
    if features.shape[1] == 0 or len(features) < MIN_ROWS or np.ptp(prediction) == 0:
        return None
    shadow = PredictionShadow(random_state=random_state)
    return shadow.fit(features, prediction, groups=groups, time=time)
