"""What a column of a fit held, in a few numbers: how often, how far out, and how wrong near it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.core.restored import is_array, is_count, require

__all__ = ["RARE_BELOW", "ColumnSummary", "Neighbourhood"]

#: A value that fewer rows share is rare.
RARE_BELOW: Final = 10
#: A column of so few different numbers is counted number by number.
_FEW_VALUES = 32
_QUANTILES = np.linspace(0, 1, 65)
#: Errors near a number are those of the rows nearest in rank: a share of all, and so many at least.
_NEAR_SHARE, _NEAR_ROWS = 1 / 32, 50
#: More rows are thinned out before they are sorted; the ends and the counts are those of all.
_SORTED = 100_000


@dataclass(frozen=True)
class Neighbourhood:
    """How wrong the rows near a cell were.

    Attributes
    ----------
    low, high : float
        What their cells ranged over; of a level, its code.
    n_rows : int
    error : float
        Median absolute residual.
    """

    low: float
    high: float
    n_rows: int
    error: float


@dataclass(frozen=True)
class ColumnSummary:
    """The cells of one column of a fit, as an encoder writes them.

    Attributes
    ----------
    name : str
    is_level : bool
        Whether cells are codes of levels.
    n_rows, n_missing : int
    exact : bool
        Whether `points` are all there were, with how often each was there.
    points : ndarray of shape (n_points,)
        Levels' codes; or numbers in order: all, or the ten lowest, quantiles and the ten highest.
    counts : ndarray of shape (n_points,)
        Rows from each point up to below the next.
    near : ndarray of shape (n_points, 4)
        `Neighbourhood` of each point; a missing error where too few rows tell.
    """

    name: str
    is_level: bool
    n_rows: int
    n_missing: int
    exact: bool
    points: FloatArray
    counts: IntArray
    near: FloatArray

    @classmethod
    def of(cls, name: str, cells: FloatArray, error: FloatArray, *, n_levels: int | None) -> Self:
        """Sum up a column.

        Parameters
        ----------
        name : str
        cells : ndarray of shape (n_rows,)
            Encoded; NaN is missing.
        error : ndarray of shape (n_rows,)
            Absolute residuals made without having seen the row; NaN where there is none.
        n_levels : int or None
            None of a measured column.
        """
        known = ~np.isnan(cells)
        there, wrong = cells[known], error[known]
        if n_levels is not None:
            values, exact = np.arange(n_levels, dtype=np.float64), True
        else:
            values, exact = _values(there)
        place = _place(values, there)
        counts = np.bincount(place, minlength=len(values)).astype(np.int64)
        near = _by_level if n_levels is not None else _by_rank
        n_missing = int(len(cells) - len(there))
        told = near(values, there, wrong) if len(there) else np.full((len(values), 4), np.nan)
        return cls(name, n_levels is not None, len(cells), n_missing, exact, values, counts, told)

    def distance_from_middle(self, cells: FloatArray) -> FloatArray:
        """Return how far out cells are: 0 at the median or the most frequent level, at most 1.

        Parameters
        ----------
        cells : ndarray of shape (n_cells,)
            A gap is as near as gaps are frequent.
        """
        missing = np.isnan(cells)
        if missing.all():
            return np.full(len(cells), 1.0 - self.n_missing / self.n_rows)
        place = _place(self.points, np.where(missing, self.points[0], cells))
        if self.is_level:
            far = 1.0 - self.counts / self.counts.max()
        else:
            far = np.abs(2.0 * (np.cumsum(self.counts) - self.counts / 2) / self.counts.sum() - 1.0)
        return np.where(missing, 1.0 - self.n_missing / self.n_rows, far[place])

    def has(self, cell: float) -> bool:
        """Tell whether a cell that is not missing is within what was there."""
        inside = len(self.points) > 0 and self.points[0] <= cell <= self.points[-1]
        return bool(inside and (not self.is_level or self.counts[int(cell)] > 0))

    def rows_alike(self, cell: float) -> tuple[int, str] | None:
        """Count the rows with this very value, or as far out, where so few are rare.

        Returns
        -------
        (int, str) or None
            The count, and ``equal``, ``low`` or ``high``: equal to it, as low, as high.
        """
        if self.exact:
            equal = np.flatnonzero(self.points == cell)
            return (int(self.counts[equal].sum()), "equal") if len(equal) else None
        as_high = int(self.counts[np.searchsorted(self.points, cell) :].sum())
        as_low = int(self.counts[: np.searchsorted(self.points, cell, side="right")].sum())
        return (as_high, "high") if as_high <= as_low else (as_low, "low")

    def neighbourhood(self, cell: float) -> Neighbourhood | None:
        """Return how wrong the rows near a cell were, if enough of them tell."""
        if np.isnan(cell) or not len(self.points):
            return None
        low, high, n_rows, error = self.near[_place(self.points, np.array([cell]))[0]]
        return None if np.isnan(error) else Neighbourhood(low, high, int(n_rows), float(error))

    def beside(self, cell: float) -> list[float]:
        """Return the values next to a number on a coarse grid, one lower and one higher.

        The grid has the distinct numbers, if they are few, else every fourth quantile, so that a
        step is one that a mistake in measuring might take.
        """
        if self.is_level or np.isnan(cell):
            return []
        kept = self.points[self.counts > 0] if self.exact else self.points[10:-10:4]
        lower, higher = kept[kept < cell], kept[kept > cell]
        return [*lower[-1:].tolist(), *higher[:1].tolist()]

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest number."""
        return float(self.points[0]), float(self.points[-1])

    @property
    def middle_half(self) -> tuple[float, float] | None:
        """The quartiles of a measured column."""
        if self.is_level or not len(self.points):
            return None
        share = np.cumsum(self.counts) / self.counts.sum()
        low, high = np.searchsorted(share, [0.25, 0.75])
        return float(self.points[low]), float(self.points[high])

    def check_restored(self) -> None:
        """Check what comes from a file: each value has its count.

        Raises
        ------
        ValueError
        """
        n_points = len(self.points)
        sound = (
            is_array(self.points, np.float64, (None,))
            and is_array(self.counts, np.int64, (n_points,))
            and is_array(self.near, np.float64, (n_points, 4))
            and is_count(self.n_rows)
            and is_count(self.n_missing)
        )
        require(sound, "a summary of a column is none")


