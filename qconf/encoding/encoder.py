"""Turn a table of mixed columns into numbers that a learner can read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from qconf._types import ArrayLike, BoolArray, FloatArray, IntArray, Table, TableLike
from qconf.core.plain_columns import EMPTY, NUMBERS, is_plain
from qconf.core.restored import is_array, require
from qconf.core.validation import TakesTables, check_table, take_over_columns
from qconf.encoding.columns import LARGEST, as_floats, as_frame, factorized, is_measured

__all__ = ["TableEncoder"]


# No wrapped output: learners read arrays, whatever `sklearn.set_config(transform_output=)` says.
class TableEncoder(TakesTables, TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):
    """Columns of any kind as one matrix of floats, missing values as NaN.

    Numbers and booleans stay what they are (up to 1e38 in size), dates become days since
    1970-01-01, durations days, and everything else (strings, categories, mixed objects) the
    position of its level among the levels seen in `fit`. A level that was not seen in `fit` is
    treated as missing.

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

    n_features_in_: int

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
        return self._learned(check_table(self, X, reset=True))

    def fit_checked(self, table: Table, checked_by: BaseEstimator) -> Self:
        """Learn the levels of a table that an estimator has checked, and remembers."""
        take_over_columns(self, checked_by)
        return self._learned(table)

    def _learned(self, table: Table) -> Self:
        frame = as_frame(table)
        self.levels_ = {
            i: pd.Index(factorized(frame.iloc[:, i])[1], dtype=object).unique().sort_values()
            for i, dtype in enumerate(frame.dtypes)
            if not (is_plain(dtype) or is_measured(frame.iloc[:, i]))
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
        return self.encode(check_table(self, X, reset=False))

    def encode(self, table: Table) -> FloatArray:
        """Encode a table that was checked already, against the same columns."""
        return self.codes(table)[0]

    def codes(self, table: Table) -> tuple[FloatArray, BoolArray | None]:
        """Encode a table that was checked already, and tell which levels are not known.

        Parameters
        ----------
        table : DataFrame or ndarray of shape (n_samples, n_features)

        Returns
        -------
        encoded : ndarray of shape (n_samples, n_features), dtype float64
        unseen : ndarray of shape (n_samples, n_features), dtype bool, or None
            Cells with a level that was not in `fit`; None if there are none.
        """
        frame = as_frame(table)
        unseen = None
        encoded = np.empty(frame.shape, dtype=np.float64, order="F")
        plain = [
            i for i, dtype in enumerate(frame.dtypes) if is_plain(dtype) and i not in self.levels_
        ]
        # All at once: looking at columns one by one takes longer than reading short ones.
        encoded[:, plain] = frame.iloc[:, plain].to_numpy(dtype=np.float64)
        for i in sorted(set(range(frame.shape[1])) - set(plain)):
            column = frame.iloc[:, i]
            if i not in self.levels_:
                encoded[:, i] = as_floats(column)
                continue
            codes, names = factorized(column)
            place = self.levels_[i].get_indexer(pd.Index(names, dtype=object))
            encoded[:, i] = np.append(np.where(place < 0, np.nan, place), np.nan)[codes]
            if (place < 0).any():
                unseen = np.zeros(frame.shape, dtype=bool) if unseen is None else unseen
                unseen[:, i] = np.append(place < 0, False)[codes]
        np.clip(encoded, -LARGEST, LARGEST, out=encoded)
        # Row by row, as the engines read it: each would make such a copy.
        return np.ascontiguousarray(encoded), unseen

    def wider(self, n_columns: int) -> TableEncoder:
        """Make the encoder of tables that have so many columns of numbers more, at their end."""
        other = TableEncoder()
        take_over_columns(other, self)
        # New columns have no names, so that none has.
        vars(other).pop("feature_names_in_", None)
        other.n_features_in_ = self.n_features_in_ + n_columns
        other.levels_ = self.levels_
        other.is_categorical_ = np.append(self.is_categorical_, np.zeros(n_columns, dtype=bool))
        return other

    def with_levels(self, levels: dict[int, pd.Index[Any]]) -> TableEncoder:
        """Make the encoder of the same columns with other levels, which more rows have."""
        other = TableEncoder()
        take_over_columns(other, self)
        other.levels_, other.is_categorical_ = levels, self.is_categorical_
        return other

    def kind_of(self, column: int) -> str:
        """Name what a measured column holds: ``numbers``, ``dates`` or ``durations``."""
        kind: str = vars(self).get("_column_kinds", {}).get(column, NUMBERS)
        return NUMBERS if kind == EMPTY else kind

    def codes_like(self, other: Any) -> bool:
        """Tell whether another encoder's codes mean places in the same columns, as many in each."""
        return (
            isinstance(other, TableEncoder)
            and self.n_features_in_ == other.n_features_in_
            and _n_levels(self) == _n_levels(other)
        )

    def has_columns(self, categories: Iterable[int], numbers: IntArray) -> bool:
        """Tell whether its columns of levels are these, and among the others are those numbers."""
        measured = np.flatnonzero(~self.is_categorical_)
        return list(categories) == list(self.levels_) and bool(np.isin(numbers, measured).all())

    def check_restored(self) -> None:
        """Check what comes from a file: levels of the columns that have some, and of no others.

        Raises
        ------
        ValueError
        """
        require(
            is_array(self.is_categorical_, bool, (self.n_features_in_,)),
            "an encoder has another number of columns",
        )
        require(
            list(self.levels_) == np.flatnonzero(self.is_categorical_).tolist()
            and all(isinstance(levels, pd.Index) for levels in self.levels_.values()),
            "an encoder has levels of other columns",
        )

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Return the names of the columns, which encoding leaves as they are."""
        if input_features is not None:
            return np.asarray(input_features, dtype=object)
        default = [f"x{i}" for i in range(len(self.is_categorical_))]
        return np.asarray(getattr(self, "feature_names_in_", default), dtype=object)


def _n_levels(encoder: TableEncoder) -> dict[int, int]:
    return {column: len(levels) for column, levels in encoder.levels_.items()}
