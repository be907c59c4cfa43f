"""Rows that a shadow has judged, from one batch or several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import t as student

from qconf._types import FloatArray, IntArray
from qconf.model.shadow.mix import Mix
from qconf.model.shadow.scores import SIDES

__all__ = ["Judged", "p_values"]

#: A mean rank that is off by less is no change of the model: half a hundredth of the way from the
#: lowest row to the highest, in prices less than a tenth of a per cent. It keeps the level where
#: the variances below are only nearly right.
_TOLERATED = 0.005


@dataclass(frozen=True)
class Judged:
    """Scores of rows, and what else hangs on them.

    Attributes
    ----------
    scores : ndarray of shape (n_rows, 3)
    cells : list of ndarray of shape (n_rows,)
        The cell of each row, for each way of cutting.
    copies : ndarray of shape (n_rows,), dtype uint64
        The same number for the same row with the same prediction.
    difference : ndarray of shape (n_rows,)
        Prediction minus the shadow's, on its scale.
    differing, again : int
        How many distinct rows of `fit` came again, and how many of them with another prediction.
    contradicted : bool
        Whether those show another model.
    """

    scores: FloatArray
    cells: list[IntArray]
    copies: Any
    difference: FloatArray
    differing: int
    again: int
    contradicted: bool

    def __len__(self) -> int:
        return len(self.scores)

    def joined(self, other: Judged) -> Judged:
        """Put the rows of two batches together."""
        return Judged(
            np.concatenate([self.scores, other.scores]),
            [np.concatenate(pair) for pair in zip(self.cells, other.cells, strict=True)],
            np.concatenate([self.copies, other.copies]),
            np.concatenate([self.difference, other.difference]),
            self.differing + other.differing,
            self.again + other.again,
            self.contradicted or other.contradicted,
        )


def p_values(judged: Judged, mix: Mix, centre: FloatArray) -> FloatArray:
    """Test whether the mean of each score can be that of the model of `fit`.

    Parameters
    ----------
    judged : Judged
        At least one row.
    mix : Mix
    centre : ndarray of shape (3,)
        Mean scores of held-out rows.

    Returns
    -------
    ndarray of shape (3,)
    """
    copies = np.unique(judged.copies, return_inverse=True)[1]
    spread = mix.spread(judged.cells, judged.scores, copies)
    away = judged.scores.mean(axis=0) - centre
    towards = np.where(SIDES == 0, np.abs(away), SIDES * away) - _TOLERATED
    tail = student.sf(towards / np.sqrt(spread.variance), spread.freedom)
    found: FloatArray = np.minimum(np.where(SIDES == 0, 2 * tail, tail), 1.0)
    return found
