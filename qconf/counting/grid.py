"""Cells that keys are counted in: bins of all keys at first, then finer where it matters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, IntArray
from qconf.counting.loops import BIN_BITS, locate
from qconf.counting.sort_keys import Keys

__all__ = ["Grid", "first_grid", "split_cells"]

_BINS = 2**BIN_BITS


@dataclass(frozen=True, eq=False)
class Grid:
    """A partition of all keys into cells.

    Attributes
    ----------
    edges : ndarray of shape (n_cells,), dtype uint64
        Where each cell begins, in ascending order; the first is 0.
    """

    edges: Keys

    def __len__(self) -> int:
        """Return how many cells there are."""
        return len(self.edges)

    @cached_property
    def _first(self) -> NDArray[np.int32]:
        """The cell that each bin begins in, and the last cell behind them."""
        begins = np.arange(_BINS, dtype=np.uint64) << np.uint64(64 - BIN_BITS)
        cells = np.searchsorted(self.edges, begins, side="right") - 1
        return np.append(cells, len(self) - 1).astype(np.int32)

    def locate(self, keys: Keys) -> NDArray[np.int32]:
        """Return the cell of each key.

        Examples
        --------
        >>> grid = Grid(np.array([0, 5, 2**60], dtype=np.uint64))
        >>> grid.locate(np.array([4, 5, 2**60 - 1, 2**60, 2**64 - 1], dtype=np.uint64)).tolist()
        [0, 1, 1, 2, 2]
        """
        cells = np.empty(len(keys), dtype=np.int32)
        locate(keys, self.edges, self._first, cells)
        return cells


def first_grid() -> Grid:
    """Return a cell for each 16 bits that a key may begin with: sixteen an octave."""
    return Grid(np.arange(_BINS, dtype=np.uint64) << np.uint64(64 - BIN_BITS))


def split_cells(occupied: BoolArray, lowest: Keys, highest: Keys, parts: IntArray) -> Grid:
    """Cut occupied cells into parts between the least and the greatest key that each of them has.

    Parameters
    ----------
    occupied : ndarray of shape (n_cells,), dtype bool
        An empty cell becomes part of the one before it.
    lowest, highest : ndarray of shape (n_cells,), dtype uint64
    parts : ndarray of shape (n_cells,) of int
        Into how many; at most as many as there are keys.

    Returns
    -------
    Grid
    """
    pieces = [np.zeros(1, dtype=np.uint64)]
    for cell in np.flatnonzero(occupied):
        low, high = int(lowest[cell]), int(highest[cell])
        n_parts = min(int(parts[cell]), high - low + 1)
        step = (high - low) // n_parts + 1
        starts = np.arange(-(-(high - low + 1) // step), dtype=np.uint64) * np.uint64(step)
        pieces.append(np.uint64(low) + starts)
    return Grid(np.unique(np.concatenate(pieces)))
