"""Rows as points in a space of where they are and what they are predicted to be worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray
from qconf.core.restored import is_array, is_count, require
from qconf.encoding.place_columns import are_degrees, inside_degrees
from qconf.encoding.unit_cube import Points

__all__ = ["PlacePoints"]

#: Radius of the earth.
_KILOMETRES = 6371.0
#: The unit of distance: to so many rows nearby, for the row in the middle.
_NEARBY = 25
#: So many rows tell it.
_ASKED_FOR_UNIT = 2000
#: In that unit, how far a standard deviation of the log prediction is.
_DEVIATION = 2.0
#: What is nearer, in kilometres, is the same place.
_SAME = 1e-6
#: Nothing is farther away than this many units: squares stay finite.
_FARTHEST = 1e6
#: Of a number, what sums may be off by.
_ROUNDING = 1e-9


class PlacePoints:
    """Put rows where they are, and apart if their predictions are.

    Latitudes and longitudes become points on a sphere: so a degree of longitude is as long as it
    is at its latitude, and the date line is no border. What is no degree is a place on a map.
    Distances are in units of how far the rows of a table are apart.

    Parameters
    ----------
    matrix : ndarray of shape (n_samples, n_features)
        As `TableEncoder.transform` returns it.
    place : (int, int)
        Columns of latitude and longitude.
    prediction : int or None
        Column of the prediction, if there is one: of two rows at the same place that of a like
        value is nearer. A missing one counts as the median.
    """

    def __init__(
        self, matrix: FloatArray, place: tuple[int, int], prediction: int | None = None
    ) -> None:
        self._place, self._prediction = place, prediction
        first, second = (matrix[:, i] for i in place)
        self._on_earth = are_degrees(first, second)
        there = self._where(matrix)[self.known(matrix)]
        self._centre: FloatArray = there.mean(axis=0) if len(there) else np.zeros(there.shape[1])
        self._unit = _unit(there)
        self._on_logs, self._least, self._middle, self._deviation = False, 0.0, 0.0, 1.0
        if prediction is not None:
            self._learn_values(matrix[:, prediction])

    def known(self, matrix: FloatArray) -> BoolArray:
        """Tell the rows whose place is known; 0, 0 is how files write a gap.

        Returns
        -------
        ndarray of shape (n_samples,), dtype bool
        """
        first, second = (matrix[:, i] for i in self._place)
        known: BoolArray = np.isfinite(first) & np.isfinite(second)
        known &= (first != 0) | (second != 0)
        return known & inside_degrees(first, second) if self._on_earth else known

    def __call__(self, matrix: FloatArray) -> Points:
        """Return the points of rows; those whose place is not known are in the middle."""
        away = (self._where(matrix) - self._centre) / self._unit
        away[~self.known(matrix)] = 0.0
        columns = [*away.T]
        if self._prediction is not None:
            value = self._value(matrix[:, self._prediction])
            columns.append(_DEVIATION * (value - self._middle) / self._deviation)
        numbers = np.clip(columns, -_FARTHEST, _FARTHEST)
        return Points(
            np.ascontiguousarray(numbers, dtype=np.float32),
            np.empty((0, len(matrix)), dtype=np.int32),
        )

    def check_restored(self) -> None:
        """Check what comes from a file: columns are looked up, and points have so many numbers.

        Raises
        ------
        ValueError
        """
        n_axes = 3 if self._on_earth else 2
        require(
            len(self._place) == 2 and all(map(is_count, self._columns)),  # noqa: PLR2004 - a place has two
            "a place is no two columns",
        )
        require(
            is_array(self._centre, np.float64, (n_axes,)) and self._unit > 0 < self._deviation,
            "places have no centre or no unit",
        )

    def fits(self, n_columns: int) -> bool:
        """Tell whether rows of so many columns have all that are looked up."""
        return max(self._columns) < n_columns

    @property
    def _columns(self) -> list[int]:
        return [*self._place, *([] if self._prediction is None else [self._prediction])]

    def _where(self, matrix: FloatArray) -> FloatArray:
        # Copied: NumPy's sines of numbers that lie apart may differ in the last digit.
        first, second = (np.ascontiguousarray(matrix[:, i]) for i in self._place)
        if not self._on_earth:
            return np.column_stack([first, second])
        latitude, longitude = np.radians(first), np.radians(second)
        from_axis = np.cos(latitude)
        axes = [from_axis * np.cos(longitude), from_axis * np.sin(longitude), np.sin(latitude)]
        return _KILOMETRES * np.column_stack(axes)

    def _learn_values(self, prediction: FloatArray) -> None:
        given = prediction[np.isfinite(prediction)]
        if not len(given):
            return
        self._on_logs = bool(given.min() > 0)
        self._least = float(given.min())
        value = np.log(given) if self._on_logs else given
        self._middle = float(np.median(value))
        deviation = float(value.std())
        # Of equal values there may be one of rounding alone.
        alike = deviation <= _ROUNDING * max(1.0, abs(self._middle))
        self._deviation = 1.0 if alike else deviation

    def _value(self, prediction: FloatArray) -> FloatArray:
        given = np.ascontiguousarray(prediction)
        if self._on_logs:
            # Whatever is below all values of the fit is as far away as the least of them.
            given = np.log(np.maximum(given, self._least))
        return np.where(np.isnan(given), self._middle, given)


def _unit(there: NDArray[np.float64]) -> float:
    """Return how far the rows nearby are, for the row in the middle.

    Where that is nothing, as with places of whole towns, how far it is to the next place.
    """
    if len(there):
        asked = there[:: max(1, len(there) // _ASKED_FOR_UNIT)]
        rows = float(np.median(_to_nearest(there, asked, _NEARBY)))
        if rows > _SAME:
            return rows
        places = np.unique(there, axis=0)
        step = float(np.median(_to_nearest(places, places, 1)))
        if step > _SAME:
            return step
    return 1.0


def _to_nearest(there: FloatArray, asked: FloatArray, n_others: int) -> FloatArray:
    from scipy.spatial import cKDTree  # noqa: PLC0415 - fits alone ask

    # The nearest is the row itself.
    distance = cKDTree(there).query(asked, k=[min(n_others + 1, len(there))])[0]
    found: FloatArray = np.asarray(distance)[:, 0]
    return found
