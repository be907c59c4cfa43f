"""In which cells an evaluation's figures are decided, and have to be looked into."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, IntArray
from qconf.core.conventions import accepted_rows
from qconf.counting.cell_counts import CellCounts
from qconf.evaluation.measuring import COVERAGES

__all__ = ["N_BINS", "border_cells", "calibration_bin"]

#: Bins of the calibration.
N_BINS = 10


def border_cells(counts: CellCounts, fraction: float, outlier_rates: Sequence[float]) -> BoolArray:
    """Say in which cells a share of the rows ends, a tenth of them, or a coverage that is told.

    All other cells lie on one side of each border, and their order within does not matter.

    Parameters
    ----------
    counts : CellCounts
        No cell is empty.
    fraction : float
        The share of rows that is called safest.
    outlier_rates : sequence of float
        For which the coverage is told.

    Returns
    -------
    ndarray of shape (n_cells,), dtype bool
    """
    upto = counts.upto
    total = int(upto[-1])
    border = np.zeros(len(upto), dtype=bool)
    for share in (fraction, *COVERAGES):
        border[np.searchsorted(upto, accepted_rows(share, total))] = True
    before = upto - counts.n
    border |= calibration_bin(before, 1, total) != calibration_bin(upto - 1, 1, total)
    for rate in outlier_rates:
        border |= _where_coverage_ends(counts, before, rate)
    return border


def calibration_bin(before: IntArray, size: IntArray | int, total: int) -> IntArray:
    """Return the bin, from 0, of rows that tie: by their mean rank, as `qconf.evaluate` has it.

    Parameters
    ----------
    before : ndarray of shape (n_ties,)
        Rows that are safer.
    size : ndarray of shape (n_ties,) or int
        Rows of the tie.
    total : int
    """
    mean_rank = before + (size + 1) / 2
    return ((mean_rank - 0.5) * N_BINS / total).astype(np.intp)


def _where_coverage_ends(
    counts: CellCounts, before: NDArray[np.int64], outlier_rate: float
) -> BoolArray:
    """Say in which cells the last cut-off may lie that has few enough outliers.

    A cell may hold one if the rate were low enough with its outliers last. The last edge of a
    cell that has few enough is certain: what comes before it does not matter.
    """
    found = np.cumsum(counts.outliers) - counts.outliers
    certain = np.flatnonzero(found <= outlier_rate * before)
    possible = found <= outlier_rate * (before + counts.n - counts.outliers)
    # A tie is accepted as a whole or not at all, and a cell without outliers only helps.
    possible &= ~counts.is_tie & (counts.outliers > 0)
    possible[: certain[-1]] = False
    upto, total = counts.upto, int(counts.outliers.sum())
    if total <= outlier_rate * upto[-1]:
        possible[:] = False
    return possible
