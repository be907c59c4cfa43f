"""Rows, outliers and sums of each cell, in each of several lanes: replicates, or times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray

__all__ = ["LaneSums", "unit_of"]

#: Of the largest value: 2^34 rows of it do not overflow 64 bits.
_FINEST = 2.0**-28


def unit_of(largest: float) -> float:
    """Return the step in which values are counted: a power of 2, 2^-28 of the largest one or less.

    Examples
    --------
    >>> unit_of(0.9) == 2.0**-28, unit_of(0.0)
    (True, 1.0)
    """
    return float(2.0 ** np.ceil(np.log2(largest))) * _FINEST if largest > 0 else 1.0


@dataclass(frozen=True, eq=False)
class LaneSums:
    """Whole numbers, so that no order of rows matters.

    Attributes
    ----------
    drawn : ndarray of shape (n_cells, 2 + n_columns, n_lanes), dtype int64
    units : ndarray of shape (n_columns,)
        What one of each column's sums is worth.
    """

    drawn: NDArray[np.int64]
    units: FloatArray

    def merge(self, other: Self) -> None:
        """Count the rows of another part."""
        self.drawn[:] += other.drawn

    def counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return rows and outliers, each of shape (n_lanes, n_cells)."""
        return self.drawn[:, 0].T, self.drawn[:, 1].T

    def sums(self, column: int) -> FloatArray:
        """Return a column's sums, of shape (n_lanes, n_cells)."""
        sums: FloatArray = self.drawn[:, 2 + column].T * self.units[column]
        return sums

    def steps(self, columns: Sequence[FloatArray]) -> NDArray[np.int64]:
        """Write columns of rows in whole steps."""
        return np.rint(np.stack(columns) / self.units[:, None]).astype(np.int64)
