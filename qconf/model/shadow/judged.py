"""Rows that a shadow has judged, from one batch or several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from qconf._types import FloatArray, IntArray

__all__ = ["Judged"]


@dataclass(frozen=True)
class Judged:
    """What is known of rows, before they are held against others.

    Attributes
    ----------
    left : ndarray of shape (n_rows, n_details)
        Prediction minus the shadow's, on its scale: the level of the time is in it.
    detail : ndarray of shape (n_rows, n_details)
        What the finer parts of the shadow say.
    time : ndarray of shape (n_rows,)
        Days or numbers; not a number where nobody tells.
    cells : list of ndarray of shape (n_rows,)
        The cell of each row, for each way of cutting.
    copies : ndarray of shape (n_rows,), dtype uint64
        The same number for the same row with the same prediction.
    differing, again : int
        How many distinct rows of `fit` came again, and how many of them with another prediction.
    contradicted : bool
        Whether those show another model.
    """

    left: FloatArray
    detail: FloatArray
    time: FloatArray
    cells: list[IntArray]
    copies: Any
    differing: int
    again: int
    contradicted: bool

    def __len__(self) -> int:
        return len(self.left)

    def joined(self, other: Judged) -> Judged:
        """Put the rows of two batches together."""
        return Judged(
            np.concatenate([self.left, other.left]),
            np.concatenate([self.detail, other.detail]),
            np.concatenate([self.time, other.time]),
            [np.concatenate(pair) for pair in zip(self.cells, other.cells, strict=True)],
            np.concatenate([self.copies, other.copies]),
            self.differing + other.differing,
            self.again + other.again,
            self.contradicted or other.contradicted,
        )
