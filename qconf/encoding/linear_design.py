"""The design of a linear model on an encoded table, kept as a few arrays."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.core.restored import is_array, require
from qconf.encoding.encoder import TableEncoder

__all__ = ["GAP", "OTHERS", "LinearDesign"]

#: In the place of a level's code: it is missing; it is one of the rarer ones.
GAP, OTHERS = -1, -2
#: No column: a level that others are compared with, or one that is like none.
_NONE = -1
#: Places after those of the codes: of codes that were not in `fit`, and of gaps.
_MORE = 2


# No wrapped output: learners read arrays, whatever `sklearn.set_config(transform_output=)` says.
class LinearDesign(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):
    """Turn encoded columns into the design of a linear model.

    Numbers are filled with their median (with a column that says so) and standardised;
    categories become indicator columns, the rarer of more than `max_levels` levels together.
    scikit-learn's imputer, scaler and encoder decide what that is in `fit`; what they found is
    kept in arrays, which do not hang on its version.

    Parameters
    ----------
    is_categorical : ndarray of shape (n_features,), dtype bool
        Which columns of the encoded matrix are codes of levels.
    max_levels : int, default=30
        How many indicator columns a category gets at most.
    drop : {"first", None}, default="first"
        Whether the first level has no column, so that columns do not add up to the intercept's.
        Where distances are measured, every level needs its own.

    Attributes
    ----------
    numbers_ : ndarray of shape (n_numbers,)
        Positions of the columns of numbers that have a value.
    medians_ : ndarray of shape (n_numbers,)
    with_gaps_ : ndarray of shape (n_with_gaps,)
        Positions of the columns of numbers that have gaps.
    mean_, scale_ : ndarray of shape (n_numbers + n_with_gaps,)
        Of the filled numbers, and of what says that one is missing.
    places_ : dict of int to ndarray of shape (n_codes + 2,)
        For each category, by position: which of its indicator columns a code has, the last but one
        for codes that were not in `fit`, the last for gaps; -1 for none.
    indicators_ : ndarray of shape (n_indicators, 2)
        Of each indicator column the position of the category, and the code, `GAP` or `OTHERS`.

    Examples
    --------
    >>> encoded = np.array([[0.0, 1.0], [2.0, 0.0], [np.nan, 1.0]])
    >>> LinearDesign(np.array([False, True])).fit(encoded).transform(encoded).round(2)
    array([[-1.22, -0.71,  1.  ],
           [ 1.22, -0.71,  0.  ],
           [ 0.  ,  1.41,  1.  ]])
    """

    def __init__(
        self, is_categorical: BoolArray, max_levels: int = 30, *, drop: str | None = "first"
    ) -> None:
        self.is_categorical = is_categorical
        self.max_levels = max_levels
        self.drop = drop

    def fit(self, X: FloatArray, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn medians, scales and common levels of an encoded table.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
        y : None
            Ignored.

        Returns
        -------
        LinearDesign
        """
        self._fit_numbers(X)
        self._fit_levels(X)
        return self

    def transform(self, X: FloatArray) -> FloatArray:
        """Return the design of an encoded table.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_numbers + n_with_gaps + n_indicators)
        """
        check_is_fitted(self)
        numbers = X[:, self.numbers_]
        filled = np.where(np.isnan(numbers), self.medians_, numbers)
        scaled = (np.hstack([filled, np.isnan(X[:, self.with_gaps_])]) - self.mean_) / self.scale_
        levels = [self._indicated(X[:, i], places, i) for i, places in self.places_.items()]
        design: FloatArray = np.ascontiguousarray(np.hstack([scaled, *levels]))
        return design

    def check_restored(self) -> None:
        """Check that arrays from a file belong together.

        Raises
        ------
        ValueError
        """
        n_scaled = len(self.numbers_) + len(self.with_gaps_)
        lengths = len(self.medians_), len(self.mean_), len(self.scale_)
        require(
            lengths == (len(self.numbers_), n_scaled, n_scaled),
            "a design's medians, means and scales are not one a column",
        )
        require(
            is_array(self.indicators_, np.intp, (None, 2)), "a design's indicators are not pairs"
        )
        require(
            all(self._are_places(places, i) for i, places in self.places_.items()),
            "a design's levels have places that are none of its indicators",
        )

    def check_columns(self, encoder: Any) -> None:
        """Check that levels are looked up by the codes of columns that have levels.

        Parameters
        ----------
        encoder : TableEncoder
            Of the rows that will come; a file may hold anything in its place.

        Raises
        ------
        ValueError
        """
        require(isinstance(encoder, TableEncoder), "a design has no encoder")
        levels = encoder.levels_
        require(
            # Designs of before also mark the gaps of columns without any value.
            encoder.has_columns(self.places_, np.append(self.numbers_, self.with_gaps_))
            and all(len(places) <= len(levels[i]) + _MORE for i, places in self.places_.items()),
            "a design is of other columns",
        )

    def _fit_numbers(self, X: FloatArray) -> None:
        columns = np.flatnonzero(~self.is_categorical)
        # One without any value tells nothing, and would have no median.
        columns = columns[~np.isnan(X[:, columns]).all(axis=0)]
        self.numbers_: IntArray = columns
        self.with_gaps_: IntArray = columns[:0]
        self.medians_: FloatArray = np.empty(0)
        self.mean_: FloatArray = np.empty(0)
        self.scale_: FloatArray = np.empty(0)
        if not len(columns):
            return
        imputer = SimpleImputer(strategy="median", add_indicator=True)
        imputer.set_output(transform="default")
        scaler = StandardScaler().fit(imputer.fit_transform(X[:, columns]))
        self.numbers_ = columns
        self.medians_ = imputer.statistics_.astype(np.float64)
        self.with_gaps_ = columns[imputer.indicator_.features_]
        self.mean_, self.scale_ = scaler.mean_, scaler.scale_

    def _fit_levels(self, X: FloatArray) -> None:
        self.places_ = {}
        indicators = []
        for i in map(int, np.flatnonzero(self.is_categorical)):
            self.places_[i] = self._places(X[:, [i]])
            indicators += [(i, code) for code in _codes(self.places_[i])]
        self.indicators_: IntArray = np.array(indicators, dtype=np.intp).reshape(-1, 2)

    def _places(self, column: FloatArray) -> IntArray:
        """Ask scikit-learn's encoder which indicator column each code has."""
        encoder = OneHotEncoder(
            drop=self.drop,
            handle_unknown="infrequent_if_exist",
            max_categories=self.max_levels,
            sparse_output=False,
        )
        encoder.set_output(transform="default").fit(column)

        def places_of(codes: FloatArray) -> IntArray:
            indicated = encoder.transform(codes[:, None])
            first = np.argmax(np.column_stack([indicated, np.full(len(codes), 0.5)]), axis=1)
            return np.where(first == indicated.shape[1], _NONE, first)

        # Codes that were not there count as rare ones; asked about them, the encoder would warn.
        rare = encoder.infrequent_categories_[0]
        unknown = _NONE if rare is None else int(places_of(rare[:1])[0])
        known = np.unique(column)
        found, gap = places_of(known), np.isnan(known)
        places = np.full(int(np.nanmax(column, initial=-1.0)) + 1 + _MORE, unknown, dtype=np.intp)
        places[known[~gap].astype(np.intp)] = found[~gap]
        places[-1] = found[-1] if gap.any() else unknown
        return places

    def _indicated(self, column: FloatArray, places: IntArray, i: int) -> FloatArray:
        """Return the indicator columns of a category."""
        last = len(places) - 1
        codes = np.where(np.isnan(column), last, np.minimum(np.nan_to_num(column), last - 1))
        place = places[codes.astype(np.intp)]
        indicated: FloatArray = (place[:, None] == np.arange(self._n_columns(i))).astype(np.float64)
        return indicated

    def _n_columns(self, i: int) -> int:
        """Count the indicator columns of a category."""
        return int((self.indicators_[:, 0] == i).sum())

    def _are_places(self, places: Any, i: int) -> bool:
        """Tell whether each indicator column of a category is a place, and nothing else is one."""
        if not is_array(places, np.intp, (None,)) or len(places) < _MORE:
            return False
        return bool(np.array_equal(np.setdiff1d(places, [_NONE]), np.arange(self._n_columns(i))))


def _codes(places: IntArray) -> list[int]:
    """List what the indicator columns of a category stand for."""
    unknown, gap = places[-2:]
    found = []
    for column in range(int(places.max(initial=_NONE)) + 1):
        if column == unknown:
            found.append(OTHERS)
        elif column == gap:
            found.append(GAP)
        else:
            found.append(int(np.flatnonzero(places == column)[0]))
    return found
