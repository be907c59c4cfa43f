"""Fit linear quantile regressions by statsmodels, for its standard errors."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import validate_data

from qconf._types import ArrayLike, FloatArray
from qconf.core.validation import Interval, check_parameters
from qconf.learners.linear.linear_quantile import LinearQuantileRegressor, check_quantiles

__all__ = ["StatsmodelsQuantileRegressor"]


class StatsmodelsQuantileRegressor(LinearQuantileRegressor):
    """Linear quantile regression, fitted by statsmodels' ``QuantReg``.

    The reference: reweighted least squares, slower and less exact than
    `LinearQuantileRegressor`, but with standard errors, tests and a summary for each quantile.

    Parameters
    ----------
    quantiles : float or sequence of float, default=(0.25, 0.75)
    fit_intercept : bool, default=True
    max_iter : int, default=1000
        Iterations at most.

    Attributes
    ----------
    coef_ : ndarray of shape (n_quantiles, n_features)
    intercept_ : ndarray of shape (n_quantiles,)
    results_ : list of statsmodels.regression.quantile_regression.QuantRegResults
        One a quantile: ``results_[0].bse`` are standard errors (the intercept's first),
        ``results_[0].summary()`` a table. Not kept in a model file.
    n_iter_ : int
        Iterations of the quantile that took most.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=(400, 1))
    >>> model = StatsmodelsQuantileRegressor(0.5).fit(x, 2 * x[:, 0] + rng.normal(size=400))
    >>> model.results_[0].bse.round(1)
    array([0.1, 0.2])
    """

    #: Results of another package's, which refer to all rows of `fit`; predictions do without.
    _not_saved = ("results_",)
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
        super().__init__(quantiles, fit_intercept=fit_intercept)
        self.max_iter = max_iter

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # type: ignore[override]
        """Fit one plane a quantile.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Finite numbers.
        y : array-like of shape (n_samples,)

        Returns
        -------
        StatsmodelsQuantileRegressor

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
        self.results_ = [self._fit_one(design, target, q) for q in quantiles.tolist()]
        self.n_iter_ = int(max(one.iterations for one in self.results_))
        planes: FloatArray = np.stack([np.asarray(one.params) for one in self.results_])
        self.coef_ = planes[:, int(self.fit_intercept) :]
        self.intercept_ = planes[:, 0] if self.fit_intercept else np.zeros(len(quantiles))
        return self

    def _fit_one(self, design: FloatArray, y: ArrayLike, quantile: float) -> Any:
        # statsmodels takes a while to import, and few sessions need it.
        from statsmodels.regression.quantile_regression import QuantReg  # noqa: PLC0415

        target = np.asarray(y, dtype=np.float64)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fitted = QuantReg(target, design).fit(q=quantile, max_iter=self.max_iter)
        if any("iteration" in str(warning.message) for warning in caught):
            warnings.warn(
                f"Quantile {quantile:g} had not converged after {self.max_iter} iterations; "
                "raise max_iter, scale the features, or take the learner 'linear'.",
                ConvergenceWarning,
                stacklevel=3,
            )
        return fitted
