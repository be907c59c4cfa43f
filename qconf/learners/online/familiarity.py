"""Measure how much an online model has seen of what a row is made of."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray, TableLike
from qconf.learners.online.count_rates import ABSENT, UNSEEN, CountRates, Rows

__all__ = ["TellsFamiliarity"]


class TellsFamiliarity:
    """Mixin for a regressor on `CountRates`: what its counts say of rows.

    A subclass has ``prior_count``, ``_model`` and ``_known_rows(X)``.
    """

    prior_count: float
    _model: CountRates

    def counts(self, X: TableLike) -> FloatArray:
        """Tell how much was seen of what rows are made of.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_active)
            For each level or number of a row its n_j, the sum of weight times squared value; 0 if
            it was never seen, NaN where a row has none.
        """
        return self._counts(self._known_rows(X))

    def stability(self, X: TableLike) -> FloatArray:
        """Score rows by how much of them was seen: lower is better known.

        u(x) = sum_j |x_j| / sqrt(prior_count + n_j), with plain counts instead of the squared
        gradients of McMahan et al. (2013, "Ad click prediction: a view from the trenches",
        section 6), which under squared loss would make noise look well known.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            >= 0.
        """
        rows = self._known_rows(X)
        x = rows[1]
        values = x if x.shape[1] else np.ones(rows.coordinates.shape)
        single = np.abs(values) / np.sqrt(self.prior_count + self._counts(rows))
        total: FloatArray = np.nansum(single, axis=1)
        return total

    def novelty(self, X: TableLike) -> FloatArray:
        """Tell how uncertain predictions are, in units of the variance of the noise.

        sum_j x_j² / (prior_count + n_j); with one categorical feature 1 / (prior_count + n), by
        which the variance of a prediction's error exceeds that of the noise.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            >= 0.
        """
        rows = self._known_rows(X)
        return self._model.novelty(rows)

    def _counts(self, rows: Rows) -> FloatArray:
        counts: FloatArray = self._model.state[np.maximum(rows.coordinates, 0), 1, 0]
        counts = np.where(rows.coordinates == UNSEEN, 0.0, counts)
        return np.where(rows.coordinates == ABSENT, np.nan, counts)

    def _known_rows(self, X: TableLike) -> Rows:
        raise NotImplementedError
