"""Sample a table's rows as numbers and levels, for all suspicions to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import ArrayLike, BoolArray, FloatArray, IntArray
from qconf.encoding.columns import as_floats, factorized, is_measured

__all__ = [
    "Levels",
    "View",
    "away_from_mode",
    "codes_of",
    "make_view",
    "sampled_rows",
    "whole_numbers",
]

#: Shares of rows are known to half a per cent from so many; a million rows take no longer.
_MAX_ROWS = 20_000

#: A column with more levels than this does not stand for a unit of measure or a currency.
_MAX_LEVELS = 30
_MAX_LEVELS_OF_NUMBERS = 12


@dataclass(frozen=True, eq=False)
class Levels:
    """A column of few levels.

    Attributes
    ----------
    codes : ndarray of shape (n_samples,)
        -1 for missing.
    labels : list of str
    """

    codes: IntArray
    labels: list[str]


@dataclass(frozen=True, eq=False)
class View:
    """A sample of rows.

    Attributes
    ----------
    features : DataFrame of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    target : str
        The target's name.
    beside : dict of str to ndarray
        Columns of numbers that are not features: the prediction, the time.
    """

    features: pd.DataFrame
    y: FloatArray
    target: str
    beside: Mapping[str, FloatArray]

    @cached_property
    def numbers(self) -> dict[str, FloatArray]:
        """Features that are measured, as floats (dates in days), constant ones left out."""
        found = {}
        for name in self.features:
            column = self.features[name]
            if is_measured(column) and not pd.api.types.is_complex_dtype(column.dtype):
                values = as_floats(column)
                known = values[np.isfinite(values)]
                if len(known) and known.min() < known.max():
                    found[str(name)] = values
        return found

    @cached_property
    def levels(self) -> dict[str, Levels]:
        """Features of few levels: text, categories, and numbers that take few values."""
        found = {}
        for name in self.features:
            column = self.features[name]
            most = _MAX_LEVELS_OF_NUMBERS if is_measured(column) else _MAX_LEVELS
            # Few rows tell most columns apart at once.
            if codes_of(column.iloc[:300]).max() >= most:
                continue
            codes, labels = factorized(column)
            if 1 < len(labels) <= most:
                found[str(name)] = Levels(codes, labels)
        return found


def make_view(
    features: pd.DataFrame,
    y: FloatArray,
    target: str,
    prediction: tuple[str, FloatArray] | None = None,
    time: tuple[str, ArrayLike] | None = None,
) -> View:
    """Take a sample of rows, always the same.

    Parameters
    ----------
    features : DataFrame of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    target : str
    prediction, time : tuple of str and array-like of shape (n_samples,), default=None
        Name and values.
    """
    rows = sampled_rows(len(y))
    beside = {}
    if prediction is not None:
        beside[prediction[0]] = np.asarray(prediction[1], dtype=np.float64)[rows]
    if time is not None and time[0] not in features:
        moments = pd.Series(np.asarray(time[1])[rows])
        if is_measured(moments):
            beside[time[0]] = as_floats(moments)
    return View(features.iloc[rows], np.asarray(y, dtype=np.float64)[rows], target, beside)


def sampled_rows(n_rows: int) -> IntArray:
    """Draw positions without replacement, in their order; all of them if there are not many."""
    if n_rows <= _MAX_ROWS:
        return np.arange(n_rows)
    drawn = np.random.default_rng(0).choice(n_rows, _MAX_ROWS, replace=False, shuffle=False)
    return np.sort(drawn)


def away_from_mode(y: FloatArray, common: float) -> BoolArray:
    """Mark the rows whose target is not one that more than the share `common` of rows have.

    Half of the repair costs are zero: that a column is zero there too says little.
    """
    _, inverse, counts = np.unique(y, return_inverse=True, return_counts=True)
    rare: BoolArray = (counts <= common * len(y))[inverse]
    return rare


def codes_of(column: pd.Series[Any]) -> IntArray:
    """Give the values of a column numbers in the order in which they come, -1 for missing."""
    try:
        return np.asarray(pd.factorize(column)[0])
    except TypeError:
        # Lists and the like are told apart by how they are written.
        return np.asarray(pd.factorize(column.map(str, na_action="ignore"))[0])


def whole_numbers(column: pd.Series[Any]) -> FloatArray | None:
    """Return the known values of a column of whole numbers as floats; None of any other."""
    dtype = column.dtype
    others = ("is_bool_dtype", "is_complex_dtype")
    if not pd.api.types.is_numeric_dtype(dtype) or any(
        getattr(pd.api.types, kind)(dtype) for kind in others
    ):
        return None
    values = as_floats(column)
    known = values[np.isfinite(values)]
    return known if len(known) and (known == np.round(known)).all() else None
