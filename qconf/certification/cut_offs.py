"""Cut-offs that are fixed before anyone looks at a label."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.errors import OptionError

__all__ = ["CutOffs"]


@dataclass(frozen=True)
class CutOffs:
    """Cut-offs, and what the scores between them are like.

    Attributes
    ----------
    scores : ndarray of shape (n_cut_offs,)
        Distinct scores, ascending; a row is accepted if its score is at most this.
    share : ndarray of shape (n_cut_offs,)
        Share of the scores above the cut-off before, up to this one.
    typical : ndarray of shape (n_cut_offs,)
        Root mean square of those scores.
    """

    scores: FloatArray
    share: FloatArray
    typical: FloatArray

    @classmethod
    def of(cls, scores: FloatArray, n_cut_offs: int) -> CutOffs:
        """Choose quantiles of scores; where there are few distinct scores, all of them.

        Parameters
        ----------
        scores : ndarray of shape (n_samples,)
        n_cut_offs : int
            At most so many.

        Raises
        ------
        OptionError
            If that is no positive integer.
        """
        if isinstance(n_cut_offs, bool) or not isinstance(n_cut_offs, Integral) or n_cut_offs < 1:
            msg = f"The number of cut-offs must be an integer >= 1, got {n_cut_offs!r}."
            raise OptionError(msg)
        ordered = np.sort(scores)
        values = ordered[np.append(True, ordered[1:] > ordered[:-1])]
        if len(values) > n_cut_offs:
            rank = np.ceil(np.arange(1, n_cut_offs + 1) * len(ordered) / n_cut_offs)
            values = np.unique(ordered[rank.astype(np.intp) - 1])
        end = np.searchsorted(ordered, values, side="right")
        size = np.diff(end, prepend=0)
        # Scores that overflow when squared are in no error unit anyway.
        with np.errstate(over="ignore", invalid="ignore"):
            squares = np.add.reduceat(ordered**2, end - size)
        return cls(values, size / len(ordered), np.sqrt(squares / size))

    def __len__(self) -> int:
        """Return how many cut-offs there are."""
        return len(self.scores)

    def bin_of(self, scores: FloatArray) -> IntArray:
        """Return for each score the first cut-off that accepts it; `len(self)` if none does."""
        return np.searchsorted(self.scores, scores, side="left")

    def summed(
        self, scores: FloatArray, weights: FloatArray | BoolArray | None = None
    ) -> FloatArray:
        """Sum up weights over the rows between each cut-off and the one before; None counts."""
        each = np.bincount(self.bin_of(scores), weights, minlength=len(self) + 1)
        return np.asarray(each[:-1], dtype=np.float64)

    def cumulated(
        self, scores: FloatArray, weights: FloatArray | BoolArray | None = None
    ) -> FloatArray:
        """Sum up weights over the rows that each cut-off accepts; None counts them."""
        return np.cumsum(self.summed(scores, weights))
