"""Learn the logarithm of a target that is above zero."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, FloatArray, RegressorLike, TableLike
from qconf.core.validation import TakesTables
from qconf.encoding.encoded import takes_encoded
from qconf.encoding.encoder import TableEncoder

__all__ = ["LogTargetRegressor"]


class LogTargetRegressor(TakesTables, RegressorMixin, BaseEstimator):
    """Fit a regressor on the logarithm of the target, and take predictions back.

    As scikit-learn's ``TransformedTargetRegressor`` with ``log`` and ``exp``, which a file could
    only keep by the names of two functions.

    Parameters
    ----------
    regressor : regressor

    Attributes
    ----------
    regressor_ : regressor
        Fitted on logarithms.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> model = LogTargetRegressor(LinearRegression()).fit([[0.0], [1.0]], np.exp([1.0, 3.0]))
    >>> np.log(model.predict([[2.0]])).round(6)
    array([5.])
    """

    def __init__(self, regressor: RegressorLike) -> None:
        self.regressor = regressor

    @property
    def takes_encoded(self) -> bool:
        """Whether the regressor does."""
        return takes_encoded(self.regressor)

    @property
    def takes_streams(self) -> bool:
        """Whether the regressor learns from rows that are streamed."""
        return bool(getattr(self.regressor, "takes_streams", False))

    @property
    def encoder_(self) -> TableEncoder:
        """That of the regressor, if it takes encoded tables."""
        encoder: TableEncoder = self.regressor_.encoder_
        return encoder

    def fit(self, X: TableLike, y: ArrayLike) -> Self:
        """Fit the regressor.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Greater than 0.

        Returns
        -------
        LogTargetRegressor
        """
        self.regressor_: Any = clone(self.regressor).fit(X, np.log(y))
        return self

    def predict(self, X: TableLike) -> FloatArray:
        """Predict the target.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            > 0.
        """
        check_is_fitted(self)
        predicted: FloatArray = np.exp(self.regressor_.predict(X))
        return predicted
