"""Rows and outliers of each cell of a grid: what a pass over the rows counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray
from qconf.counting.grid import Grid
from qconf.counting.loops import count
from qconf.counting.sort_keys import Keys

__all__ = ["CellCounts"]

_MOST = np.uint64(2**64 - 1)


@dataclass(frozen=True, eq=False)
class CellCounts:
    """How many rows each cell has, how many of them are outliers, and which keys it spans.

    Attributes
    ----------
    grid : Grid
    n, outliers : ndarray of shape (n_cells,), dtype int64
    lowest, highest : ndarray of shape (n_cells,), dtype uint64
        The least and the greatest key of each cell; crossed where it is empty.
    """

    grid: Grid
    n: NDArray[np.int64]
    outliers: NDArray[np.int64]
    lowest: Keys
    highest: Keys

    @classmethod
    def nothing(cls, grid: Grid) -> CellCounts:
        """Return the counts of no row."""
        n = len(grid)
        return cls(
            grid, np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), np.full(n, _MOST),
            np.zeros(n, dtype=np.uint64),
        )  # fmt: skip

    def add(self, keys: Keys, outlier: BoolArray) -> None:
        """Count rows."""
        cells = self.grid.locate(keys)
        count(cells, keys, outlier, self.n, self.outliers, self.lowest, self.highest)

    def merge(self, other: CellCounts) -> None:
        """Count the rows of another part, counted on the same grid."""
        self.n[:] += other.n
        self.outliers[:] += other.outliers
        np.minimum(self.lowest, other.lowest, out=self.lowest)
        np.maximum(self.highest, other.highest, out=self.highest)

    @property
    def upto(self) -> NDArray[np.int64]:
        """Rows up to the end of each cell."""
        return np.cumsum(self.n)

    @property
    def is_tie(self) -> BoolArray:
        """Which cells hold one score, or nothing: there is no order left to find in them."""
        return self.lowest >= self.highest

    def only_occupied(self) -> CellCounts:
        """Leave out empty cells."""
        some = self.n > 0
        grid = Grid(np.append(np.uint64(0), self.grid.edges[some][1:]))
        return CellCounts(
            grid, self.n[some], self.outliers[some], self.lowest[some], self.highest[some]
        )
