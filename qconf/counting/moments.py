"""How many rows there are of each moment, as far as a small memory can know."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qconf._types import ArrayLike
from qconf.counting.sort_keys import Keys, sort_keys
from qconf.evaluation.long_run import STRETCHES
from qconf.residuals.schedules import blocks_of_moments
from qconf.tables.roles import all_moments

__all__ = ["CountedMoments", "Stretches", "moment_keys"]

_MOST = 4096
_SIGN = np.uint64(2**63)


def moment_keys(time: ArrayLike, n_rows: int) -> tuple[Keys, str]:
    """Turn times into unsigned integers of the same order.

    Parameters
    ----------
    time : array-like of shape (n_rows,)
        Dates or numbers.
    n_rows : int

    Returns
    -------
    keys : ndarray of shape (n_rows,), dtype uint64
    kind : {"dates", "numbers"}
        Keys of two kinds never meet, so parts of one table must have one.

    Raises
    ------
    TableError
        If it has another length, a value is not a time, or one is missing.

    Examples
    --------
    >>> keys, kind = moment_keys(["1969-12-31", "1970-01-01", "2031-05-01"], 3)
    >>> kind, bool((keys[1:] > keys[:-1]).all())
    ('dates', True)
    """
    moments = all_moments(time, n_rows)
    if moments.dtype.kind == "M":
        return moments.astype("M8[us]").view(np.uint64) ^ _SIGN, "dates"
    return sort_keys(moments.astype(np.float64)), "numbers"


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of time that follow each other, with nearly equally many rows.

    Attributes
    ----------
    edges : ndarray of shape (n_stretches,), dtype uint64
        The least key of each; 0 for the first.
    sizes : ndarray of shape (n_stretches,), dtype int64
        Rows of each.
    n_moments : int
        How many moments were told apart in all of them.
    """

    edges: Keys
    sizes: NDArray[np.int64]
    n_moments: int

    def locate(self, keys: Keys) -> NDArray[np.int32]:
        """Find the stretch of each key."""
        return (np.searchsorted(self.edges, keys, side="right") - 1).astype(np.int32)


@dataclass(eq=False)
class CountedMoments:
    """Rows of each of at most 4,096 cells of time.

    Cells are as narrow as they can be for all of them to be known: a moment each, or, once there
    are more, twice as wide until they are few enough. How wide hangs on which moments there are,
    and not on the order in which they came; a date that is far off makes one cell more, and no
    other one wider.

    Attributes
    ----------
    cells : ndarray of shape (n_cells,), dtype uint64
        Keys without their last `shift` bits, in ascending order.
    n : ndarray of shape (n_cells,), dtype int64
    shift : int
    """

    cells: Keys = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    n: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    shift: int = 0

    def add(self, keys: Keys) -> None:
        """Count rows of such moments."""
        cells, n = np.unique(keys >> np.uint64(self.shift), return_counts=True)
        self._join(cells, n.astype(np.int64), self.shift)

    def merge(self, other: CountedMoments) -> None:
        """Count the rows of another part."""
        self._join(other.cells, other.n, other.shift)

    def are_those_of(self, other: CountedMoments) -> bool:
        """Tell whether the same rows of the same moments were counted."""
        alike = np.array_equal(self.cells, other.cells) and np.array_equal(self.n, other.n)
        return alike and self.shift == other.shift

    def stretches(self) -> Stretches:
        """Cut time into a hundred stretches, or as many as there are moments."""
        block = blocks_of_moments(self.n, min(STRETCHES, len(self.n)))
        first = np.flatnonzero(np.diff(block, prepend=-1))
        edges = self.cells[first] << np.uint64(self.shift)
        edges[0] = 0
        return Stretches(edges, np.add.reduceat(self.n, first), len(self.n))

    def _join(self, cells: Keys, n: NDArray[np.int64], shift: int) -> None:
        widest = max(self.shift, shift)
        own = self.cells >> np.uint64(widest - self.shift)
        both = np.append(own, cells >> np.uint64(widest - shift))
        self.cells, self.n = _together(both, np.append(self.n, n))
        while len(self.cells) > _MOST:
            widest += 1
            self.cells, self.n = _together(self.cells >> np.uint64(1), self.n)
        self.shift = widest


def _together(cells: Keys, n: NDArray[np.int64]) -> tuple[Keys, NDArray[np.int64]]:
    """Add up the rows of equal cells."""
    known, place = np.unique(cells, return_inverse=True)
    counted = np.zeros(len(known), dtype=np.int64)
    np.add.at(counted, place, n)
    return known, counted
