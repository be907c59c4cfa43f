"""Predict error size by a forest whose leaves keep the residuals of their rows."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from qconf._types import FloatArray, RandomState, Table, TableLike
from qconf.base import ConfidenceEstimator
from qconf.core.validation import Interval
from qconf.learners.trees.error_forest import ErrorForest

__all__ = ["ForestConfidence"]


class ForestConfidence(ConfidenceEstimator):
    """Expect the errors of the training rows that a row shares leaves with.

    `ErrorForest` grows extremely randomised trees on the sign, the size and the log size of the
    residual at once. The expected error is the root of the mean squared residual of rows in the
    same leaves, every tree with the same weight.

    Parameters
    ----------
    n_estimators : int, default=100
        Number of trees.
    min_samples_leaf : int, default=3
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    forest_ : ErrorForest

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=(2000, 1))
    >>> residual = rng.normal(scale=np.where(x[:, 0] < 0.5, 0.05, 0.10))
    >>> est = ForestConfidence(random_state=0).fit(x, residual)
    >>> easy = x[:, 0] < 0.5
    >>> [round(float(est.predict(part).mean()), 2) for part in (x[easy], x[~easy])]
    [0.05, 0.1]
    """

    averages_unseen: ClassVar[bool] = True
    winsorises: ClassVar[bool] = True
    takes_encoded = True
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "min_samples_leaf": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_estimators: int = 100,
        *,
        min_samples_leaf: int = 3,
        random_state: RandomState = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.random_state = random_state

    def signals(self, X: TableLike) -> FloatArray:
        """Say more than one number of each row, for a blend.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, 2)
            The expected error, and the standard deviation of the trees' mean residuals: both in
            the units of the residuals, >= 0, lower is more confident.
        """
        check_is_fitted(self)
        return self._unseen_cells.signals(self._signals, self._checked_table(X, reset=False))

    def _signals(self, X: Table) -> FloatArray:
        return np.sqrt(np.column_stack(self.forest_.moments(X)))

    def share(self, n: int) -> Self:
        """Make an unfitted forest for one of `n` folds of a blend; all have as many trees as this.

        Parameters
        ----------
        n : int
            At least 2.

        Returns
        -------
        ForestConfidence
        """
        fewer: Self = clone(self).set_params(n_estimators=max(1, round(self.n_estimators / n)))
        return fewer

    def _fit(self, X: Table, y: FloatArray) -> None:
        self.forest_ = ErrorForest(
            n_estimators=self.n_estimators,
            min_samples_leaf=self.min_samples_leaf,
            random_state=self.random_state,
        ).fit(X, y)

    def _predict(self, X: Table) -> FloatArray:
        return np.sqrt(self.forest_.moments(X)[0])
