"""Fit a linear regression row by row, as a scikit-learn estimator."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Self, get_args

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, FloatArray, Link, RandomState, TableLike
from qconf.core.all_or_nothing import all_or_nothing
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import (
    Interval,
    StrOptions,
    TakesTables,
    check_parameters,
    check_table,
    check_target,
    check_weights,
    take_over_columns,
)
from qconf.encoding.columns import as_frame
from qconf.encoding.encoded import Encoded, check_width
from qconf.errors import OptionError, TableError
from qconf.learners.online.coordinates import ActiveCoordinates, Columns
from qconf.learners.online.count_rates import CountRates, Rows
from qconf.learners.online.progressive_pass import PredictsProgressively

__all__ = ["OnlineLinearRegressor"]


class OnlineLinearRegressor(PredictsProgressively, TakesTables, RegressorMixin, BaseEstimator):
    """Linear regression in one pass, with learning rates that are decided by counts.

    Each level of a category and each number has a weight, and a count n_j of how much of it was
    seen. With P_j = 1 / (prior_count + n_j), a row of weight s that is wrong by e changes

        w_j += s e x_j P_j / (1 + s sum_k x_k² P_k),    n_j += s x_j²,

    a Kalman filter whose coordinates are taken to be independent. There is no learning rate to
    tune, and no row can overshoot. With one categorical feature and without intercept the
    prediction *is* the shrunken mean, sum(y) / (prior_count + n); with intercept, it is shrunk
    toward the running mean of all rows; with the log link it is the shrunken mean again, toward
    the mean of all rows: (prior_count * mean(y) + sum(y)) / (prior_count + n). Rows are learned in
    the order they come.

    Parameters
    ----------
    prior_count : float, default=1.0
        How many rows the starting value of a weight counts for; greater than 0.
    n_bootstrap : int, default=0
        Bootstrap replicates to learn beside the model: each learns each row a Poisson(1) number
        of times (Oza & Russell 2001). Costs memory for two numbers a coordinate and replicate.
    bins : int or None, default=None
        Cut numbers into so many bins, decided by the first rows, and take these as levels: then
        the model is additive instead of linear. None: linear in the number, held against mean
        and standard deviation of those before it.
    link : {"identity", "log"}, default="identity"
        Whether effects add up, or multiply: that is for targets that are never negative, and
        needs `bins` if there are numbers, and the intercept.
    fit_intercept : bool, default=True
        Learn deviations from the running mean of the target.
    random_state : int, RandomState instance or None, default=None
        Seeds the bootstrap.

    Attributes
    ----------
    n_coordinates_ : int
        Coordinates in use: levels seen, and two for each number (itself, and that it is missing).
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the first table had column names.

    Examples
    --------
    >>> model = OnlineLinearRegressor(fit_intercept=False)
    >>> zip_codes = [["a"], ["a"], ["b"]]
    >>> model.partial_fit(zip_codes, [1.0, 2.0, 4.0]).predict([["a"], ["b"], ["never seen"]])
    array([1., 2., 0.])
    >>> model.partial_fit([["b"]], [5.0]).predict([["b"]])
    array([3.])
    """

    takes_encoded: ClassVar[bool] = True
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "prior_count": [Interval(Real, 0, None, closed="neither")],
        "n_bootstrap": [Interval(Integral, 0, None, closed="left")],
        "bins": [None, Interval(Integral, 2, None, closed="left")],
        "link": [StrOptions(set(get_args(Link)))],
        "fit_intercept": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        *,
        prior_count: float = 1.0,
        n_bootstrap: int = 0,
        bins: int | None = None,
        link: Link = "identity",
        fit_intercept: bool = True,
        random_state: RandomState = None,
    ) -> None:
        self.prior_count = prior_count
        self.n_bootstrap = n_bootstrap
        self.bins = bins
        self.link = link
        self.fit_intercept = fit_intercept
        self.random_state = random_state

    def fit(self, X: TableLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Forget everything, and learn from rows in one pass.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            May have missing values, strings and categories.
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,), default=None
            >= 0.

        Returns
        -------
        OnlineLinearRegressor

        Raises
        ------
        ValueError
            If a parameter, the table, the target or the weights break their rule; what was learned
            before is kept.
        """
        if sample_weight is not None and not np.asarray(sample_weight).any():
            msg = "Sample weights must contain at least one non-zero number; all are zero."
            raise ValueError(msg)
        with all_or_nothing(self):
            self._forget()
            return self.partial_fit(X, y, sample_weight)

    def partial_fit(
        self, X: TableLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Learn from more rows, one after another.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        OnlineLinearRegressor

        Raises
        ------
        ValueError
            The same as `fit`; nothing is learned then, from any of these rows.
        """
        with all_or_nothing(self):
            rows = self._rows_to_learn(*self._checked(X, y, sample_weight))
        for model in self._models():
            model.learn(rows)
        return self

    def predict(self, X: TableLike) -> FloatArray:
        """Predict rows.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        rows = self._known_rows(X)
        return self._model.predict(rows)[:, 0]

    def predict_replicates(self, X: TableLike) -> FloatArray:
        """Predict rows by each bootstrap replicate.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_bootstrap)

        Raises
        ------
        OptionError
            If there are no replicates.
        """
        rows = self._known_rows(X)
        if self._replicates is None:
            msg = "There are no replicates: make the model with n_bootstrap >= 1."
            raise OptionError(msg)
        return self._replicates.predict(rows)

    def check_restored(self) -> None:
        """Check what comes from a file: there are weights for all coordinates.

        Raises
        ------
        ValueError
        """
        if self.__sklearn_is_fitted__():
            for model in self._models():
                model.check_restored(self._active.n_coordinates)

    def _forget(self) -> None:
        for name in ("_active", "_model", "_replicates"):
            if hasattr(self, name):
                delattr(self, name)

    def _models(self) -> list[CountRates]:
        return [self._model] if self._replicates is None else [self._model, self._replicates]

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    @property
    def n_coordinates_(self) -> int:
        """Coordinates in use."""
        check_is_fitted(self)
        return self._active.n_coordinates

    def _checked(
        self, X: TableLike, y: ArrayLike, sample_weight: ArrayLike | None
    ) -> tuple[Columns, FloatArray, FloatArray]:
        check_parameters(self)
        table = self._columns(X, reset=not self.__sklearn_is_fitted__())
        target = check_target(self, y, len(table))
        return table, target, check_weights(sample_weight, len(table))

    def _columns(self, X: TableLike | Encoded, *, reset: bool) -> Columns:
        """Check a table, unless it is encoded and so was checked."""
        if not isinstance(X, Encoded):
            return as_frame(check_table(self, X, reset=reset))
        if reset:
            take_over_columns(self, X.encoder)
        else:
            check_width(self, X)
        return X

    def _rows_to_learn(
        self, frame: Columns, target: FloatArray, weight: FloatArray, cut_by: int | None = None
    ) -> Rows:
        """Read rows, and only when all of them are read, make room for what is new."""
        first = not self.__sklearn_is_fitted__()
        active = ActiveCoordinates(frame, self.bins, cut_by) if first else self._active
        if self.link == "log":
            self._check_log_link(active, target)
        reading = active.read(frame)
        if first:
            self._start(active)
        # Room first: no coordinate is ever looked up in arrays that are too short for it.
        for model in self._models():
            model.grow(reading.n_coordinates)
        active.accept(reading)
        # A target that pandas lets nobody write to would have all loops compiled once more.
        target = np.require(target, requirements=["C", "W"])
        return Rows(reading.coordinates, reading.values, target, weight)

    def _check_log_link(self, active: ActiveCoordinates, target: FloatArray) -> None:
        if active.numbers:
            msg = (
                f"The log link takes levels only, and there are {len(active.numbers)} columns of "
                "numbers: cut them with bins=32, or give codes as strings."
            )
            raise OptionError(msg)
        if not self.fit_intercept:
            msg = "The log link multiplies the running mean: it needs fit_intercept=True."
            raise OptionError(msg)
        if (target < 0).any():
            negative = int((target < 0).sum())
            msg = f"The log link needs targets >= 0; {negative} of {len(target)} are negative."
            raise TableError(msg)

    def _start(self, active: ActiveCoordinates) -> None:
        self._active = active
        rng = random_source(self.random_state)
        common: dict[str, Any] = {
            "prior_count": self.prior_count,
            "centre": self.fit_intercept,
            "multiply": self.link == "log",
            # Targets of any size, and any offset.
            "precision": np.float64,
        }
        self._model = CountRates(0, **common)
        self._replicates = None
        if self.n_bootstrap:
            seed = draw_seed(rng)
            self._replicates = CountRates(0, replicates=self.n_bootstrap, seed=seed, **common)

    def _known_rows(self, X: TableLike) -> Rows:
        check_is_fitted(self)
        coordinates, values = self._active.find(self._columns(X, reset=False))
        nothing = np.empty(0)
        return Rows(coordinates, values, nothing, nothing)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # One pass over a few rows is not yet a good fit.
        tags.regressor_tags.poor_score = True
        return tags
