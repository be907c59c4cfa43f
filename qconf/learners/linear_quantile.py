"""Linear quantile regression: several quantiles in one fit."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from qconf._types import ArrayLike, FloatArray
from qconf._validation import Interval, check_parameters
from qconf.errors import OptionError

__all__ = ["LinearQuantileRegressor"]


class LinearQuantileRegressor(RegressorMixin, BaseEstimator):
    """Linear quantile regression (Koenker & Bassett 1978), fitted by statsmodels' ``QuantReg``.

    Parameters
    ----------
    quantiles : float or sequence of float, default=(0.25, 0.75)
        Rising, each strictly between 0 and 1. A single number makes predictions 1-dimensional.
    fit_intercept : bool, default=True
    max_iter : int, default=1000
        Iterations of the reweighted least squares at most.

    Attributes
    ----------
    coef_ : ndarray of shape (n_quantiles, n_features)
    intercept_ : ndarray of shape (n_quantiles,)
    n_iter_ : int
        Iterations of the quantile that took most.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 401).reshape(-1, 1)
    >>> y = 2 * x[:, 0] + np.tile([-1.0, 0.0, 1.0], 134)[:401]
    >>> LinearQuantileRegressor(0.5).fit(x, y).predict([[0.5]]).round(2)
    array([1.])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "quantiles": ["array-like", Interval(Real, 0, 1, closed="neither")],
        "fit_intercept": ["boolean"],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        quantiles: float | Sequence[float] = (0.25, 0.75),
        *,
        fit_intercept: bool = True,
        max_iter: int = 1000,
    ) -> None:
        self.quantiles = quantiles
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit one plane a quantile.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Finite numbers.
        y : array-like of shape (n_samples,)

        Returns
        -------
        LinearQuantileRegressor

        Raises
        ------
        ValueError
            If a parameter, the table or the target breaks its rule.

        Warns
        -----
        ConvergenceWarning
            If `max_iter` was reached; the coefficients of the last iteration are kept.
        """
        check_parameters(self)
        quantiles = check_quantiles(np.atleast_1d(self.quantiles))
        matrix, target = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        design = np.column_stack([np.ones(len(matrix)), matrix]) if self.fit_intercept else matrix
        target = np.asarray(target, dtype=np.float64)
        fitted = [self._fit_one(design, target, q) for q in quantiles]
        planes = np.stack([np.asarray(one.params, dtype=np.float64) for one in fitted])
        self.n_iter_ = int(max(one.iterations for one in fitted))
        self.coef_: FloatArray = planes[:, 1:] if self.fit_intercept else planes
        self.intercept_: FloatArray = (
            planes[:, 0] if self.fit_intercept else np.zeros(len(quantiles))
        )
        return self

    def predict(self, X: ArrayLike) -> FloatArray:
        """Predict every quantile; rising in the quantile for every row.

        Planes that are fitted one by one may cross; sorting a row's values removes that and
        never increases the error (Chernozhukov, Fernández-Val & Galichon 2010, Econometrica 78).

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_quantiles)
            Or (n_samples,), if `quantiles` is a single number.
        """
        check_is_fitted(self)
        matrix: FloatArray = validate_data(self, X, dtype=np.float64, reset=False)
        predicted: FloatArray = np.sort(matrix @ self.coef_.T + self.intercept_, axis=1)
        return predicted[:, 0] if np.ndim(self.quantiles) == 0 else predicted

    def _fit_one(self, design: FloatArray, y: FloatArray, quantile: float) -> Any:
        # statsmodels takes a while to import, and few sessions fit a linear quantile.
        from statsmodels.regression.quantile_regression import QuantReg  # noqa: PLC0415
        from statsmodels.tools.sm_exceptions import IterationLimitWarning  # noqa: PLC0415

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fitted = QuantReg(y, design).fit(q=quantile, max_iter=self.max_iter)
        if any(issubclass(warning.category, IterationLimitWarning) for warning in caught):
            warnings.warn(
                f"Quantile {quantile:g} had not converged after {self.max_iter} iterations; "
                "raise max_iter or scale the features.",
                ConvergenceWarning,
                stacklevel=3,
            )
        return fitted


def check_quantiles(quantiles: ArrayLike) -> FloatArray:
    """Check that quantiles rise and lie strictly between 0 and 1; return them as an array.

    Raises
    ------
    OptionError
    """
    values = np.asarray(quantiles, dtype=np.float64)
    rising = values.ndim == 1 and values.size > 0 and bool((np.diff(values) > 0).all())
    if not rising or values[0] <= 0 or values[-1] >= 1:
        msg = (
            "The 'quantiles' must rise and lie strictly between 0 and 1, such as (0.25, 0.75). "
            f"Got {quantiles!r} instead."
        )
        raise OptionError(msg)
    return values
