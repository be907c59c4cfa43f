"""Rows of a table as the few coordinates of a linear model that they make active."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray
from qconf.learners.binning import bin_edges
from qconf.learners.columns import as_floats, factorized, is_measured
from qconf.learners.compiled import compiled
from qconf.learners.count_rates import ABSENT, UNSEEN

__all__ = ["ActiveCoordinates"]

#: A number further out than this many standard deviations is taken to be there.
_FAR = 5.0


class ActiveCoordinates:
    """Number the levels of a table as they come.

    Each level of a categorical column has a coordinate, with value 1; so has a gap in it. A number
    has two: its distance from the mean of those before it, in their standard deviations, and one
    that tells that it is missing. With `bins` numbers are cut into bins, which are levels.

    Parameters
    ----------
    first : DataFrame
        The first rows: they tell which columns are numbers, and where bins are cut.
    categorical : ndarray of shape (n_columns,), dtype bool
        Columns to be taken as levels whatever they hold.
    bins : int or None
    buckets : int or None
        With a number, levels are not remembered but hashed into so many coordinates, which those
        of all columns share: memory is bounded, and some levels are taken for each other.
    """

    def __init__(
        self,
        first: pd.DataFrame,
        categorical: NDArray[np.bool_],
        bins: int | None,
        buckets: int | None,
    ) -> None:
        measured = np.array([is_measured(first.iloc[:, i]) for i in range(first.shape[1])])
        measured &= ~categorical
        self.buckets = buckets
        self.edges: dict[int, FloatArray] = {}
        self.numbers: list[int] = []
        for i in map(int, np.flatnonzero(measured)):
            if bins is None:
                self.numbers.append(i)
            else:
                self.edges[i] = bin_edges(as_floats(first.iloc[:, i]), bins)
        self.named = [i for i in range(first.shape[1]) if i not in self.numbers]
        #: For each named column, the coordinate of each level; None stands for missing.
        self.levels: dict[int, dict[str | None, int]] = {i: {} for i in self.named}
        #: Number of rows so far, mean, and sum of squares about it, of each number.
        self.moments = np.zeros((len(self.numbers), 3))
        self.n_coordinates = 2 * len(self.numbers) + (buckets or 0)

    def learn(self, frame: pd.DataFrame) -> tuple[NDArray[np.int32], FloatArray]:
        """Return coordinates and values of rows that will be learned from.

        New levels get coordinates, and numbers move the means that later rows are held against.
        """
        return self._active(frame, learn=True)

    def find(self, frame: pd.DataFrame) -> tuple[NDArray[np.int32], FloatArray]:
        """Return coordinates and values of rows, and change nothing: new levels are `UNSEEN`."""
        return self._active(frame, learn=False)

    def _active(self, frame: pd.DataFrame, *, learn: bool) -> tuple[NDArray[np.int32], FloatArray]:
        shape = (len(frame), len(self.named) + 2 * len(self.numbers))
        coordinates = np.empty(shape, dtype=np.int32)
        values = np.ones(shape if self.numbers else (len(frame), 0))
        for place, i in enumerate(self.named):
            coordinates[:, place] = self._levels(i, frame.iloc[:, i], learn=learn)
        for k, i in enumerate(self.numbers):
            column = as_floats(frame.iloc[:, i])
            place = len(self.named) + 2 * k
            missing = np.isnan(column)
            coordinates[:, place] = np.where(missing, ABSENT, 2 * k)
            coordinates[:, place + 1] = np.where(missing, 2 * k + 1, ABSENT)
            moments = self.moments[k] if learn else self.moments[k].copy()
            standard = np.zeros(len(column))
            _standardise(np.where(missing, 0.0, column), missing, moments, learn, standard)
            values[:, place] = standard
        return coordinates, values

    def _levels(self, i: int, column: pd.Series[Any], *, learn: bool) -> IntArray:
        codes, names = self._codes(i, column)
        known = self.levels[i]
        place = np.empty(len(names) + 1, dtype=np.intp)
        wanted: list[str | None] = [*names, None]
        if not (codes < 0).any():
            wanted.pop()
        for k, name in enumerate(wanted):
            place[k] = self._place(i, name, known, learn=learn)
        return place[codes]

    def _codes(self, i: int, column: pd.Series[Any]) -> tuple[IntArray, list[str]]:
        """Return codes of the rows' levels, -1 for missing, and the levels' names."""
        if i not in self.edges:
            return factorized(column)
        numbers = as_floats(column)
        bins, codes = np.unique(np.searchsorted(self.edges[i], numbers), return_inverse=True)
        return np.where(np.isnan(numbers), -1, codes), [str(one) for one in bins]

    def _place(self, i: int, name: str | None, known: dict[str | None, int], *, learn: bool) -> int:
        if self.buckets is not None:
            text = np.array([f"{i}={name}" if name is not None else f"{i}"], dtype=object)
            hashed = int(pd.util.hash_array(text)[0])
            return 2 * len(self.numbers) + hashed % self.buckets
        if name in known:
            return known[name]
        if not learn:
            return UNSEEN
        known[name] = self.n_coordinates
        self.n_coordinates += 1
        return known[name]


@compiled
def _standardise(
    column: FloatArray,
    missing: NDArray[np.bool_],
    moments: FloatArray,
    learn: bool,
    standard: FloatArray,
) -> None:
    """Hold each number against those before it; `moments` are those before all of them."""
    for row in range(len(column)):
        if not missing[row]:
            n, mean, squares = moments[0], moments[1], moments[2]
            beyond = column[row] - mean
            if squares > 0.0:
                standard[row] = min(max(beyond / sqrt(squares / n), -_FAR), _FAR)
            if learn:
                moments[0] = n + 1.0
                moments[1] = mean + beyond / (n + 1.0)
                moments[2] = squares + beyond * beyond * n / (n + 1.0)
