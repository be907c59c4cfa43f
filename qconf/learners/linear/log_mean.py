"""Predict a mean whose logarithm is linear in a design, and how sure that is."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from qconf._types import FloatArray, TableLike
from qconf.core.row_by_row import product

__all__ = ["PredictsLogMean"]

#: Exponents beyond have no number.
_MOST = 300.0


class PredictsLogMean:
    """Mixin of regressors with log link: what they have in common once they are fitted.

    Attributes
    ----------
    scale_ : float
        What the target was divided by.
    covariance_ : ndarray of shape (n_terms, n_terms)
        Of the coefficients.
    """

    scale_: float
    covariance_: FloatArray

    @abstractmethod
    def _terms(self, X: TableLike) -> tuple[FloatArray, FloatArray]:
        """Return the design of rows, shape (n_samples, n_terms), and the coefficients.

        Raises
        ------
        NotFittedError
        """

    def predict(self, X: TableLike) -> FloatArray:
        """Predict the mean of the target.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            In the target's units; >= 0.
        """
        return self.predict_upper(X, 0.0)

    def predict_upper(self, X: TableLike, z: float) -> FloatArray:
        """Predict an upper bound of the mean: `z` standard errors higher, in logs.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        z : float
            1.645 is an upper bound that holds in 95 % of samples (with a prior: with 95 %
            probability). Only the coefficients are uncertain here, not the shape of the model.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        matrix, coefficients = self._terms(X)
        eta = product(matrix, coefficients)
        if z != 0.0:
            variance = (product(matrix, self.covariance_) * matrix).sum(axis=1)
            eta += z * np.sqrt(np.maximum(variance, 0.0))
        predicted: FloatArray = self.scale_ * np.exp(np.clip(eta, -_MOST, _MOST))
        return predicted

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.target_tags.positive_only = True
        return tags
