"""An encoded table as points for distances: numbers from 0 to 1, and levels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.core.restored import is_array, require
from qconf.encoding.encoder import TableEncoder

__all__ = ["Points", "UnitCube"]

_MOST_LEVELS = 30


class Points(NamedTuple):
    """Rows as points.

    Attributes
    ----------
    numbers : ndarray of shape (n_numbers, n_samples), dtype float32
        From 0 to 1.
    levels : ndarray of shape (n_categories, n_samples), dtype int32
        Which level a row has of each category; -1 for one that is like no other.
    """

    numbers: NDArray[np.float32]
    levels: NDArray[np.int32]


class UnitCube:
    """Scale numbers by their range, and number the levels of categories.

    Parameters
    ----------
    matrix : ndarray of shape (n_samples, n_features)
        As `TableEncoder.transform` returns it. Missing numbers are filled with the median, and
        columns that have such get one that says so; of more than 30 levels the rarer ones, and
        what was not here, are one. So is a gap, a level like any other.
    is_categorical : ndarray of shape (n_features,), dtype bool
        Which columns are codes of levels.
    """

    def __init__(self, matrix: FloatArray, is_categorical: BoolArray) -> None:
        missing = np.isnan(matrix)
        self._numbers: IntArray = np.flatnonzero(~is_categorical & ~missing.all(axis=0))
        self._with_gaps = self._numbers[missing[:, self._numbers].any(axis=0)]
        ranges = [_range(matrix[:, i]) for i in self._numbers]
        self._low, self._span, self._middle = np.array(ranges).reshape(-1, 3).T
        self._places = {int(i): _places(matrix[:, i]) for i in np.flatnonzero(is_categorical)}

    def __call__(self, matrix: FloatArray) -> Points:
        """Return the points of rows, encoded by the same encoder."""
        numbers = matrix[:, self._numbers]
        filled = np.where(np.isnan(numbers), self._middle, numbers)
        scaled = np.clip((filled - self._low) / self._span, 0.0, 1.0)
        gaps = np.isnan(matrix[:, self._with_gaps])
        levels = [_looked_up(places, matrix[:, i]) for i, places in self._places.items()]
        return Points(
            np.ascontiguousarray(np.hstack([scaled, gaps]).T, dtype=np.float32),
            np.array(levels, dtype=np.int32).reshape(len(levels), len(matrix)),
        )

    def check_restored(self) -> None:
        """Check that arrays from a file belong together.

        Raises
        ------
        ValueError
        """
        n_numbers = len(self._numbers)
        require(
            all(is_array(one, np.float64, (n_numbers,)) for one in self._ranges)
            and all(one.ndim == 1 for one in (self._numbers, self._with_gaps)),
            "the ranges of numbers are not one a column",
        )
        require(
            all(is_array(one, np.intp, (None,)) and len(one) > 1 for one in self._places.values()),
            "the places of levels are no whole numbers",
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
        require(isinstance(encoder, TableEncoder), "the points of rows have no encoder")
        require(
            encoder.has_columns(self._places, self._numbers)
            and bool(np.isin(self._with_gaps, self._numbers).all()),
            "the points of rows are of other columns",
        )

    @property
    def _ranges(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        return self._low, self._span, self._middle


def _range(column: FloatArray) -> tuple[float, float, float]:
    """Return the lowest value, the range (1 where it is 0) and the median."""
    low, high = float(np.nanmin(column)), float(np.nanmax(column))
    return low, (high - low) or 1.0, float(np.nanmedian(column))


def _places(column: FloatArray) -> IntArray:
    """Give each common level a number, and the rarer ones one together.

    Returns
    -------
    ndarray of shape (n_levels + 2,)
        By code; the last but one is for codes that are not here, the last for gaps. -1 where there
        is no level to be like.
    """
    missing = np.isnan(column)
    codes = column[~missing].astype(np.intp)
    count = np.append(np.bincount(codes), [0, int(missing.sum())])
    there = np.flatnonzero(count)
    place = np.full(len(count), -1)
    if len(there) <= _MOST_LEVELS:
        place[there] = np.arange(len(there))
    else:
        place[:] = _MOST_LEVELS - 1
        common = there[np.argsort(-count[there], kind="stable")[: _MOST_LEVELS - 1]]
        place[common] = np.arange(_MOST_LEVELS - 1)
    return place


def _looked_up(places: IntArray, column: FloatArray) -> IntArray:
    last = len(places) - 1
    codes = np.where(np.isnan(column), last, np.minimum(np.nan_to_num(column), last - 1))
    looked_up: IntArray = places[codes.astype(np.intp)]
    return looked_up
