"""How two sources of one input usually agree, learned from rows that have both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from qconf._types import BoolArray, ConflictScale, FloatArray
from qconf.core.restored import is_array, require

__all__ = ["Agreement"]

#: A source of sizes may have so many zeros, which stand for what is not known; no more.
_FEW = 0.01
#: The standard deviation of a Normal distribution, in median absolute deviations.
_NORMAL = 1.4826
_GRID = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, eq=False)
class Agreement:
    """The bias between two sources, and how far apart they usually are beyond it.

    Attributes
    ----------
    by_ratio : bool
        Whether logarithms are compared, or numbers as they are.
    bias : float
        Median of log(first / second), or of first − second; 0 where no row had both.
    usual : ndarray of shape (101,)
        Quantiles of the size of conflicts.
    """

    by_ratio: bool
    bias: float
    usual: FloatArray

    @classmethod
    def learn(cls, first: FloatArray, second: FloatArray, scale: ConflictScale) -> Self:
        """Learn from what both say of each row, missing values as NaN.

        Parameters
        ----------
        first, second : ndarray of shape (n_samples,)
        scale : {"auto", "ratio", "difference"}
        """
        by_ratio = scale == "ratio" or (scale == "auto" and _above_zero(first, second))
        blank = cls(by_ratio, 0.0, np.zeros(len(_GRID)))
        apart = blank.conflict(first, second)
        apart = apart[~np.isnan(apart)]
        if not len(apart):
            return blank
        bias = float(np.median(apart))
        return cls(by_ratio, bias, np.quantile(np.abs(apart - bias), _GRID))

    def known(self, source: FloatArray) -> FloatArray:
        """Take what has no ratio for missing."""
        return np.where(source > 0, source, np.nan) if self.by_ratio else source

    def conflict(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """Return how far the first is above the second, beyond the bias; NaN where one is missing.

        Parameters
        ----------
        first, second : ndarray of shape (n_samples,)

        Returns
        -------
        ndarray of shape (n_samples,)
            A difference of logarithms, or of numbers.
        """
        one, other = self.known(first), self.known(second)
        apart: FloatArray = np.log(one) - np.log(other) if self.by_ratio else one - other
        return apart - self.bias

    def exceeded_by(self, conflict: FloatArray) -> FloatArray:
        """Return the share of rows, to a hundredth, whose conflicts were larger; NaN for NaN."""
        place = np.searchsorted(self.usual, np.abs(conflict), side="right")
        return np.where(np.isnan(conflict), np.nan, 1.0 - place / len(self.usual))

    def is_unusual(
        self, conflict: FloatArray, *, deviations: float = 3.0, least: float = 0.0
    ) -> BoolArray:
        """Tell conflicts beyond some standard deviations, estimated by the median conflict.

        Parameters
        ----------
        conflict : ndarray of shape (n_samples,)
        deviations : float, default=3.0
        least : float, default=0.0
            Conflicts up to this are usual in any case.

        Returns
        -------
        ndarray of shape (n_samples,), dtype bool
            False for NaN.
        """
        spread = _NORMAL * self.usual[len(self.usual) // 2]
        unusual: BoolArray = np.abs(conflict) > max(least, deviations * spread)
        return unusual

    def check_restored(self) -> None:
        """Check what is read from a file.

        Raises
        ------
        ValueError
        """
        require(is_array(self.usual, np.float64, _GRID.shape), "what is usual is no 101 numbers")
        require(type(self.bias) is float, "the bias between two sources is no number")


def _above_zero(first: FloatArray, second: FloatArray) -> bool:
    known = np.concatenate([one[~np.isnan(one)] for one in (first, second)])
    return not len(known) or bool(np.mean(known <= 0) <= _FEW)
