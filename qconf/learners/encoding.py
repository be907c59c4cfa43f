"""Turn a table of mixed columns into numbers that a learner can read."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, BoolArray, FloatArray, IntArray, TableLike
from qconf._validation import TakesTables, check_table

__all__ = ["TableEncoder", "design_matrix"]

_NANOSECONDS_A_DAY = 86_400 * 10**9


class TableEncoder(TakesTables, TransformerMixin, BaseEstimator):
    """Columns of any kind as one matrix of floats, missing values as NaN.

    Numbers and booleans stay what they are, dates become days since 1970-01-01, durations days,
    and everything else (strings, categories, mixed objects) the position of its level among the
    levels seen in `fit`. A level that was not seen in `fit` is treated as missing.

    Attributes
    ----------
    levels_ : dict of int to pandas.Index
        For each categorical column, by position, its levels in the order of their codes.
    is_categorical_ : ndarray of shape (n_features,), dtype bool
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features,)
        Only if the table of `fit` had column names.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"zip": ["b", "a", None], "rooms": [3, 4, 5]})
    >>> TableEncoder().fit(X).transform(X)
    array([[ 1.,  3.],
           [ 0.,  4.],
           [nan,  5.]])
    """

    def fit(self, X: TableLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn the levels of the categorical columns.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : None
            Ignored: an encoding that has seen no target cannot leak one.

        Returns
        -------
        TableEncoder
        """
        frame = _as_frame(check_table(self, X, reset=True))
        self.levels_ = {
            i: pd.Index(_factorized(frame.iloc[:, i])[1], dtype=object).unique().sort_values()
            for i in range(frame.shape[1])
            if not _is_measured(frame.iloc[:, i])
        }
        self.is_categorical_: BoolArray = np.isin(np.arange(frame.shape[1]), list(self.levels_))
        return self

    def transform(self, X: TableLike) -> FloatArray:
        """Encode a table with the levels learned in `fit`.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_features), dtype float64
        """
        check_is_fitted(self)
        frame = _as_frame(check_table(self, X, reset=False))
        encoded = np.empty(frame.shape, dtype=np.float64, order="F")
        for i in range(frame.shape[1]):
            column = frame.iloc[:, i]
            if i in self.levels_:
                encoded[:, i] = _level_codes(column, self.levels_[i])
            else:
                encoded[:, i] = _as_floats(column)
        return encoded

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Return the names of the columns, which encoding leaves as they are."""
        if input_features is not None:
            return np.asarray(input_features, dtype=object)
        default = [f"x{i}" for i in range(len(self.is_categorical_))]
        return np.asarray(getattr(self, "feature_names_in_", default), dtype=object)


def design_matrix(is_categorical: BoolArray, max_levels: int = 30) -> ColumnTransformer:
    """Make the step that turns encoded columns into the design of a linear model.

    Numbers are filled with their median (with a column that says so) and standardised;
    categories become indicator columns, the rarer of more than `max_levels` levels together.

    Parameters
    ----------
    is_categorical : ndarray of shape (n_features,), dtype bool
        Which columns of the encoded matrix are codes of levels.
    max_levels : int, default=30
        How many indicator columns a category gets at most.

    Returns
    -------
    sklearn.compose.ColumnTransformer
        A transformer of matrices of shape (n_samples, n_features).
    """
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    levels = OneHotEncoder(
        drop="first",
        handle_unknown="infrequent_if_exist",
        max_categories=max_levels,
        sparse_output=False,
    )
    return ColumnTransformer(
        [
            ("numbers", numbers, np.flatnonzero(~is_categorical)),
            ("levels", levels, np.flatnonzero(is_categorical)),
        ]
    )


def _as_frame(X: Any) -> pd.DataFrame:
    if isinstance(X, pd.DataFrame):
        return X
    frame = pd.DataFrame(X)
    return frame.infer_objects() if X.dtype.kind == "O" else frame


def _is_measured(column: pd.Series[Any]) -> bool:
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return False
    if pd.api.types.is_object_dtype(dtype):
        return bool(pd.api.types.is_bool_dtype(column.dropna().infer_objects().dtype))
    return (
        pd.api.types.is_numeric_dtype(dtype)
        or pd.api.types.is_datetime64_any_dtype(dtype)
        or pd.api.types.is_timedelta64_dtype(dtype)
        or isinstance(dtype, pd.PeriodDtype)
    )


def _factorized(column: pd.Series[Any]) -> tuple[IntArray, list[str]]:
    """Return the code of each row's value, -1 for missing, and the values that codes stand for."""
    try:
        codes, values = pd.factorize(column)
    except TypeError:
        # Lists and the like cannot be told apart by hash, but by how they are written.
        codes, values = pd.factorize(column.map(str, na_action="ignore"))
    return codes, [str(value) for value in values]


def _level_codes(column: pd.Series[Any], levels: pd.Index[Any]) -> FloatArray:
    """Give each row the position of its level, NaN if it has none or one never seen."""
    codes, names = _factorized(column)
    position = np.append(levels.get_indexer(pd.Index(names, dtype=object)), -1)[codes]
    return np.where(position < 0, np.nan, position)


def _as_floats(column: pd.Series[Any]) -> FloatArray:
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if pd.api.types.is_datetime64_any_dtype(column.dtype) or pd.api.types.is_timedelta64_dtype(
        column.dtype
    ):
        return _as_days(column)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _as_days(column: pd.Series[Any]) -> FloatArray:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    unit = "m8[ns]" if pd.api.types.is_timedelta64_dtype(column.dtype) else "M8[ns]"
    stamps = column.to_numpy().astype(unit)
    days: FloatArray = stamps.astype(np.int64) / _NANOSECONDS_A_DAY
    days[np.isnat(stamps)] = np.nan
    return days
