"""Encode rows as the few active coordinates of a linear model that learns row by row."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import count
from math import sqrt
from typing import Any, NamedTuple, Self, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray
from qconf.core.compiled import compiled
from qconf.core.restored import is_array, is_count, require
from qconf.encoding.binning import bin_edges, renumbered
from qconf.encoding.columns import as_floats, factorized, is_measured
from qconf.encoding.encoded import UNKNOWN, Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.errors import TableError
from qconf.learners.online.count_rates import ABSENT, UNSEEN

__all__ = ["ActiveCoordinates", "Columns", "Reading"]

#: What was looked up of coordinates, by column: by which encoder, of how many levels, and where
#: they are. Beside the object, for it is kept in files.
_PLACES: WeakKeyDictionary[Any, dict[int, tuple[TableEncoder | None, int, IntArray]]] = (
    WeakKeyDictionary()
)
#: A number further out than this many standard deviations is taken to be there.
_FAR = 5.0

#: The coordinate of each level of a column; None stands for missing.
Levels = dict[str | None, int]


class Reading(NamedTuple):
    """Coordinates and values of rows to be learned, and the levels that they would add.

    Attributes
    ----------
    coordinates : ndarray of shape (n_rows, n_active), dtype int32
    values : ndarray of shape (n_rows, n_active), or (n_rows, 0)
        Without columns, all values are 1.
    new_levels : dict of int to dict
        For each named column, the levels that had no coordinate yet.
    moments : ndarray of shape (n_numbers, 3)
    n_coordinates : int
        Coordinates in use once the reading is accepted.
    """

    coordinates: NDArray[np.int32]
    values: FloatArray
    new_levels: dict[int, Levels]
    moments: FloatArray
    n_coordinates: int


#: A checked table: encoded, or as it came.
Columns: TypeAlias = pd.DataFrame | Encoded

#: New levels by column, and the coordinates that are free, in turn.
_New = tuple[dict[int, Levels], Iterator[int]]


class ActiveCoordinates:
    """Number the levels of a table as they come.

    Each level of a categorical column has a coordinate, with value 1; so has a gap in it. A number
    has two: its distance from the mean of those before it, in their standard deviations, and one
    that tells that it is missing. With `bins` numbers are cut into bins, which are levels.

    Parameters
    ----------
    first : DataFrame
        The first rows: they tell which columns are numbers, and where bins are cut.
    bins : int or None
    cut_by : int or None, default=None
        How many of the first rows decide where bins are cut; None takes all.
    """

    def __init__(self, first: Columns, bins: int | None, cut_by: int | None = None) -> None:
        measured = [i for i in range(first.shape[1]) if _is_measured(first, i)]
        self.kinds = {i: _kind(first, i) for i in measured}
        self.edges: dict[int, FloatArray] = {}
        self.numbers: list[int] = []
        for i in self.kinds:
            if bins is None:
                self.numbers.append(i)
            else:
                self.edges[i] = bin_edges(_floats(first, i)[:cut_by], bins)
        self.named = [i for i in range(first.shape[1]) if i not in self.numbers]
        #: By named column.
        self.levels: dict[int, Levels] = {i: {} for i in self.named}
        #: Number of rows so far, mean, and sum of squares about it, of each number.
        self.moments = np.zeros((len(self.numbers), 3))
        self.n_coordinates = 2 * len(self.numbers)

    def check_restored(self) -> None:
        """Check what comes from a file: each coordinate is one that there is room for.

        Raises
        ------
        ValueError
        """
        require(is_count(self.n_coordinates, 2 * len(self.numbers)), "coordinates are not counted")
        require(
            is_array(self.moments, np.float64, (len(self.numbers), 3)),
            "the means of numbers are not one a column",
        )
        places = [place for known in self.levels.values() for place in known.values()]
        require(
            list(self.levels) == self.named
            and all(is_count(place, 0, self.n_coordinates - 1) for place in places),
            "a level has a coordinate that is none",
        )
        require(
            all(is_array(edges, np.float64, (None,)) for edges in self.edges.values()),
            "the edges of bins are no numbers",
        )

    def copy(self) -> Self:
        """Return one that learns apart from this one."""
        other = copy.copy(self)
        other.levels = {i: known.copy() for i, known in self.levels.items()}
        return other

    def learn(self, frame: Columns) -> tuple[NDArray[np.int32], FloatArray]:
        """Return coordinates and values of rows that will be learned from.

        New levels get coordinates, and numbers move the means that later rows are held against.

        Raises
        ------
        TableError
            As `read`; nothing has changed then.
        """
        reading = self.read(frame)
        self.accept(reading)
        return reading[:2]

    def read(self, frame: Columns) -> Reading:
        """Say what learning these rows would make of them, and change nothing.

        Raises
        ------
        TableError
            If a column of numbers, dates or durations holds something else now.
        """
        numbers = count(self.n_coordinates)
        new: dict[int, Levels] = {i: {} for i in self.named}
        moments = self.moments.copy()
        coordinates, values = self._active(frame, moments, (new, numbers))
        return Reading(coordinates, values, new, moments, next(numbers))

    def accept(self, reading: Reading) -> None:
        """Take over what a reading brought that is new."""
        # In this order: stopped anywhere, no coordinate is ever given to a second level.
        self.n_coordinates = reading.n_coordinates
        for i, new in reading.new_levels.items():
            self.levels[i].update(new)
        self.moments = reading.moments

    def find(self, frame: Columns) -> tuple[NDArray[np.int32], FloatArray]:
        """Return coordinates and values of rows, and change nothing: new levels are `UNSEEN`.

        Raises
        ------
        TableError
            As `read`.
        """
        return self._active(frame, self.moments.copy(), None)

    def _active(
        self, frame: Columns, moments: FloatArray, new: _New | None
    ) -> tuple[NDArray[np.int32], FloatArray]:
        shape = (len(frame), len(self.named) + 2 * len(self.numbers))
        coordinates = np.empty(shape, dtype=np.int32)
        values = np.ones(shape if self.numbers else (len(frame), 0))
        for place, i in enumerate(self.named):
            coordinates[:, place] = self._levels(i, frame, new)
        for k, i in enumerate(self.numbers):
            column = self._floats(i, frame)
            place = len(self.named) + 2 * k
            missing = np.isnan(column)
            coordinates[:, place] = np.where(missing, ABSENT, 2 * k)
            coordinates[:, place + 1] = np.where(missing, 2 * k + 1, ABSENT)
            standard = np.zeros(len(column))
            known = np.where(missing, 0.0, column)
            _standardise(known, missing, moments[k], new is not None, standard)
            values[:, place] = standard
        return coordinates, values

    def _floats(self, i: int, frame: Columns) -> FloatArray:
        """Write a measured column as numbers, if it holds what it held when learning began."""
        if isinstance(frame, Encoded):
            return frame.matrix[:, i]
        kind, column = self.kinds[i], frame.iloc[:, i]
        if column.isna().all():
            return np.full(len(column), np.nan)
        if (now := _kind(frame, i)) == kind:
            try:
                return as_floats(column)
            except (TypeError, ValueError):
                now = f"values such as {_first_stranger(column)!r}"
        msg = (
            f"The column {column.name!r} held {kind} when learning began, and holds {now} now. "
            f"Give {kind}, or missing values."
        )
        raise TableError(msg)

    def _levels(self, i: int, frame: Columns, new: _New | None) -> IntArray:
        if new is None and isinstance(frame, Encoded):
            return self._known_levels(i, frame)
        codes, names = self._codes(i, frame)
        place = np.empty(len(names) + 1, dtype=np.intp)
        wanted: list[str | None] = [*names, None]
        if not (codes < 0).any():
            wanted.pop()
        for k, name in enumerate(wanted):
            place[k] = self._place(i, name, new)
        return place[codes]

    def _known_levels(self, i: int, frame: Encoded) -> IntArray:
        """Do the same for rows that nothing is learned from: places are looked up once."""
        column, edges = frame.matrix[:, i], self.edges.get(i)
        missing = np.isnan(column)
        if edges is not None:
            places = self._looked_up(i, None)
            codes = np.where(missing, len(places) - 1, np.searchsorted(edges, column))
            return places[codes]
        places = self._looked_up(i, frame.encoder)
        codes = np.where(missing, len(places) - 1, column).astype(np.intp)
        if frame.unseen is not None:
            codes[frame.unseen[:, i]] = len(places) - 2
        return places[codes]

    def _looked_up(self, i: int, encoder: TableEncoder | None) -> IntArray:
        """Return the coordinate of each code of a column, then of the unknown, and of a gap.

        Levels are never taken away: as long as there are as many, they are the same ones.
        """
        known, of_all = self.levels[i], _PLACES.setdefault(self, {})
        kept = of_all.get(i)
        if kept is not None and kept[0] is encoder and kept[1] == len(known):
            return kept[2]
        if encoder is None:
            names: list[str | None] = [str(one) for one in range(len(self.edges[i]) + 1)]
        else:
            names = [*encoder.levels_[i], UNKNOWN]
        places = np.array([known.get(one, UNSEEN) for one in [*names, None]], dtype=np.intp)
        of_all[i] = encoder, len(known), places
        return places

    def _codes(self, i: int, frame: Columns) -> tuple[IntArray, list[str]]:
        """Return codes of the rows' levels, -1 for missing, and the levels' names."""
        if i not in self.edges:
            if isinstance(frame, Encoded):
                return frame.factorized(i)
            return factorized(frame.iloc[:, i])
        numbers = self._floats(i, frame)
        cells = np.searchsorted(self.edges[i], numbers)
        codes, bins = renumbered(cells, len(self.edges[i]) + 1)
        return np.where(np.isnan(numbers), -1, codes), [str(one) for one in bins]

    def _place(self, i: int, name: str | None, new: _New | None) -> int:
        place = self.levels[i].get(name)
        if place is not None:
            return place
        if new is None:
            return UNSEEN
        levels, numbers = new
        if name not in levels[i]:
            levels[i][name] = next(numbers)
        return levels[i][name]


def _is_measured(frame: Columns, i: int) -> bool:
    return frame.is_measured(i) if isinstance(frame, Encoded) else is_measured(frame.iloc[:, i])


def _floats(frame: Columns, i: int) -> FloatArray:
    return frame.matrix[:, i] if isinstance(frame, Encoded) else as_floats(frame.iloc[:, i])


def _kind(frame: Columns, i: int) -> str:
    """Name what is measured: numbers of one kind cannot be held against those of another."""
    if isinstance(frame, Encoded):
        return frame.encoder.kind_of(i)
    dtype = frame.iloc[:, i].infer_objects().dtype
    if pd.api.types.is_timedelta64_dtype(dtype):
        return "durations"
    dated = pd.api.types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype)
    return "dates" if dated else "numbers"


def _first_stranger(column: pd.Series[Any]) -> Any:
    """Find a value that is no number."""
    strange = column.notna() & pd.to_numeric(column, errors="coerce").isna()
    return column[strange].iloc[0] if strange.any() else column.dropna().iloc[0]


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
