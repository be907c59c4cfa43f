"""Predict the target and the expected error of new rows, by both models of a fitted regressor."""

from __future__ import annotations

from typing import Any, Literal, overload

import numpy as np

from qconf._types import Bound, ErrorScaleName, FloatArray, Table, TableLike
from qconf.core.error_scale import error_scale
from qconf.encoding.encoded import Encoded, takes_encoded
from qconf.errors import EstimatorError
from qconf.estimators.bounds import upper_bound
from qconf.model.coded_pair import coded_pair
from qconf.model.remembering import RemembersRows
from qconf.model.replicates import Replicates
from qconf.model.row_views import ViewsRows

__all__ = ["PredictsErrors"]

_READS_NO_CODES = "This model does not read encoded rows: use predict_with_error."


class PredictsErrors(ViewsRows, RemembersRows):
    """Mixin of a regressor that holds a valuation model and a confidence estimator.

    Attributes
    ----------
    regressor_ : regressor
    confidence_ : confidence estimator
    replicates_ : Replicates or None
    """

    error: ErrorScaleName
    bound: Bound
    regressor_: Any
    confidence_: Any
    replicates_: Replicates | None

    def values_of(self, features: Table | Encoded) -> FloatArray:
        """Predict the target of rows from `features_of`, which need no second look.

        Parameters
        ----------
        features : DataFrame, ndarray or Encoded of shape (n_samples, n_features)
            Encoded by `encoder`, where `coded_pair` is not None.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        if not isinstance(features, Encoded):
            return self._predicted(features)
        coded = coded_pair(self)
        if coded is None:
            raise EstimatorError(_READS_NO_CODES)
        return coded.values_of(self, features)

    @overload
    def predict(self, X: TableLike, return_std: Literal[False] = False) -> FloatArray: ...

    @overload
    def predict(self, X: TableLike, return_std: Literal[True]) -> tuple[FloatArray, FloatArray]: ...

    def predict(
        self, X: TableLike, return_std: bool = False
    ) -> FloatArray | tuple[FloatArray, FloatArray]:
        """Predict the target, and on request how far off that is likely to be.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            With the columns of `fit`, in its order; where `fit` was told the time or the groups by
            name, in any order and beside others.
        return_std : bool, default=False
            Also return the expected error in the units of the target, as scikit-learn's
            regressors with this option do. `predict_error` gives it in error-scale units.

        Returns
        -------
        prediction : ndarray of shape (n_samples,)
        std : ndarray of shape (n_samples,)
            Only with `return_std`; >= 0, lower is more confident.
        """
        table = self._checked(X)
        if not return_std:
            return self._predicted(table)
        prediction, expected = self._both(table)
        return prediction, error_scale(self.error).spread(expected, prediction)

    def predict_error(self, X: TableLike) -> FloatArray:
        """Predict the expected error of each row.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            Expected error >= 0, in error-scale units; lower is more confident. With replicates,
            the root of the `bound` over their squared expected errors.
        """
        return self._both(self._checked(X))[1]

    def predict_with_error(self, X: TableLike) -> tuple[FloatArray, FloatArray]:
        """Predict the target and the expected error of each row, checking the rows once.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        prediction : ndarray of shape (n_samples,)
            As `predict` returns it.
        expected_error : ndarray of shape (n_samples,)
            As `predict_error` returns it.
        """
        return self._both(self._checked(X))

    def predict_encoded(self, rows: Encoded) -> tuple[FloatArray, FloatArray]:
        """Predict the target and the expected error of rows that `encoder` has encoded.

        Parameters
        ----------
        rows : Encoded of shape (n_samples, n_features)
            What `features_of` returns of checked rows, encoded.

        Raises
        ------
        EstimatorError
            If one of the models has to see the rows themselves (`coded_pair` is None).
        """
        coded = coded_pair(self)
        if coded is None:
            raise EstimatorError(_READS_NO_CODES)
        return coded.ask(self, rows)

    def _predicted(self, table: Table) -> FloatArray:
        """Predict the target of rows that were checked; models of ours need no second look."""
        model: Any = self.regressor_
        rows = Encoded.of(table, model.encoder_) if takes_encoded(model) else table
        return np.asarray(model.predict(rows), dtype=np.float64)

    def _both(self, table: Table) -> tuple[FloatArray, FloatArray]:
        """Predict the target and the expected error of rows that were checked."""
        coded = coded_pair(self)
        if coded is not None:
            return coded.ask(self, Encoded.of(table, self.encoder))
        prediction = self._predicted(table)
        return prediction, self._expected_error(table, prediction)

    def _expected_error(self, table: Table, prediction: FloatArray) -> FloatArray:
        if self.replicates_ is None:
            return self._estimate(table, prediction)
        squares = self.replicates_.squared_errors(table, prediction)
        return np.sqrt(upper_bound(squares, self.bound))

    def _estimate(self, table: Table, prediction: FloatArray) -> FloatArray:
        """Predict expected errors by the fit on the original rows, without replicates."""
        expected: FloatArray = self.confidence_.predict(self.described(table, prediction))
        return expected