def _values(there: FloatArray) -> tuple[FloatArray, bool]:
    """Return the numbers of a column, in order: all if they are few."""
    some = _thinned(there)
    distinct = np.unique(some)
    if len(distinct) <= _FEW_VALUES and np.isin(there, distinct).all():
        return distinct, True
    ends = [RARE_BELOW - 1, len(there) - RARE_BELOW]
    if len(there) <= 2 * RARE_BELOW:
        return np.unique(there), True
    parted = np.partition(there, ends)
    inner = np.quantile(some, _QUANTILES, method="lower")
    return np.unique(np.concatenate([parted[:RARE_BELOW], inner, parted[-RARE_BELOW:]])), False


def _place(values: FloatArray, cells: FloatArray) -> IntArray:
    """Return the last value that is not above each cell; the first of those below all."""
    return np.maximum(np.searchsorted(values, cells, side="right") - 1, 0)


def _by_level(values: FloatArray, there: FloatArray, error: FloatArray) -> FloatArray:
    """Sum up the errors of each level that is not rare."""
    told = np.full((len(values), 4), np.nan)
    order = np.argsort(there, kind="stable")
    ends = np.searchsorted(there[order], values, side="right")
    for code, part in enumerate(np.split(error[order], ends[:-1])):
        told[code] = code, code, len(part), _median(part)
    return told


def _by_rank(values: FloatArray, there: FloatArray, error: FloatArray) -> FloatArray:
    """Sum up the errors of the rows around each value, and of all that share it."""
    step = -(-len(there) // _SORTED)
    some = np.arange(0, len(there), step)
    order = some[np.argsort(there[some], kind="stable")]
    ordered, wrong = there[order], error[order]
    reach = max(int(len(ordered) * _NEAR_SHARE), _NEAR_ROWS) // 2
    first, last = np.searchsorted(ordered, values), np.searchsorted(ordered, values, side="right")
    first, last = np.minimum(first, len(ordered) - 1), np.maximum(last, 1)
    told = np.full((len(values), 4), np.nan)
    for i, (begin, end) in enumerate(zip(first, last, strict=True)):
        alone = end - begin >= 2 * reach
        low = begin if alone else max(begin - reach, 0)
        high = end if alone else min(end + reach, len(ordered))
        n_rows = step * (high - low)
        told[i] = ordered[low], ordered[high - 1], n_rows, _median(wrong[low:high])
    return told


def _median(errors: FloatArray) -> float:
    known = errors[~np.isnan(errors)]
    return float(np.median(known)) if len(known) >= RARE_BELOW else np.nan


def _thinned(there: FloatArray) -> FloatArray:
    return there[:: -(-len(there) // _SORTED)] if len(there) else there
