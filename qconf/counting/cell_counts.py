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
    table : ndarray of shape (n_cells, 4), dtype uint64
        Rows, outliers, the least and the greatest key; crossed where a cell is empty. Side by side,
        since what a row needs is then in one line of the processor's cache.
    """

    grid: Grid
    table: NDArray[np.uint64]

    @classmethod
    def nothing(cls, grid: Grid) -> CellCounts:
        """Return the counts of no row."""
        table = np.zeros((len(grid), 4), dtype=np.uint64)
        table[:, 2] = _MOST
        return cls(grid, table)

    @property
    def n(self) -> NDArray[np.int64]:
        """Rows of each cell."""
        return self.table[:, 0].astype(np.int64)

    @property
    def outliers(self) -> NDArray[np.int64]:
        """Outliers of each cell."""
        return self.table[:, 1].astype(np.int64)

    @property
    def lowest(self) -> Keys:
        """The least key of each cell."""
        return self.table[:, 2]

    @property
    def highest(self) -> Keys:
        """The greatest key of each cell."""
        return self.table[:, 3]

    def add(self, keys: Keys, outlier: BoolArray) -> None:
        """Count rows."""
        count(self.grid.locate(keys), keys, outlier, self.table)

    def merge(self, other: CellCounts) -> None:
        """Count the rows of another part, counted on the same grid."""
        self.table[:, :2] += other.table[:, :2]
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
        some = self.table[:, 0] > 0
        return CellCounts(
            Grid(np.append(np.uint64(0), self.grid.edges[some][1:])), self.table[some]
        )
