"""Sums over the cells of every pair of properties: all conjunctions, in one pass over the rows.

A sum over a slice is a sum of cells, so that thousands of slices cost no more than their cells, and
rows that are explained by a slice found before are taken out again by subtracting their cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Self

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.slicing.properties import Property

__all__ = ["CellSums"]


class CellSums:
    """Sums over cells, of pairs of properties and of each by itself.

    Parameters
    ----------
    properties : sequence of Property
    rows : ndarray of int
        Which rows are summed up.
    columns : sequence of ndarray of shape (n_rows,)
        What is summed up, beside the number of rows.
    pairs : bool
        Whether conjunctions are wanted.
    """

    def __init__(
        self,
        properties: Sequence[Property],
        rows: IntArray,
        columns: Sequence[FloatArray],
        *,
        pairs: bool,
    ) -> None:
        self._properties = properties
        self._wants_pairs = pairs
        self.single: dict[int, FloatArray] = {}
        self.pair: dict[tuple[int, int], FloatArray] = {}
        self._sum_up(rows, columns)

    def without(self, rows: IntArray, columns: Sequence[FloatArray]) -> Self:
        """Take rows out again, in place.

        Parameters
        ----------
        rows : ndarray of int
            Some of those that were summed up.
        columns : sequence of ndarray of shape (n_rows,)
            What was summed up of them.
        """
        gone = CellSums(self._properties, rows, columns, pairs=self._wants_pairs)
        for number, sums in gone.single.items():
            self.single[number] -= sums
        for numbers, sums in gone.pair.items():
            self.pair[numbers] -= sums
        return self

    def _sum_up(self, rows: IntArray, columns: Sequence[FloatArray]) -> None:
        codes = [one.codes[rows].astype(np.intp) for one in self._properties]
        sizes = [one.n_cells for one in self._properties]
        for number, (own, size) in enumerate(zip(codes, sizes, strict=True)):
            self.single[number] = _sums(own, size, columns)
        if not self._wants_pairs:
            return
        for a, b in combinations(range(len(codes)), 2):
            both = codes[a] * sizes[b] + codes[b]
            sums = _sums(both, sizes[a] * sizes[b], columns)
            self.pair[a, b] = sums.reshape(-1, sizes[a], sizes[b])


def _sums(codes: IntArray, n_cells: int, columns: Sequence[FloatArray]) -> FloatArray:
    """Return the number of rows of each cell, and the sums of columns, one below the other."""
    count = np.bincount(codes, minlength=n_cells).astype(np.float64)
    return np.stack([count, *(np.bincount(codes, one, minlength=n_cells) for one in columns)])
