"""The contract of a confidence estimator, and a base class that keeps most of it for you.

A confidence estimator is an ordinary scikit-learn regressor of error size::

    est.fit(X, residual)     # residual: (n_samples,), signed, in error-scale units
    est.predict(X)           # (n_samples,), expected error >= 0, same units; lower is safer

``X`` is whatever describes a row; by convention the prediction itself is one of its columns,
``prediction``. A residual is prediction minus truth, made without having seen that row's truth.
Any regressor that behaves so can be used (to a type checker, a `ConfidenceLike`); deriving from
`ConfidenceEstimator` is the short way, and `qconf.checks.check_confidence_estimator` tells whether
it was done right.

A whole estimator, that trusts rows near the middle of the table:

>>> import numpy as np
>>> from qconf.base import ConfidenceEstimator
>>> class DistanceConfidence(ConfidenceEstimator):
...     def __init__(self, *, power=1.0):
...         self.power = power
...
...     def _fit(self, X, y):
...         self.centre_ = np.asarray(X, dtype=float).mean(axis=0)
...         distance = self._distance(X)
...         self.error_per_distance_ = np.abs(y).sum() / distance.sum()
...
...     def _predict(self, X):
...         return self.error_per_distance_ * self._distance(X)
...
...     def _distance(self, X):
...         return np.linalg.norm(np.asarray(X, dtype=float) - self.centre_, axis=1) ** self.power
>>> est = DistanceConfidence().fit([[0.0], [1.0], [2.0]], [-0.2, 0.0, 0.2])
>>> est.predict([[1.0], [3.0]])
array([0. , 0.4])

Five things are optional. Parameters ``time``, ``groups`` and ``target`` of ``fit`` ask for the
time, the group and the truth of each row of `fit`, where there are such; of rows that are scored no
truth is told. For a blend, ``signals(X)`` may say several numbers of each row, lower for smaller
errors, instead of one; and ``share(n)`` may return an unfitted estimator that does an n-th of the
work, because a blend averages n of them.

What an estimator cannot do, it says. A score that only ranks rows, whatever units the residuals
have, has ``in_error_units = False`` in its body. One that takes no texts, no categories or no
missing values says so as scikit-learn's do:

>>> class NumericDistanceConfidence(DistanceConfidence):
...     def __sklearn_tags__(self):
...         tags = super().__sklearn_tags__()
...         tags.input_tags.string = tags.input_tags.categorical = False
...         tags.input_tags.allow_nan = False
...         return tags

Name it in the metadata of your package, and ``qconf compare --estimators distance`` finds it::

    [project.entry-points."qconf.estimators"]
    distance = "your_package:DistanceConfidence"
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, ConfidenceLike, FloatArray, Table, TableLike
from qconf.core.all_or_nothing import all_or_nothing
from qconf.core.conventions import PREDICTION
from qconf.core.restored import require
from qconf.core.validation import (
    TakesTables,
    check_parameters,
    check_table,
    check_target,
    take_over_columns,
)
from qconf.encoding.encoded import Encoded, check_width
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.unseen import UnseenCodes, unseen_cells
from qconf.residuals.absurd_residuals import check_units, winsorised
from qconf.tables.numbers_in_text import warn_of_numbers_in_text

__all__ = ["PREDICTION", "ConfidenceEstimator", "ConfidenceLike", "OnlineConfidenceEstimator"]


class ConfidenceEstimator(TakesTables, RegressorMixin, BaseEstimator, ABC):
    """Base class of confidence estimators: validates, then calls ``_fit`` and ``_predict``.

    A subclass writes ``__init__`` (which only stores its parameters), ``_fit(X, y)`` and
    ``_predict(X)``. It gets a DataFrame of plain columns (`qconf.core.plain_columns`), or else a
    2-dimensional array, and may see missing values and strings.

    With ``averages_unseen = True`` in its body, rows with a level, or a gap, that was never seen
    in `fit` get the mean over what might stand there (`qconf.encoding.unseen`): for models that
    would take such a row for one of the safest. With ``winsorises = True`` ``_fit`` gets residuals
    of which a few absurd ones are cut to size (`qconf.residuals.absurd_residuals`): for models that
    learn squares.
    """

    averages_unseen: ClassVar[bool] = False
    winsorises: ClassVar[bool] = False
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {}

    @property
    def in_error_units(self) -> bool:
        """Whether residuals x 10 give expected errors x 10; False for scores that only rank."""
        return True

    def fit(self, X: TableLike, y: ArrayLike) -> Self:
        """Learn how large errors are.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            What describes a row; by convention with a column ``prediction``.
        y : array-like of shape (n_samples,)
            Signed residuals in error-scale units, each made without having seen its row's truth.

        Returns
        -------
        ConfidenceEstimator
            The fitted estimator itself.

        Raises
        ------
        ValueError
            If a parameter, the table or the residuals break their rule.
        """
        if self._parameter_constraints:
            check_parameters(self)
        table = self._checked_table(X, reset=True)
        table, residual = self._learned_from(table, check_target(self, y, len(table)))
        if self.winsorises:
            residual = winsorised(residual)
        check_units(residual)
        self._fit(table, residual)
        if self.averages_unseen:
            self._unseen_cells = unseen_cells(table, residual)
        return self

    def _learned_from(self, table: Any, residual: FloatArray) -> tuple[Any, FloatArray]:
        """Return the rows that are learned from: all of them, but where some are drawn."""
        return table, residual

    @property
    def takes_encoded(self) -> bool:
        """Whether ``fit`` and ``predict`` take an `Encoded` table, as all members of a blend may.

        ``_fit`` and ``_predict`` then get one too, made here of any other table.
        """
        return False

    @property
    def encoder_of_predict(self) -> TableEncoder | None:
        """By which `predict` takes an `Encoded` table; None if it takes none."""
        return getattr(self, "_encoder", None) if self.takes_encoded else None

    @property
    def _encodes(self) -> bool:
        """Whether tables that are not encoded yet are."""
        return self.takes_encoded

    def _checked_table(self, X: TableLike | Encoded, *, reset: bool) -> Any:
        """Check a table, and encode it if that is how this estimator reads it; once is enough."""
        if isinstance(X, Encoded):
            if reset:
                take_over_columns(self, X.encoder)
                self._encoder: TableEncoder | None = X.encoder
            else:
                check_width(self, X)
            return X
        if not reset:
            check_is_fitted(self)
        table = check_table(self, X, reset=reset)
        if reset:
            if isinstance(table, pd.DataFrame):
                warn_of_numbers_in_text(table)
            self._encoder = TableEncoder().fit_checked(table, self) if self._encodes else None
        encoder = getattr(self, "_encoder", None)
        return table if encoder is None else Encoded.of(table, encoder)

    def predict(self, X: TableLike) -> FloatArray:
        """Predict the expected error of each row.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            Expected error >= 0, in the units of the residuals; lower is more confident.
        """
        table = self._checked_table(X, reset=False)
        if self.averages_unseen:
            return self._unseen_cells.expected(self._not_negative, table)
        return self._not_negative(table)

    def _not_negative(self, table: Table) -> FloatArray:
        return np.maximum(self._predict(table), 0.0)

    def score(self, X: TableLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return minus the mean QLIKE loss of the squared expected errors; higher is better.

        QLIKE, residual² / expected² + log expected², is a proper score for a variance, and the
        one least bothered by the heavy tail of squared residuals (Patton 2011, Journal of
        Econometrics 160). It makes model selection with scikit-learn's tools meaningful.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Signed residuals.
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        float
            Higher is better; unbounded. Expected errors of zero count as the smallest float.
        """
        residual = check_target(self, y, len(np.asarray(y)))
        variance = np.maximum(self.predict(X) ** 2, np.finfo(np.float64).tiny)
        loss = residual**2 / variance + np.log(variance)
        weights = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        return -float(np.average(loss, weights=weights))

    def check_restored(self) -> None:
        """Check what comes from a file: cells are looked up by the codes of one encoder.

        Raises
        ------
        ValueError
        """
        cells = vars(self).get("_unseen_cells")
        if isinstance(cells, UnseenCodes):
            encoder = vars(self).get("_encoder")
            require(cells.stand_ins.encoder.codes_like(encoder), "stand-ins are of another encoder")

    @abstractmethod
    def _fit(self, X: Any, y: FloatArray) -> None:
        """Learn from a checked table and checked residuals."""

    @abstractmethod
    def _predict(self, X: Any) -> FloatArray:
        """Return expected errors of a checked table; negative ones become 0."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # R² of an error size against signed residuals is not what these are for.
        tags.regressor_tags.poor_score = True
        return tags


class OnlineConfidenceEstimator(ConfidenceEstimator):
    """Base class of confidence estimators that can go on learning.

    A subclass writes ``_start(X)``, which forgets everything and may look at what columns there
    are, ``_learn(X, y)`` and ``_predict(X)``. Rows that are refused must leave no trace: attributes
    are given back as they were if ``_start`` or ``_learn`` raises, but what they hold is not
    copied. So ``_learn`` either makes new arrays, or changes old ones last.
    """

    def fit(self, X: TableLike, y: ArrayLike) -> Self:
        """Forget everything, and learn how large errors are.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Signed residuals, each made without having seen its row's truth.

        Returns
        -------
        OnlineConfidenceEstimator
            The estimator itself.

        Raises
        ------
        ValueError
            If a parameter, the table or the residuals break their rule; what was learned before
            is kept.
        """
        with all_or_nothing(self):
            return super().fit(X, y)

    def partial_fit(self, X: TableLike, y: ArrayLike) -> Self:
        """Learn from more residuals, one after another; new levels are welcome.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Signed residuals, each made without having seen its row's truth.

        Returns
        -------
        OnlineConfidenceEstimator
            The estimator itself.

        Raises
        ------
        ValueError
            If a parameter, the table or the residuals break their rule; nothing is learned then,
            from any of these rows.
        """
        with all_or_nothing(self):
            self._learn(*self._checked(X, y))
        return self

    def _checked(self, X: TableLike, y: ArrayLike) -> tuple[Table, FloatArray]:
        """Check more rows, and start if they are the first."""
        if self._parameter_constraints:
            check_parameters(self)
        first = not self.__sklearn_is_fitted__()
        table = self._checked_table(X, reset=first)
        residual = check_target(self, y, len(table))
        if first:
            self._restart(table)
        return table, residual

    @property
    def _encodes(self) -> bool:
        # Levels that are to come are in no encoder.
        return False

    def _fit(self, X: Table, y: FloatArray) -> None:
        self._restart(X)
        self._learn(X, y)

    def _restart(self, X: Table) -> None:
        self._start(X)
        self._started = True

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_started")

    @abstractmethod
    def _start(self, X: Table) -> None:
        """Forget everything; rows like these will come."""

    @abstractmethod
    def _learn(self, X: Table, y: FloatArray) -> None:
        """Learn from more checked rows."""
