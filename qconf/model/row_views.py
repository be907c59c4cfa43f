"""How the two models of a regressor look at rows: which column is time, group or prediction."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from qconf._types import Copies, FloatArray, Table, TableLike
from qconf.core.validation import check_table
from qconf.model.named_columns import columns_of_fit
from qconf.model.pair_fitter import with_prediction
from qconf.tables.fit_roles import FitRoles, fit_roles, warn_beyond
from qconf.tables.roles import check_known, is_name, moments_of

__all__ = ["ViewsRows"]


class ViewsRows(BaseEstimator):
    """Mixin of a regressor whose columns have roles.

    Attributes
    ----------
    time_name_, group_name_ : str or None
        The columns that tell the time and the group.
    time_range_ : tuple or None
        The first and the last time in `fit`.
    """

    copies: Copies
    time_name_: str | None
    group_name_: str | None
    time_range_: tuple[Any, Any] | None
    #: The column of somebody else's predictions, if the valuation model is one.
    _given_name: str | None

    def _take_roles(self, table: Table, time: Any, groups: Any) -> FitRoles:
        """Remember which columns play a role, and read what they say of each row."""
        self.time_name_ = str(time) if is_name(time) else None
        self.group_name_ = str(groups) if is_name(groups) else None
        features = table
        if self._given_name is not None and isinstance(table, pd.DataFrame):
            check_known(table, self._given_name)
            features = table.drop(columns=self._given_name)
        roles = fit_roles(features, time, groups, keep_copies=self.copies == "keep")
        self.time_range_ = roles.time_range
        return roles

    @property
    def hidden_from_confidence(self) -> tuple[str, ...]:
        """Columns that the confidence estimator does not see; a prediction it sees as such."""
        return tuple(name for name in (self.time_name_, self._given_name) if name is not None)

    def _seen_by_confidence(self, features: Table) -> Table:
        """Look at features as the confidence estimator does, without the prediction."""
        hidden = list(self.hidden_from_confidence)
        return features.drop(columns=hidden) if isinstance(features, pd.DataFrame) else features

    def _features(self, table: Table) -> Table:
        """Look at a checked table as the valuation model does: time as time, no group."""
        if not isinstance(table, pd.DataFrame):
            return table
        if self.group_name_ is not None:
            table = table.drop(columns=self.group_name_)
        if self.time_name_ is not None:
            moments, _ = moments_of(table[self.time_name_].reset_index(drop=True))
            table = table.assign(**{self.time_name_: moments})
        return table

    def _checked(self, X: TableLike) -> Table:
        """Check new rows, and warn if they lie far beyond the times of `fit`."""
        table = self.features_of(X)
        if self.time_name_ is not None and isinstance(table, pd.DataFrame):
            warn_beyond(table[self.time_name_].to_numpy(), self.time_range_)
        return table

    def features_of(self, X: TableLike) -> Table:
        """Check rows, and look at them as the valuation model does: time as time, no group.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Of a fit that was told the time or the groups by name, columns of a table are found by
            name, in any order, and others are left alone.

        Returns
        -------
        DataFrame or ndarray of shape (n_samples, n_features)

        Raises
        ------
        TableError
            If a column is missing, or all are there in another order where that counts.
        """
        check_is_fitted(self)
        return self._features(check_table(self, columns_of_fit(self, X, self), reset=False))

    def described(self, features: Table, prediction: FloatArray) -> Table:
        """Look at rows from `features_of` as the confidence estimator does.

        Parameters
        ----------
        features : DataFrame or ndarray of shape (n_samples, n_features)
        prediction : ndarray of shape (n_samples,)

        Returns
        -------
        DataFrame or ndarray
            With the prediction, without the time.
        """
        return with_prediction(features, prediction, self.hidden_from_confidence)
