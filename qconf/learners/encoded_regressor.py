"""Fit a regressor of scikit-learn on a table of any columns."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin, clone

from qconf._types import ArrayLike, FloatArray, RegressorLike, TableLike
from qconf.core.validation import TakesTables, check_target
from qconf.encoding.encoded import Encoded, encode
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.linear_design import LinearDesign

__all__ = ["EncodedRegressor"]


class EncodedRegressor(TakesTables, RegressorMixin, BaseEstimator):
    """Fit a regressor on the encoded columns of a table, or on their linear design.

    Parameters
    ----------
    regressor : regressor
        Of numbers: with gaps (NaN) and codes of levels, unless there is a design.
    max_levels : int or None, default=None
        How many indicator columns a category gets at most in a linear design, in which gaps are
        filled and numbers standardised (`LinearDesign`). None leaves the encoded columns as
        they are, as trees take them.

    Attributes
    ----------
    regressor_ : regressor
    design_ : LinearDesign or None
    encoder_ : TableEncoder
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import LinearRegression
    >>> homes = pd.DataFrame({"zone": ["a", "b", "a", "b"], "rooms": [1.0, 1.0, 2.0, 2.0]})
    >>> model = EncodedRegressor(LinearRegression(), max_levels=30).fit(homes, [1, 5, 2, 6])
    >>> model.predict(homes).round(6)
    array([1., 5., 2., 6.])
    """

    takes_encoded: ClassVar[bool] = True
    encoder_: TableEncoder
    n_features_in_: int

    def __init__(self, regressor: RegressorLike, *, max_levels: int | None = None) -> None:
        self.regressor = regressor
        self.max_levels = max_levels

    def fit(self, X: TableLike | Encoded, y: ArrayLike) -> Self:
        """Fit the regressor.

        Parameters
        ----------
        X : DataFrame, array-like or Encoded of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)

        Returns
        -------
        EncodedRegressor
        """
        matrix = encode(self, X, reset=True).matrix
        target = check_target(self, y, len(matrix))
        self.design_: LinearDesign | None = None
        if self.max_levels is not None:
            self.design_ = LinearDesign(self.encoder_.is_categorical_, self.max_levels).fit(matrix)
        self.regressor_: Any = clone(self.regressor).fit(self._inputs(matrix), target)
        return self

    def predict(self, X: TableLike | Encoded) -> FloatArray:
        """Predict the target.

        Parameters
        ----------
        X : DataFrame, array-like or Encoded of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        matrix = encode(self, X, reset=False).matrix
        return np.asarray(self.regressor_.predict(self._inputs(matrix)), dtype=np.float64)

    def _inputs(self, matrix: FloatArray) -> FloatArray:
        return matrix if self.design_ is None else self.design_.transform(matrix)
