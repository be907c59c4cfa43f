"""A valuation model and its confidence, as one regressor."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar, Literal, Self, overload

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, FloatArray, RandomState, Table, TableLike
from qconf._validation import (
    HasMethods,
    Interval,
    StrOptions,
    TakesTables,
    check_enough_rows,
    check_parameters,
    check_table,
    check_target,
    select_rows,
)
from qconf.base import PREDICTION
from qconf.crossfit import out_of_sample
from qconf.error_scale import ERROR_SCALES, ErrorScale, error_scale
from qconf.errors import TableError, did_you_mean
from qconf.learners.seeding import draw_seed, random_source, with_seed
from qconf.registry import make_estimator
from qconf.schedules import schedule
from qconf.tables.columns import time_values
from qconf.valuation import default_valuation_model

__all__ = ["ConfidentRegressor"]


class ConfidentRegressor(TakesTables, RegressorMixin, BaseEstimator):
    """A regressor that also says how wrong each of its predictions is likely to be.

    `fit` makes out-of-sample residuals by fitting the valuation model on parts of the rows, fits
    the confidence estimator on those residuals, and then the valuation model on all rows.

    Parameters
    ----------
    regressor : regressor, default=None
        The valuation model. None is boosted trees, on the logarithm of the target unless the
        error is absolute.
    confidence : str or confidence estimator, default="blend"
        A registered name or an estimator; it sees the features and the column ``prediction``.
    error : {"relative", "log", "absolute"}, default="relative"
        The error scale. The relative and the log scale need targets > 0.
    cv : int, default=5
        How many parts the rows are cut into, at least 2.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    regressor_ : regressor
        The valuation model, fitted on all rows.
    confidence_ : estimator
        The fitted confidence estimator.
    residual_ : ndarray of shape (n_samples,)
        Out-of-sample residuals of the rows of `fit`, in error-scale units; not a number for the
        first rows in time, which nothing comes before.
    time_name_ : str or None
        The column that the confidence estimator does not see.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=(2000, 1))
    >>> y = np.exp(x[:, 0] + rng.normal(scale=np.where(x[:, 0] < 0.5, 0.05, 0.1)))
    >>> model = ConfidentRegressor(confidence="residual", random_state=0).fit(x, y)
    >>> easy = x[:, 0] < 0.5
    >>> [round(float(model.predict_error(part).mean()), 2) for part in (x[easy], x[~easy])]
    [0.05, 0.1]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "regressor": [HasMethods(["fit", "predict"]), None],
        "confidence": [str, HasMethods(["fit", "predict"])],
        "error": [StrOptions(set(ERROR_SCALES))],
        "cv": [Interval(Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        regressor: RegressorMixin | None = None,
        confidence: str | RegressorMixin = "blend",
        *,
        error: str = "relative",
        cv: int = 5,
        random_state: RandomState = None,
    ) -> None:
        self.regressor = regressor
        self.confidence = confidence
        self.error = error
        self.cv = cv
        self.random_state = random_state

    def fit(
        self,
        X: TableLike,
        y: ArrayLike,
        *,
        time: str | ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Fit the valuation model, and the confidence estimator on its residuals.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        time : str or array-like of shape (n_samples,), default=None
            If given, residuals are made forward in time: each from earlier rows only. The name of
            a column of `X` keeps that column from the confidence estimator, which would have to
            go beyond the times it knows; the valuation model sees it, to follow the market.
        groups : array-like of shape (n_samples,), default=None
            Rows of a group are never on both sides when residuals are made.

        Returns
        -------
        ConfidentRegressor

        Raises
        ------
        ValueError
            If a parameter, the table or the target breaks its rule.
        """
        check_parameters(self)
        scale = error_scale(self.error)
        table = check_table(self, X, reset=True)
        target = check_target(self, y, len(table))
        check_enough_rows(self, len(target), 2 * self.cv)
        if scale.needs_positive and target.min() <= 0:
            msg = f"The {scale.name} error needs targets > 0, got {target.min():g}."
            raise ValueError(msg)
        rng = random_source(self.random_state)
        seed = draw_seed(rng)
        unfitted = with_seed(self._unfitted_regressor(scale), rng)
        self.time_name_ = time if isinstance(time, str) else None
        plan = schedule(
            len(target),
            folds=self.cv,
            time=_moments(table, time),
            group=groups,
            random_state=seed,
        )
        prediction = np.full(len(target), np.nan)
        made = out_of_sample(unfitted, table, target, plan.residual_fits)
        for fit, parts in zip(plan.residual_fits, made, strict=True):
            prediction[fit.held_out[0]] = parts[0]
        self.residual_: FloatArray = scale.residual(prediction, target)
        known = np.flatnonzero(np.isfinite(prediction))
        described = self._described(select_rows(table, known), prediction[known])
        self.confidence_ = with_seed(self._unfitted_confidence(), rng)
        self.confidence_.fit(described, self.residual_[known])
        self.regressor_ = clone(unfitted).fit(table, target)
        return self

    @overload
    def predict(self, X: TableLike, return_std: Literal[False] = False) -> FloatArray: ...

    @overload
    def predict(self, X: TableLike, return_std: Literal[True]) -> tuple[FloatArray, FloatArray]: ...

    def predict(
        self, X: TableLike, return_std: bool = False
    ) -> FloatArray | tuple[FloatArray, FloatArray]:
        """Predict the target, and on request how far off that is likely to be.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        return_std : bool, default=False
            Also return the expected error in the units of the target, as scikit-learn's
            regressors with this option do. `predict_error` gives it in error-scale units.

        Returns
        -------
        prediction : ndarray of shape (n_samples,)
        std : ndarray of shape (n_samples,)
            Only with `return_std`; >= 0, lower is more confident.
        """
        check_is_fitted(self)
        table = check_table(self, X, reset=False)
        prediction: FloatArray = np.asarray(self.regressor_.predict(table), dtype=np.float64)
        if not return_std:
            return prediction
        expected = self._expected_error(table, prediction)
        return prediction, error_scale(self.error).spread(expected, prediction)

    def predict_error(self, X: TableLike) -> FloatArray:
        """Predict the expected error of each row.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            Expected error >= 0, in error-scale units; lower is more confident.
        """
        check_is_fitted(self)
        table = check_table(self, X, reset=False)
        return self._expected_error(table, np.asarray(self.regressor_.predict(table)))

    def _expected_error(self, table: Table, prediction: FloatArray) -> FloatArray:
        expected: FloatArray = self.confidence_.predict(self._described(table, prediction))
        return expected

    def _described(self, table: Table, prediction: FloatArray) -> Table:
        """Put the prediction beside the features, as the confidence estimator sees them."""
        if isinstance(table, pd.DataFrame):
            hidden = [] if self.time_name_ is None else [self.time_name_]
            # scikit-learn wants either all names to be strings or none of them.
            features = table.drop(columns=hidden).rename(columns=str)
            return features.assign(**{PREDICTION: prediction})
        return np.column_stack([table, prediction])

    def _unfitted_regressor(self, scale: ErrorScale) -> Any:
        return default_valuation_model(scale) if self.regressor is None else clone(self.regressor)

    def _unfitted_confidence(self) -> Any:
        if isinstance(self.confidence, str):
            return make_estimator(self.confidence)
        return clone(self.confidence)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = self.error != "absolute"
        return tags


def _moments(table: Table, time: str | ArrayLike | None) -> Any:
    if time is None:
        return None
    if not isinstance(time, str):
        return time_values(pd.Series(np.asarray(time)), "time")
    if not isinstance(table, pd.DataFrame) or time not in table:
        known = table.columns if isinstance(table, pd.DataFrame) else ["(an array has no names)"]
        msg = f"The table has no time column {time!r}. {did_you_mean(time, known)}"
        raise TableError(msg)
    return time_values(table[time], "time")
