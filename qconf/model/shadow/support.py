"""Tell the rows that a shadow has seen the like of: it is held to nothing elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = ["Support"]


@dataclass(frozen=True)
class Support:
    """The values that each column had.

    Trees answer beyond the rows they were grown on as at the border, and other models do not:
    there a difference says nothing.

    Attributes
    ----------
    low, high : ndarray of shape (n_features,)
        Range of the numbers. Columns that are open, such as dates, have infinite ones: every new
        row is newer than the old.
    gaps : ndarray of shape (n_features,), dtype bool
        Which columns had missing values.
    levels : dict of int to ndarray of bool
        For each column of levels, which codes there were.
    """

    low: FloatArray
    high: FloatArray
    gaps: BoolArray
    levels: dict[int, BoolArray]

    @classmethod
    def of(cls, matrix: FloatArray, n_levels: dict[int, int], is_open: BoolArray) -> Self:
        """Learn from encoded rows, shape (n_samples, n_features)."""
        missing = np.isnan(matrix)
        empty = missing.all(axis=0)
        low = np.where(missing, np.inf, matrix).min(axis=0)
        high = np.where(missing, -np.inf, matrix).max(axis=0)
        is_open = is_open | empty
        levels = {
            i: np.bincount(_codes(matrix[:, i], n), minlength=n + 1)[:n] > 0
            for i, n in n_levels.items()
        }
        return cls(
            np.where(is_open, -np.inf, low),
            np.where(is_open, np.inf, high),
            np.asarray(missing.any(axis=0)),
            levels,
        )

    def has(self, matrix: FloatArray, unseen: BoolArray | None) -> BoolArray:
        """Tell the cells that hold what their column held, shape (n_samples, n_features)."""
        missing = np.isnan(matrix)
        inside: BoolArray = (matrix >= self.low) & (matrix <= self.high)
        for i, known in self.levels.items():
            inside[:, i] = np.append(known, False)[_codes(matrix[:, i], len(known))]
        inside = np.where(missing, self.gaps, inside)
        return inside if unseen is None else inside & ~unseen


def _codes(column: FloatArray, missing: int) -> IntArray:
    return np.where(np.isnan(column), missing, column).astype(np.intp)
