"""A regressor that says which of its predictions can be acted on, with a guarantee."""

from __future__ import annotations

import warnings
from numbers import Real
from typing import Any, ClassVar, Literal, Self, get_args, overload

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from qconf._types import (
    ArrayLike,
    BoolArray,
    ErrorScaleName,
    FloatArray,
    IntArray,
    RandomState,
    Table,
    TableLike,
)
from qconf.certification.certificate import Certificate, Side
from qconf.certification.certify import certify
from qconf.certification.wording import certificate_lines
from qconf.core.error_scale import error_scale
from qconf.core.frames import as_series
from qconf.core.seeding import random_source, with_seed
from qconf.core.validation import (
    HasMethods,
    Interval,
    StrOptions,
    TakesTables,
    check_enough_rows,
    check_parameters,
    check_table,
    select_rows,
)
from qconf.errors import EstimatorError
from qconf.model.given_prediction import given_prediction
from qconf.model.holding_out import HeldOut, hold_out
from qconf.model.named_columns import columns_of_fit
from qconf.model.regressor import ConfidentRegressor
from qconf.tables.fit_roles import FitRoles, fit_roles
from qconf.tables.roles import check_target_values, fit_target, is_name

__all__ = ["NothingCertifiedWarning", "SelectiveRegressor"]

#: Rows by whose outputs the pair of models is known again, and how exactly.
_PINNED, _EXACTLY = 64, 1e-9
#: One to fit on and one to certify on; the pair asks for more of the former.
_LEAST_ROWS = 2


class NothingCertifiedWarning(UserWarning):
    """No cut-off could be certified, so that no row is accepted."""


