"""Fit linear quantile regressions, several quantiles at once."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from qconf._types import ArrayLike, FloatArray
from qconf.core.blas import one_blas_thread
from qconf.core.row_by_row import product
from qconf.core.validation import Interval, check_parameters, check_weights
from qconf.errors import OptionError, TableError
from qconf.learners.linear.planes.certificate import DIGITS, EXACT, Certificate
from qconf.learners.linear.planes.fitting import fit_planes
from qconf.learners.quantile_score import ScoresQuantiles

__all__ = ["LinearQuantileRegressor", "check_quantiles"]


#: Columns, and multiplications in ``X.T @ X``, from which on two threads save time. With 20 columns
#: one thread is faster up to a million rows, and with 300 columns two are on 20,000.
_WIDE = 100
_MUCH_WORK = 10**9


class LinearQuantileRegressor(ScoresQuantiles, RegressorMixin, BaseEstimator):
    """Linear quantile regression (Koenker & Bassett 1978), exact, for tables of any length.

    Minimises the sum of ``q max(r, 0) + (1 − q) max(−r, 0)`` over the residuals r = y − plane.
    The fit ends with a proof: a dual objective, which no plane's loss is below, and how far the
    loss is above it. Rows whose side of the plane is known are left out (Portnoy & Koenker 1997,
    Statistical Science 12), a smoothed loss tells which (He, Pan, Tan & Zhou 2023, Journal of
    Econometrics 232), a descent from vertex to vertex (Barrodale & Roberts 1973) or, with many
    columns, an interior point method solves the rest, and then all rows are looked at again.

    Parameters
    ----------
    quantiles : float or sequence of float, default=(0.25, 0.75)
        Rising, each strictly between 0 and 1. A single number makes predictions 1-dimensional.
    fit_intercept : bool, default=True

    Attributes
    ----------
    coef_ : ndarray of shape (n_quantiles, n_features)
        Where columns are collinear or constant, or more than the rows, several planes fit
        equally well; these are the smallest coefficients, in units of the columns' standard
        deviations.
    intercept_ : ndarray of shape (n_quantiles,)
    primal_objective_ : ndarray of shape (n_quantiles,)
        The loss, summed over the rows with their weights; in units of the target. Computed from
        `coef_` and `intercept_` as they are.
    dual_objective_ : ndarray of shape (n_quantiles,)
        No plane has a lower loss.
    duality_gap_ : ndarray of shape (n_quantiles,)
        Their difference as a share of the loss (or of a thousandth of the target's weighted
        deviation from its median, if the plane fits better than that). At most 1e-8, or what
        rounding may add to the loss where weights differ by many orders of magnitude; or `fit`
        warns.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Notes
    -----
    Tables of float64 are not copied; of other types, a stretch of rows is converted at a time.
    Needs memory for a few numbers a row and for the rows near the plane.

    Where a quantile is not unique (the median of an even number of rows), the middle of its values
    is found: the analytic centre of all planes that are best. It does not depend on the order of
    the rows, and a row of weight two counts as two rows.

    Below 100 columns one thread does all the work, which is faster than two.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 401).reshape(-1, 1)
    >>> y = 2 * x[:, 0] + np.tile([-1.0, 0.0, 1.0], 134)[:401]
    >>> model = LinearQuantileRegressor(0.5).fit(x, y)
    >>> model.predict([[0.5]]).round(2)
    array([1.])
    >>> bool(model.duality_gap_[0] <= 1e-8)
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "quantiles": ["array-like", Interval(Real, 0, 1, closed="neither")],
        "fit_intercept": ["boolean"],
    }

    def __init__(
        self, quantiles: float | Sequence[float] = (0.25, 0.75), *, fit_intercept: bool = True
    ) -> None:
        self.quantiles = quantiles
        self.fit_intercept = fit_intercept

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit one plane a quantile.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Finite numbers of any type.
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Not negative; a whole number is as good as so many equal rows.

        Returns
        -------
        LinearQuantileRegressor

        Raises
        ------
        ValueError
            If a parameter, the table, the target or the weights break their rule.

        Warns
        -----
        ConvergenceWarning
            If a relative duality gap is above 1e-8, or more than a millionth of the loss hangs on
            how floats are rounded; the best plane that was found is kept.
        """
        check_parameters(self)
        quantiles = check_quantiles(np.atleast_1d(self.quantiles))
        matrix, target = validate_data(self, X, y, dtype="numeric", y_numeric=True)
        target = np.asarray(target, dtype=np.float64)
        weight = check_weights(sample_weight, len(target))
        if not len(weight):
            weight = np.ones(len(target))
        if not weight.all():
            matrix, target, weight = _weighty(matrix, target, weight)
        with nullcontext() if _keeps_threads_busy(*matrix.shape) else one_blas_thread():
            planes = fit_planes(matrix, target, weight, quantiles, intercept=self.fit_intercept)
        self.coef_: FloatArray = np.stack([plane.coef for plane in planes])
        self.intercept_: FloatArray = np.array([plane.intercept for plane in planes])
        proofs = [plane.certificate for plane in planes]
        self.primal_objective_: FloatArray = np.array([proof.loss for proof in proofs])
        self.dual_objective_: FloatArray = np.array([proof.bound for proof in proofs])
        self.duality_gap_: FloatArray = np.array([proof.gap for proof in proofs])
        for quantile, proof in zip(quantiles, proofs, strict=True):
            _warn_of_doubt(quantile, proof)
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
        matrix = validate_data(self, X, dtype="numeric", reset=False)
        predicted: FloatArray = np.sort(product(matrix, self.coef_.T) + self.intercept_, axis=1)
        return predicted[:, 0] if np.ndim(self.quantiles) == 0 else predicted


def _warn_of_doubt(quantile: float, proof: Certificate) -> None:
    """Tell what a proof leaves open."""
    if not proof.proven:
        doubt = (
            f"is not proven exact: its relative duality gap is {proof.gap:.1e}, above {EXACT:g}. "
            "Look for columns that are almost sums of others, or of very different size, and "
            "leave out or rescale them"
        )
    elif proof.rounding > DIGITS:
        doubt = (
            f"has a loss that hangs on rounding: a share of {proof.rounding:.1e} of it, above "
            f"{DIGITS:g}. Look for columns that are far from zero, and centre them"
        )
    else:
        return
    msg = f"Quantile {quantile:g} {doubt}; or for weights that differ by many orders of magnitude."
    warnings.warn(msg, ConvergenceWarning, stacklevel=3)


def _keeps_threads_busy(n: int, p: int) -> bool:
    """Tell whether products of the table with itself are worth more than one thread."""
    return p >= _WIDE and n * p**2 >= _MUCH_WORK


def _weighty(
    matrix: Any, target: FloatArray, weight: FloatArray
) -> tuple[Any, FloatArray, FloatArray]:
    """Leave out rows without weight."""
    there = weight > 0
    if not there.any():
        msg = "Every sample_weight is zero; at least one row must have a positive weight."
        raise TableError(msg)
    return matrix[there], target[there], weight[there]


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
