"""Fit a Gamma regression with log link whose coefficients are believed in before there are rows."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, FloatArray, TableLike
from qconf.core.restored import is_array, require
from qconf.core.validation import (
    Interval,
    TakesTables,
    check_parameters,
    check_table,
    check_target,
)
from qconf.encoding.columns import as_frame
from qconf.learners.linear.coefficient_prior import CoefficientPrior
from qconf.learners.linear.fisher_scoring import Penalty, fisher_scoring
from qconf.learners.linear.log_mean import PredictsLogMean
from qconf.learners.linear.prior_columns import named_frame
from qconf.learners.linear.prior_design import PriorDesign
from qconf.learners.linear.prior_table import prior_table

__all__ = ["PriorGammaGLM"]

#: A design, targets and weights.
_Rows: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]
#: Share of the mean that a target of zero counts as; too little to move a coefficient.
_LEAST_TARGET = 1e-9
#: The dispersion of squared Normals, which so many imaginary rows say there is.
_NORMAL, _ROWS_FOR_IT = 2.0, 10.0
_MOST_ROUNDS, _SAME = 20, 1e-8


class PriorGammaGLM(PredictsLogMean, TakesTables, RegressorMixin, BaseEstimator):
    """`GammaGLM` with a Gaussian prior on some of its coefficients: the posterior's mode.

    The Gamma likelihood is divided by the dispersion, which squared residuals with heavy tails
    have more of than Normal ones: the heavier the tail, the less the rows say against the prior.
    The posterior is taken to be Normal around its mode, with the expected information of the rows
    and the precision of the prior (Laplace). It is the prior of the next rows.

    Parameters
    ----------
    prior : CoefficientPrior
        In units of the logarithm of the mean target. Terms of it stand for one unit of a number,
        and for a level against all of which it says nothing, the most common of which is the one
        others are compared with.
    dispersion : float or None, default=None
        Variance in units of the squared mean. None is Pearson's estimate, to which ten imaginary
        rows of squared Normals contribute.
    prior_count, max_levels, max_iter
        As in `GammaGLM`; imaginary rows are for terms that the prior says nothing of.

    Attributes
    ----------
    design_ : PriorDesign
    coef_table_ : DataFrame
        As in `GammaGLM`, a number with a prior in steps of one unit; ``std_err`` is the standard
        deviation of the posterior. And ``prior``, ``data`` and ``posterior``, each with its
        standard deviation (``prior_sd``, ...): what was believed, what these rows alone say, and
        both.
    posterior_ : CoefficientPrior
        Of all terms, for `prior` of the next rows.
    covariance_ : ndarray of shape (n_terms, n_terms)
    dispersion_ : float
    n_iter_ : int
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Notes
    -----
    Beyond the numbers seen, a term of the prior may raise the mean as far as it says, and lower it
    by little (`CoefficientPrior.lowers`).

    Examples
    --------
    >>> import pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> homes = pd.DataFrame({"age": rng.uniform(0, 50, size=30)})
    >>> size = (rng.normal(size=30) * np.exp(0.02 * homes["age"])) ** 2
    >>> model = PriorGammaGLM(CoefficientPrior.of({"age": (0.04, 0.01)})).fit(homes, size)
    >>> model.coef_table_[["prior", "posterior"]].loc["age"].round(2).to_dict()
    {'prior': 0.04, 'posterior': 0.04}
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "prior": [CoefficientPrior],
        "dispersion": [Interval(Real, 0, None, closed="neither"), None],
        "prior_count": [Interval(Real, 0, None, closed="neither")],
        "max_levels": [Interval(Integral, 2, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        prior: CoefficientPrior,
        *,
        dispersion: float | None = None,
        prior_count: float = 1.0,
        max_levels: int = 30,
        max_iter: int = 100,
    ) -> None:
        self.prior = prior
        self.dispersion = dispersion
        self.prior_count = prior_count
        self.max_levels = max_levels
        self.max_iter = max_iter

    def fit(self, X: TableLike, y: ArrayLike) -> Self:
        """Find the mode of the posterior.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Not negative; zeros are fine.

        Returns
        -------
        PriorGammaGLM

        Raises
        ------
        ValueError
            If a parameter, the table or the target breaks its rule, or the prior is of a column
            that the table does not have.

        Warns
        -----
        ConvergenceWarning
            If `max_iter` steps did not settle the coefficients.
        """
        check_parameters(self)
        frame = named_frame(as_frame(check_table(self, X, reset=True)))
        target = check_target(self, y, len(frame))
        if target.min() < 0:
            msg = f"The Gamma model needs targets >= 0, got {target.min():g}."
            raise ValueError(msg)
        self.scale_ = float(target.mean()) or 1.0
        self.design_ = PriorDesign(self.prior, self.max_levels)
        matrix = self.design_.fit(frame)
        self._fit_coefficients(matrix, np.maximum(target / self.scale_, _LEAST_TARGET))
        return self

    def _terms(self, X: TableLike) -> tuple[FloatArray, FloatArray]:
        check_is_fitted(self)
        frame = named_frame(as_frame(check_table(self, X, reset=False)))
        return self.design_.transform(frame, self._coefficients), self._coefficients

    def check_restored(self) -> None:
        """Check what is read from a file: compiled loops walk along the coefficients.

        Raises
        ------
        ValueError
        """
        if "_coefficients" in vars(self):
            size = len(self.design_.names)
            require(
                is_array(self._coefficients, np.float64, (size,))
                and is_array(self.covariance_, np.float64, (size, size)),
                "the coefficients are more or fewer than the terms",
            )

    def _fit_coefficients(self, matrix: FloatArray, target: FloatArray) -> None:
        log_scale = float(np.log(self.scale_))
        mean, precision = self.design_.prior_of_columns(log_scale)
        rows = self._with_imaginary(matrix, target, of_prior=False)
        self.dispersion_ = self.dispersion or _NORMAL
        for _ in range(_MOST_ROUNDS):
            penalty = Penalty(mean, self.dispersion_ * precision)
            found, self.n_iter_ = fisher_scoring(*rows, self.max_iter, penalty)
            before = self.dispersion_
            if self.dispersion is None:
                self.dispersion_ = _dispersion(target / np.exp(matrix @ found))
            if abs(self.dispersion_ - before) <= _SAME * before:
                break
        self._coefficients: FloatArray = found
        information = _information(rows, self.dispersion_) + precision
        self.covariance_: FloatArray = np.asarray(np.linalg.inv(information), dtype=np.float64)
        self.posterior_ = self.design_.believed(found, information, log_scale)
        self.coef_table_ = prior_table(
            self.design_, (found, self.covariance_), self._data_alone(matrix, target), log_scale
        )

    def _data_alone(self, matrix: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what the rows say without a prior, and its covariance; NaN where nothing."""
        rows = self._with_imaginary(matrix, target, of_prior=True)
        found, _ = fisher_scoring(*rows, self.max_iter)
        silent = np.ptp(matrix, axis=0) == 0
        silent[0] = False
        # The spread around the posterior: around their own mode few rows have next to none.
        covariance = np.linalg.inv(_information(rows, self.dispersion_))
        return np.where(silent, np.nan, found), np.asarray(covariance, dtype=np.float64)

    def _with_imaginary(self, matrix: FloatArray, target: FloatArray, *, of_prior: bool) -> _Rows:
        imaginary, counts = self.design_.imaginary_rows(matrix, self.prior_count, of_prior=of_prior)
        return (
            np.vstack([matrix, imaginary]),
            np.append(target, np.ones(len(imaginary))),
            np.append(np.ones(len(target)), counts),
        )


def _information(rows: _Rows, dispersion: float) -> FloatArray:
    """Return the expected information of rows on coefficients: the same wherever these are."""
    matrix, _, weight = rows
    information: FloatArray = (matrix * weight[:, None]).T @ matrix / dispersion
    return information


def _dispersion(relative: FloatArray) -> float:
    """Estimate Pearson's dispersion of targets in units of their means."""
    squares = float(np.sum((relative - 1.0) ** 2))
    return (_ROWS_FOR_IT * _NORMAL + squares) / (_ROWS_FOR_IT + len(relative))
