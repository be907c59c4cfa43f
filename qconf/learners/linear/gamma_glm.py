"""Fit a Gamma regression with log link to a table, with coefficients that can be read."""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin

from qconf._types import ArrayLike, FloatArray, TableLike
from qconf.core.restored import require
from qconf.core.validation import Interval, TakesTables, check_parameters, check_target
from qconf.encoding.encoded import encode
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.readable_design import ReadableDesign
from qconf.learners.linear.fisher_scoring import fisher_scoring
from qconf.learners.linear.log_mean import PredictsLogMean

__all__ = ["GammaGLM"]

#: Share of the mean that a target of zero counts as; too little to move a coefficient.
_LEAST_TARGET = 1e-9


class GammaGLM(PredictsLogMean, TakesTables, RegressorMixin, BaseEstimator):
    """Generalised linear model with Gamma deviance and log link, judged by statsmodels.

    The mean of the target is a product: of a base and one factor for each column. Standard
    errors are those of a sandwich (HC0; White 1980, Econometrica 48), which holds wherever the
    mean is right. The Gamma's own need a spread that is proportional to the mean with one
    constant for all rows, and squared residuals with heavy tails do not have it.

    Parameters
    ----------
    prior_count : float, default=1.0
        How many imaginary rows with an average target each term starts with (a half on either
        side for numbers). They keep levels of a few rows, or of rows whose target is zero, from
        being told apart by luck, and let collinear columns share what they have in common.
        Greater than 0.
    max_levels : int, default=30
        Levels of a category beyond these, the rarest, share one coefficient.
    max_iter : int, default=100

    Attributes
    ----------
    coef_table_ : DataFrame
        One row a term (``(base)``, ``area``, ``area missing``, ``zone=b``, ``zone other``), with
        columns: ``coef``, the change in the log of the mean; ``std_err``; ``z``; ``p_value``,
        two-sided, Normal; ``ratio``, exp(coef), what the mean is multiplied with; and
        ``compared_with``, against what. A number's step is one standard deviation. The base is
        the mean of a row with average numbers and the most common levels, in the target's units.
    covariance_ : ndarray of shape (n_terms, n_terms)
        Of the coefficients, in the order of `coef_table_`.
    dispersion_ : float
        Pearson's estimate of the variance in units of the squared mean; 2 for squared Normals.
    encoder_ : TableEncoder
    design_ : ReadableDesign
    scale_ : float
        What the target was divided by.
    n_iter_ : int
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Notes
    -----
    Numbers beyond those seen in `fit` count as the nearest one seen, and a level not seen in
    `fit` as missing, or else as a rare or the most common one.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> table = pd.DataFrame({"zone": rng.choice(["a", "a", "b"], 4000)})
    >>> size = rng.normal(scale=np.where(table["zone"] == "a", 1.0, 2.0)) ** 2
    >>> model = GammaGLM().fit(table, size)
    >>> model.coef_table_["ratio"].round(1).to_dict()
    {'(base)': 1.0, 'zone=b': 4.2}
    >>> model.predict(pd.DataFrame({"zone": ["a", "b"]})).round(1)
    array([1. , 4.1])
    """

    takes_encoded: ClassVar[bool] = True
    encoder_: TableEncoder
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "prior_count": [Interval(Real, 0, None, closed="neither")],
        "max_levels": [Interval(Integral, 2, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self, *, prior_count: float = 1.0, max_levels: int = 30, max_iter: int = 100
    ) -> None:
        self.prior_count = prior_count
        self.max_levels = max_levels
        self.max_iter = max_iter

    def fit(self, X: TableLike, y: ArrayLike) -> Self:
        """Fit the coefficients.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Not negative; zeros are fine.

        Returns
        -------
        GammaGLM

        Raises
        ------
        ValueError
            If a parameter, the table or the target breaks its rule.

        Warns
        -----
        ConvergenceWarning
            If `max_iter` steps did not settle the coefficients.
        """
        check_parameters(self)
        encoded = encode(self, X, reset=True).matrix
        target = check_target(self, y, len(encoded))
        if target.min() < 0:
            msg = f"The Gamma model needs targets >= 0, got {target.min():g}."
            raise ValueError(msg)
        self.scale_ = float(target.mean())
        relative = target / self.scale_ if self.scale_ > 0 else np.ones_like(target)
        self.design_ = ReadableDesign(self.max_levels)
        matrix = self.design_.fit(self.encoder_, encoded)
        self._fit_coefficients(matrix, np.maximum(relative, _LEAST_TARGET))
        return self

    def _terms(self, X: TableLike) -> tuple[FloatArray, FloatArray]:
        # Encoded first: that is where a model which is not fitted says so.
        rows = encode(self, X, reset=False)
        return self.design_.transform(rows.matrix), self._relative

    def check_restored(self) -> None:
        """Check what comes from a file: levels are looked up by the codes of the encoder.

        Raises
        ------
        ValueError
        """
        if "design_" in vars(self):
            require(isinstance(self.design_, ReadableDesign), "a Gamma model has no design")
            self.design_.check_columns(vars(self).get("encoder_"))

    def _fit_coefficients(self, matrix: FloatArray, target: FloatArray) -> None:
        imaginary, counts = self.design_.imaginary_rows(matrix, self.prior_count)
        fitted, self.n_iter_ = _generalised_linear(
            np.vstack([matrix, imaginary]),
            np.append(target, np.ones(len(imaginary))),
            np.append(np.ones(len(target)), counts),
            self.max_iter,
        )
        self.dispersion_ = float(np.mean((target / fitted.fittedvalues[: len(target)] - 1.0) ** 2))
        self.covariance_: FloatArray = np.asarray(fitted.cov_params())
        # Relative to the mean, so that units do not matter.
        self._relative: FloatArray = np.asarray(fitted.params)
        in_units = self._relative.copy()
        in_units[0] += np.log(max(self.scale_, np.finfo(np.float64).tiny))
        self.coef_table_ = pd.DataFrame(
            {
                "coef": in_units,
                "std_err": fitted.bse,
                "z": fitted.tvalues,
                "p_value": fitted.pvalues,
                "ratio": np.exp(in_units),
                "compared_with": self.design_.compared_with,
            },
            index=pd.Index(self.design_.terms, name="term"),
        )
        # Whether the base differs from 1 hangs on the units, and is no question.
        self.coef_table_.loc[self.design_.terms[0], ["z", "p_value"]] = np.nan


def _generalised_linear(
    matrix: FloatArray, target: FloatArray, weight: FloatArray, max_iter: int
) -> tuple[Any, int]:
    """Fit, and let statsmodels say how sure the coefficients are; also return the steps."""
    # statsmodels takes a while to import, and few sessions need it.
    from statsmodels.genmod.families import Gamma  # noqa: PLC0415
    from statsmodels.genmod.families.links import Log  # noqa: PLC0415
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415

    coefficients, steps = fisher_scoring(matrix, target, weight, max_iter)
    model = GLM(target, matrix, family=Gamma(Log()), var_weights=weight)
    with warnings.catch_warnings():
        # That it has made no step of its own is no news. The sandwich does not hang on the scale.
        warnings.simplefilter("ignore")
        return model.fit(coefficients, maxiter=0, scale=1.0, cov_type="HC0"), steps
