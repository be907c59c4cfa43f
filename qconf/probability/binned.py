"""Weighted empirical distributions of several bins, and their mixtures in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.probability.tails import fit_tail

__all__ = ["BinnedDistribution"]

#: 5 * 0.2 is to be 1 in ranks too.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class BinnedDistribution:
    """Distribution functions of bins of rows, all on the same points.

    A row between the centres of two bins has the mixture of theirs, so that nothing jumps at the
    border of a bin.

    Attributes
    ----------
    support : ndarray of shape (n_points,)
        Values, rising.
    cumulative : ndarray of shape (n_bins, n_points)
        For each bin, the share of its weight at or below each point; the last is 1.
    centres : ndarray of shape (n_bins,)
        Where on some axis each bin lies, rising.
    n_effective : ndarray of shape (n_bins,)
        How many rows of equal weight each bin is worth.
    """

    support: FloatArray
    cumulative: FloatArray
    centres: FloatArray
    n_effective: FloatArray

    @property
    def n_bins(self) -> int:
        """How many bins there are."""
        return len(self.centres)

    def probability(self, at: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """Return the probability of values from low to high, both ends included.

        Parameters
        ----------
        at : ndarray of shape (n_samples,)
            Where on the axis of `centres` each row lies.
        low, high : ndarray of shape (n_samples,)

        Returns
        -------
        ndarray of shape (n_samples,)
            In (0, 1): (k + 1/2) / (n + 1) for k of n values.
        """
        lower, upper, share = self._between(at)
        table = np.column_stack([np.zeros(self.n_bins), self.cumulative])
        first = np.searchsorted(self.support, low, side="left")
        last = np.searchsorted(self.support, high, side="right")
        inside = (1 - share) * (table[lower, last] - table[lower, first])
        inside += share * (table[upper, last] - table[upper, first])
        n_rows = self._n_rows(lower, upper, share)
        # Shares are differences of sums of weights: a hair below 0 is 0.
        told: FloatArray = (n_rows * np.clip(inside, 0.0, 1.0) + 0.5) / (n_rows + 1)
        return told

    def beyond(self, at: FloatArray, came: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the probabilities of values as low, and of values as high, as those that came.

        Parameters
        ----------
        at, came : ndarray of shape (n_samples,)

        Returns
        -------
        low, high : ndarray of shape (n_samples,)
            In (0, 1). Where only the last of the points tell, by a fitted tail of all bins.
        """
        ends = np.full(len(came), np.inf)
        shares = np.diff(np.average(self.cumulative, axis=0, weights=self.n_effective), prepend=0.0)
        n_rows = float(self.n_effective.sum())
        told = []
        for sign in (-1, 1):
            below, above = (-ends, came) if sign < 0 else (came, ends)
            chance = self.probability(at, below, above)
            values, weights = (sign * self.support)[::sign], shares[::sign]
            tail = fit_tail(values, weights, n_rows)
            if tail is not None:
                far = sign * came > tail.start
                start = np.full(len(came), sign * tail.start)
                below, above = (-ends, start) if sign < 0 else (start, ends)
                fitted = self.probability(at, below, above) * tail.survival(sign * came)
                chance = np.where(far, fitted, chance)
            told.append(chance)
        return told[0], told[1]

    def needed(self, probability: float) -> float:
        """Return how many rows a quantile needs: that one lies beyond it, on average."""
        return 1 / min(probability, 1 - probability) - 1 - _ROUNDING

    def quantile(self, at: FloatArray, probability: float) -> FloatArray:
        """Return a quantile of each row, its rank rounded away from the median.

        Parameters
        ----------
        at : ndarray of shape (n_samples,)
        probability : float
            Strictly between 0 and 1; with at least `needed` rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Of n equal weights the floor((n + 1) p)-th smallest value, or the mirror image of that.
        """
        lower, upper, share = self._between(at)
        n_rows = self._n_rows(lower, upper, share)
        below = probability <= 0.5  # noqa: PLR2004 - the median
        rank = np.floor((n_rows + 1) * min(probability, 1 - probability) + _ROUNDING)
        wanted = (rank if below else n_rows + 1 - rank) / n_rows - _ROUNDING
        first = np.zeros(len(at), dtype=np.intp)
        last = np.full(len(at), len(self.support) - 1, dtype=np.intp)
        # A mixture has no inverse in closed form: bisect the points.
        for _ in range(len(self.support).bit_length()):
            middle = (first + last) // 2
            reached = (1 - share) * self.cumulative[lower, middle]
            reached += share * self.cumulative[upper, middle]
            enough = reached >= wanted
            last = np.where(enough, middle, last)
            first = np.where(enough, first, np.minimum(middle + 1, last))
        return self.support[last]

    def crps(self, at: FloatArray, came: FloatArray) -> FloatArray:
        """Return the continuous ranked probability score: ∫ (F(u) − 1{u >= z})² du for a value z.

        Parameters
        ----------
        at, came : ndarray of shape (n_samples,)

        Returns
        -------
        ndarray of shape (n_samples,)
            >= 0, in units of the values.
        """
        # F being steps: (end − z) − 2 ∫_z^end F du + ∫ F² du.
        lower, upper, share = self._between(at)
        steps = self.cumulative[:, :-1] * np.diff(self.support)
        squares = steps @ self.cumulative[:, :-1].T
        whole = (
            (1 - share) ** 2 * squares[lower, lower]
            + 2 * share * (1 - share) * squares[lower, upper]
            + share**2 * squares[upper, upper]
        )
        areas = np.column_stack([np.zeros(self.n_bins), np.cumsum(steps, axis=1)])
        end = self.support[-1]
        before = np.stack([np.interp(came, self.support, one) for one in areas])
        # Beyond the last point F is 1.
        rest = areas[:, -1:] - before - np.maximum(came - end, 0.0)
        row = np.arange(len(came))
        beyond = (1 - share) * rest[lower, row] + share * rest[upper, row]
        score: FloatArray = np.maximum(end - came - 2 * beyond + whole, 0.0)
        return score

    def _between(self, at: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
        """Place rows between the centres of two bins: both bins, and the upper one's share."""
        place = np.interp(at, self.centres, np.arange(self.n_bins))
        lower = np.minimum(place.astype(np.intp), max(self.n_bins - 2, 0))
        return lower, np.minimum(lower + 1, self.n_bins - 1), place - lower

    def _n_rows(self, lower: IntArray, upper: IntArray, share: FloatArray) -> FloatArray:
        mixed: FloatArray = (1 - share) * self.n_effective[lower] + share * self.n_effective[upper]
        return mixed