class SelectiveRegressor(TakesTables, RegressorMixin, BaseEstimator):
    """A regressor with a certificate: up to which expected error it can be acted on.

    `fit` keeps the newest rows (without a time, whole groups at random) from both models, fits
    these on the others, and certifies a cut-off on the rows that were kept. The pair of models is
    frozen then: when either is fitted again, `accepts` refuses.

    Parameters
    ----------
    estimator : ConfidentRegressor or FrozenEstimator, default=None
        None is ``ConfidentRegressor()``. One in a ``sklearn.frozen.FrozenEstimator`` was fitted
        before, on other rows, and all rows of `fit` serve the certificate.
    threshold : float, default=0.15
        A row with abs(residual) > threshold is an outlier, on the error scale of the estimator.
    outlier_rate : float, default=0.05
        The share of outliers that is promised among the rows accepted.
    confidence_level : float, default=0.95
        With what probability the promise is kept.
    calibration : float, default=0.2
        Share of rows that is kept from both models.
    side : {"both", "over"}, default="both"
        ``"over"`` counts over-valuation alone.
    random_state : int, RandomState instance or None, default=None
        Without a time, chooses the rows; seeds the estimator if that has no seed.

    Attributes
    ----------
    estimator_ : estimator
        The pair of models, frozen.
    certificate_ : Certificate
    cut_off_ : float
        The largest expected error that is accepted; −inf if nothing is certified.
    calibration_ : ndarray of int
        Positions of the rows of `fit` that neither model has seen.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> import numpy as np
    >>> from qconf import ConfidentRegressor
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(size=(4000, 1))
    >>> y = np.exp(x[:, 0] + rng.normal(scale=np.where(x[:, 0] < 0.5, 0.05, 0.2)))
    >>> pair = ConfidentRegressor(confidence="residual", random_state=0)
    >>> model = SelectiveRegressor(pair, random_state=0).fit(x, y)
    >>> easy = x[:, 0] < 0.5
    >>> [bool(model.accepts(part).mean() > 0.9) for part in (x[easy], x[~easy])]
    [True, False]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimator": [HasMethods(["fit", "predict", "predict_error"]), None],
        "threshold": [Interval(Real, 0, None, closed="neither")],
        "outlier_rate": [Interval(Real, 0, 1, closed="neither")],
        "confidence_level": [Interval(Real, 0, 1, closed="neither")],
        "calibration": [Interval(Real, 0, 1, closed="neither")],
        "side": [StrOptions(set(get_args(Side)))],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Any = None,
        *,
        threshold: float = 0.15,
        outlier_rate: float = 0.05,
        confidence_level: float = 0.95,
        calibration: float = 0.2,
        side: Side = "both",
        random_state: RandomState = None,
    ) -> None:
        self.estimator = estimator
        self.threshold = threshold
        self.outlier_rate = outlier_rate
        self.confidence_level = confidence_level
        self.calibration = calibration
        self.side = side
        self.random_state = random_state

    def fit(
        self,
        X: TableLike,
        y: ArrayLike,
        *,
        time: str | ArrayLike | None = None,
        groups: str | ArrayLike | None = None,
    ) -> Self:
        """Fit the pair of models on the older rows, and certify a cut-off on the newest.

        Parameters
        ----------
        X : DataFrame, array-like of shape (n_samples, n_features), or table of polars or Arrow
        y : array-like of shape (n_samples,)
        time, groups : str or array-like of shape (n_samples,), default=None
            As in `ConfidentRegressor.fit`. Dates also make the periods of the second promise.

        Returns
        -------
        SelectiveRegressor

        Raises
        ------
        ValueError
            If a parameter, the table or the target breaks its rule.

        Warns
        -----
        NothingCertifiedWarning
            If nothing can be certified: `accepts` then accepts no row.
        """
        check_parameters(self)
        rng = random_source(self.random_state)
        table = check_table(self, X, reset=True)
        target = fit_target(y, len(table))
        check_enough_rows(self, len(target), _LEAST_ROWS)
        pair = self._pair()
        check_target_values(target, "target", error_scale(pair.error))
        roles = _roles(pair, table, time, groups)
        if isinstance(pair, FrozenEstimator):
            held_out = HeldOut.everything(roles)
            self.estimator_ = pair
        else:
            held_out = hold_out(roles, self.calibration, rng)
            given = (_part(one, held_out.fitted) for one in (time, groups))
            of_fit = dict(zip(("time", "groups"), given, strict=True))
            rows = select_rows(table, held_out.fitted)
            self.estimator_ = with_seed(pair, rng).fit(rows, target[held_out.fitted], **of_fit)
        self.calibration_: IntArray = held_out.calibration
        self._certify(select_rows(table, self.calibration_), target[self.calibration_], held_out)
        _warn_of_nothing(self.certificate_)
        return self

    def _certify(self, table: Table, target: FloatArray, held_out: HeldOut) -> None:
        """Certify a cut-off on rows that neither model has seen, and remember the models."""
        prediction, expected = self._outputs(table)
        scale = error_scale(self.estimator_.error)
        self.certificate_: Certificate = certify(
            expected,
            scale.checked_residual(prediction, target),
            threshold=self.threshold,
            outlier_rate=self.outlier_rate,
            confidence_level=self.confidence_level,
            groups=held_out.groups,
            periods=held_out.dates,
            side=self.side,
            error=self.error,
        )
        self.cut_off_ = self.certificate_.cut_off
        step = max(1, len(target) // _PINNED)
        pinned = np.arange(0, len(target), step)[:_PINNED]
        self._pinned = select_rows(table, pinned)
        self._pinned_outputs = np.stack([prediction[pinned], expected[pinned]])

    def accepts(self, X: TableLike) -> BoolArray:
        """Say which rows can be acted on.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,), dtype bool

        Raises
        ------
        EstimatorError
            If a model of the pair was fitted again: the certificate was that of another pair.
        """
        check_is_fitted(self)
        now = np.stack(self._outputs(self._pinned))
        if not np.allclose(now, self._pinned_outputs, rtol=_EXACTLY, atol=0.0, equal_nan=True):
            msg = (
                "The certificate is void: the valuation model or the confidence was fitted again "
                "since, and predicts other values. Fit the SelectiveRegressor again, on rows that "
                "the new models have not seen."
            )
            raise EstimatorError(msg)
        return self.certificate_.accepts(self.predict_error(X))

    @overload
    def predict(self, X: TableLike, return_std: Literal[False] = False) -> FloatArray: ...

    @overload
    def predict(self, X: TableLike, return_std: Literal[True]) -> tuple[FloatArray, FloatArray]: ...

    def predict(
        self, X: TableLike, return_std: bool = False
    ) -> FloatArray | tuple[FloatArray, FloatArray]:
        """Predict the target, as the pair of models does; of every row, accepted or not."""
        check_is_fitted(self)
        predicted: FloatArray | tuple[FloatArray, FloatArray] = self.estimator_.predict(
            self._new_rows(X), return_std=return_std
        )
        return predicted

    def predict_error(self, X: TableLike) -> FloatArray:
        """Predict the expected error of each row, in error-scale units.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        check_is_fitted(self)
        expected: FloatArray = self.estimator_.predict_error(self._new_rows(X))
        return expected

    @property
    def error(self) -> ErrorScaleName:
        """The error scale of the pair."""
        name: ErrorScaleName = self._pair().error
        return name

    def _new_rows(self, X: TableLike) -> Table:
        return check_table(self, columns_of_fit(self, X, self.estimator_), reset=False)

    def _outputs(self, table: Table) -> tuple[FloatArray, FloatArray]:
        return self.estimator_.predict(table), self.estimator_.predict_error(table)

    def _pair(self) -> Any:
        return ConfidentRegressor() if self.estimator is None else clone(self.estimator)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = self.error != "absolute"
        return tags


def _warn_of_nothing(certificate: Certificate) -> None:
    """Say what was asked, what was found and what would help, where no row will be accepted."""
    if not certificate.certified:
        told = " ".join(certificate_lines(certificate, period=False))
        warnings.warn(f"No row will be accepted. {told}", NothingCertifiedWarning, stacklevel=3)


def _roles(pair: Any, table: Table, time: Any, groups: Any) -> FitRoles:
    """Read time and groups, and find copies, as the pair's own fit does."""
    given = given_prediction(getattr(pair, "regressor", None), table)
    features = table
    if given is not None and isinstance(table, pd.DataFrame):
        features = table.drop(columns=given.column)
    keep_copies = getattr(pair, "copies", "group") == "keep"
    return fit_roles(features, time, groups, keep_copies=keep_copies)


def _part(given: Any, rows: IntArray) -> Any:
    """Take some rows of values beside a table; a name stands for its column."""
    return given if given is None or is_name(given) else as_series(given, "column").iloc[rows]
