"""All rows in order, as far as any figure hangs on it: cells, and kept rows where a border lies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.counting.borders import calibration_bin
from qconf.counting.cell_counts import CellCounts
from qconf.counting.cell_sums import CellSums
from qconf.counting.columns import columns_of
from qconf.counting.exact_sums import Digits, rounded, sum_exactly
from qconf.counting.settings import Settings
from qconf.counting.sort_keys import Keys

__all__ = ["SettledOrder", "settled_order"]


@dataclass(frozen=True, eq=False)
class SettledOrder:
    """Cells in order; those that a border lies in are taken apart into their scores.

    Attributes
    ----------
    n, outliers : ndarray of shape (n_ties,), dtype int64
    highest : ndarray of shape (n_ties,), dtype uint64
        The greatest key of each.
    is_tie : ndarray of shape (n_ties,), dtype bool
        Whether all its rows have one score.
    part : ndarray of shape (n_ties,) of int
        The cell of the last pass that each is in.
    sums : CellSums
    kept : tuple of (ndarray, ndarray)
        Of the kept rows, their place in `n`, and their columns, of shape (n_columns, n_kept).
    """

    n: NDArray[np.int64]
    outliers: NDArray[np.int64]
    highest: Keys
    is_tie: BoolArray
    part: IntArray
    sums: CellSums
    kept: tuple[IntArray, FloatArray]

    @cached_property
    def upto(self) -> NDArray[np.int64]:
        """Rows up to the end of each."""
        return np.cumsum(self.n)

    @property
    def total(self) -> int:
        """All rows."""
        return int(self.upto[-1])

    @cached_property
    def bins(self) -> IntArray:
        """The bin of the calibration that each is in."""
        return calibration_bin(self.upto - self.n, self.n, self.total)

    @cached_property
    def all(self) -> BoolArray:
        """Which ties are among all rows: a mask for `sum_of`."""
        return np.ones(len(self.n), dtype=bool)

    @cached_property
    def counts_of_parts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return rows and outliers of each cell of the last pass."""
        counted = np.zeros((2, len(self.sums.grid)), dtype=np.int64)
        np.add.at(counted[0], self.part, self.n)
        np.add.at(counted[1], self.part, self.outliers)
        return counted[0], counted[1]

    def taken_of_parts(self, n_accepted: int) -> FloatArray:
        """Return how much of each cell of the last pass is among so many of the safest rows."""
        n = self.counts_of_parts[0]
        taken: FloatArray = np.clip((n_accepted - (np.cumsum(n) - n)) / n, 0.0, 1.0)
        return taken

    def sums_of_parts(self, column: int) -> FloatArray:
        """Return a column's sum over each cell of the last pass, rounded once."""
        return np.array([rounded(one) for one in self.sums.digits[:, column]])

    def sum_of(self, which: BoolArray, column: int) -> float:
        """Return a column's sum over some ties, rounded once.

        Parameters
        ----------
        which : ndarray of shape (n_ties,), dtype bool
            Of a cell of the last pass whose rows were not kept, all or none.
        column : int
        """
        whole = np.zeros(len(self.sums.grid), dtype=bool)
        whole[self.part[which]] = True
        digits: Digits = self.sums.digits[whole & ~self.sums.is_kept, column].sum(axis=0)
        places, columns = self.kept
        return rounded(digits + sum_exactly(columns[column][which[places]]))

    def safest(self, n_accepted: int) -> tuple[int, float]:
        """Return at which place so many rows are reached, and what share of it is needed."""
        at = int(np.searchsorted(self.upto, n_accepted))
        size = int(self.n[at])
        return at, float((n_accepted - (int(self.upto[at]) - size)) / size)


def settled_order(settings: Settings, counts: CellCounts, sums: CellSums) -> SettledOrder:
    """Put cells and kept rows in one order.

    Parameters
    ----------
    settings : Settings
    counts : CellCounts
        Of the last pass that counted; no cell is empty.
    sums : CellSums
    """
    part = np.searchsorted(sums.grid.edges, counts.grid.edges, side="right") - 1
    whole = ~sums.is_kept[part]
    keys, residual, *_ = sums.kept.sorted()
    scores, place, size = np.unique(keys, return_inverse=True, return_counts=True)
    bad = np.bincount(place, np.abs(residual) > settings.threshold, len(scores)).astype(np.int64)
    lowest = np.append(counts.lowest[whole], scores)
    order = np.argsort(lowest, kind="stable")
    at = np.empty(len(order), dtype=np.intp)
    at[order] = np.arange(len(order))
    columns = np.stack(columns_of(keys, residual, settings.metrics, settings.threshold))
    is_tie = np.append(counts.is_tie[whole], np.ones(len(scores), dtype=bool))
    parts = np.append(part[whole], sums.grid.locate(scores).astype(np.intp))
    return SettledOrder(
        n=np.append(counts.n[whole], size)[order],
        outliers=np.append(counts.outliers[whole], bad)[order],
        highest=np.append(counts.highest[whole], scores)[order],
        is_tie=is_tie[order], part=parts[order], sums=sums,
        kept=(at[int(whole.sum()) + place], columns),
    )  # fmt: skip
