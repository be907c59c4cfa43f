"""What each cut-off accepts: rows, outliers, and how many independent rows that is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.certification.binomial import lower_tail
from qconf.certification.clusters import GroupSums, effective_rows
from qconf.certification.cut_offs import CutOffs

__all__ = ["Tally"]


@dataclass(frozen=True)
class Tally:
    """Calibration rows that each cut-off accepts.

    Attributes
    ----------
    n, outliers : ndarray of shape (n_cut_offs,)
        Rows accepted, and the outliers among them.
    n_effective : ndarray of shape (n_cut_offs,)
        How many independent rows those are worth.
    n_rows : int
        All calibration rows.
    n_groups : int or None
    """

    n: FloatArray
    outliers: FloatArray
    n_effective: FloatArray
    n_rows: int
    n_groups: int | None

    @classmethod
    def of(
        cls,
        cut_offs: CutOffs,
        scores: FloatArray,
        outlier: BoolArray,
        groups: IntArray | None,
        confidence_level: float,
    ) -> Tally:
        """Count rows and outliers up to each cut-off.

        Parameters
        ----------
        cut_offs : CutOffs
        scores : ndarray of shape (n_samples,)
        outlier : ndarray of shape (n_samples,), dtype bool
        groups : ndarray of shape (n_samples,) of int, or None
            Codes from 0 of rows that hang together.
        confidence_level : float
            Few groups make a one-sided limit of this level reach further.
        """
        n = cut_offs.cumulated(scores)
        outliers = cut_offs.cumulated(scores, outlier)
        worth, n_groups = n, None
        if groups is not None:
            sums = GroupSums.of(cut_offs.bin_of(scores), outlier, groups, len(cut_offs))
            worth = effective_rows(n, outliers, sums, confidence_level)
            n_groups = int(groups.max()) + 1
        return cls(n, outliers, worth, len(scores), n_groups)

    @property
    def rate(self) -> FloatArray:
        """Share of outliers among the rows accepted; 0 where there are none."""
        return self.outliers / np.maximum(self.n, 1.0)

    def at(self, cut_off: int | None) -> tuple[float, float, float]:
        """Return rows, outliers and effective rows up to one cut-off; none for None."""
        if cut_off is None:
            return 0.0, 0.0, 0.0
        n, outliers, worth = (one[cut_off] for one in (self.n, self.outliers, self.n_effective))
        return float(n), float(outliers), float(worth)

    def p_values(self, outlier_rate: float) -> FloatArray:
        """Return the p-value of "more than that are outliers", for each cut-off."""
        return lower_tail(self.rate * self.n_effective, self.n_effective, outlier_rate)
