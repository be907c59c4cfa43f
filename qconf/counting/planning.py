"""What the next pass over the rows looks at, by what the last one has counted."""

from __future__ import annotations

import numpy as np

from qconf._types import BoolArray, IntArray
from qconf.counting.borders import calibration_bin
from qconf.counting.cell_counts import CellCounts
from qconf.counting.grid import Grid, split_cells
from qconf.counting.kept_rows import MOST_KEPT
from qconf.counting.sort_keys import Keys

__all__ = ["cell_of_each_score", "finer_grid", "is_settled", "summing_cells"]

#: Cells of one size all rows are counted in, parts of a cell that a border lies in, and cells that
#: are added up and resampled.
_CELLS, _PARTS_AT_BORDER, _SUMMED = 2**15, 2**12, 384


def finer_grid(counts: CellCounts, border: BoolArray, *, evenly: bool) -> Grid:
    """Cut cells at a border into many parts, and with `evenly` all others by their rows.

    Cells of one score are left as they are.
    """
    parts = np.ones(len(counts.n), dtype=np.intp)
    if evenly:
        parts = np.maximum(parts, counts.n * _CELLS // int(counts.n.sum()) + 1)
    parts = np.where(border, np.maximum(parts, _PARTS_AT_BORDER), parts)
    parts = np.where(counts.is_tie, 1, parts)
    return split_cells(counts.n > 0, counts.lowest, counts.highest, parts)


def cell_of_each_score(keys: Keys) -> Grid:
    """Return a grid in which each of some sorted keys has a cell of its own."""
    return Grid(np.append(np.uint64(0), np.unique(keys)[1:]))


def is_settled(counts: CellCounts, border: BoolArray) -> bool:
    """Tell whether the rows whose order matters are few enough to keep."""
    return int(counts.n[border & ~counts.is_tie].sum()) <= MOST_KEPT


def summing_cells(counts: CellCounts, border: BoolArray) -> IntArray:
    """Join cells into the few that are added up: about equal, none across a border.

    Returns
    -------
    ndarray of shape (n_cells,) of int
        In which of the few each cell is, from 0.
    """
    total = int(counts.n.sum())
    before = counts.upto - counts.n
    starts = np.zeros(len(before), dtype=bool)
    starts[1:] = border[1:] | border[:-1]
    bins = calibration_bin(before, counts.n, total)
    pieces = (before / total * _SUMMED).astype(np.intp)
    for one in (bins, pieces):
        starts[1:] |= one[1:] != one[:-1]
    return np.cumsum(starts)
