"""Rows in the order of their expected error, and what that order is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import digamma
from scipy.stats import rankdata

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.core.conventions import accepted_rows

__all__ = ["Outcome", "RankedRows", "Statistics", "Weights", "rank_within"]

#: How often each row counts: whole numbers in a resample, any other in a wave of time.
Weights = NDArray[np.intp] | NDArray[np.float64]


def rank_within(score: FloatArray, blocks: IntArray) -> FloatArray:
    """Replace scores by the share of their block that is safer, ties counted half.

    Parameters
    ----------
    score : ndarray of shape (n_samples,)
    blocks : ndarray of shape (n_samples,) of int
        Codes from 0.

    Returns
    -------
    ndarray of shape (n_samples,)
        In (0, 1); exactly 0.5 throughout a block of equal scores.

    Examples
    --------
    >>> rank_within(np.array([7.0, 9.0, 0.1, 0.1]), np.array([0, 0, 1, 1]))
    array([0.25, 0.75, 0.5 , 0.5 ])
    """
    share = np.empty(len(score))
    for block in range(int(blocks.max(initial=-1)) + 1):
        rows = np.flatnonzero(blocks == block)
        share[rows] = (rankdata(score[rows]) - 0.5) / len(rows)
    return share


@dataclass(frozen=True)
class Outcome:
    """What happened to the rows, whatever was expected of them.

    Attributes
    ----------
    size : ndarray of shape (n_samples,)
        Absolute residuals.
    outlier : ndarray of shape (n_samples,), dtype bool
    size_rank : ndarray of shape (n_samples,)
        Ranks of `size`, centred.
    """

    size: FloatArray
    outlier: BoolArray
    size_rank: FloatArray

    @classmethod
    def of(cls, residual: FloatArray, threshold: float) -> Outcome:
        """Measure residuals against a threshold."""
        size = np.abs(residual)
        return cls(size, size > threshold, _centred_ranks(size))

    def overall(self, weights: Weights | None = None) -> tuple[float, float]:
        """Return outlier rate and mean absolute error of all rows, each counted `weights` times."""
        return (
            float(np.average(self.outlier, weights=weights)),
            float(np.average(self.size, weights=weights)),
        )


@dataclass(frozen=True)
class Statistics:
    """What an order of rows is worth; `RankedRows.statistics` explains each."""

    outlier_rate: float
    mae: float
    aurc: float
    spearman: float
    coverage_at: tuple[float, ...]


class RankedRows:
    """Rows sorted by expected error, ready to be summed up under any weights.

    Rows of equal expected error are a *tie*, and nothing tells which of them is safer. So a
    number that hangs on their order is its mean over all orders, and they are accepted
    together or not at all.

    Parameters
    ----------
    expected_error : ndarray of shape (n_samples,)
        Lower is more confident.
    outcome : Outcome
    fraction : float
        The share of rows that is called safest.
    outlier_rates : sequence of float
        For which outlier rates to tell the coverage.
    """

    def __init__(
        self,
        expected_error: FloatArray,
        outcome: Outcome,
        fraction: float,
        outlier_rates: Sequence[float],
    ) -> None:
        self.order: IntArray = np.argsort(expected_error, kind="stable")
        self.outlier = outcome.outlier[self.order]
        self.size = outcome.size[self.order]
        self.fraction = fraction
        self.outlier_rates = tuple(outlier_rates)
        ordered = expected_error[self.order]
        first = np.append(True, ordered[1:] > ordered[:-1])
        #: Where each tie begins in `order`; a row of its own is a tie of one.
        self._starts: IntArray = np.flatnonzero(first)
        self.cut_offs = ordered[self._starts]
        # Most sums are over outliers alone, which are few: in which tie each of them is.
        self._outliers = np.flatnonzero(self.outlier)
        tie_of_outlier = np.cumsum(first)[self._outliers] - 1
        self._with_outliers, self._outlier_starts = np.unique(tie_of_outlier, return_index=True)
        rank, size_rank = _centred_ranks(expected_error), outcome.size_rank
        self._moments = np.stack(
            [rank, size_rank, rank * rank, size_rank * size_rank, rank * size_rank]
        )
        self._harmonic = _harmonic_numbers(len(ordered))

    def statistics(self, weights: Weights | None = None) -> Statistics:
        """Sum up the rows, each counted `weights` times.

        Parameters
        ----------
        weights : ndarray of shape (n_samples,), default=None
            In the order the rows were given, none negative: how often each was drawn, or any
            other weight; None counts each row once.

        Returns
        -------
        Statistics
            ``outlier_rate`` and ``mae`` (mean absolute error) of the safest fraction, which is
            chosen anew under the weights; of a tie at its border, the share that is needed.
            ``aurc``: area under the risk-coverage curve, the mean over k of the outlier rate of
            the k safest rows; lower is better, without skill it is the overall rate.
            ``spearman``: rank correlation of expected error and absolute residual, in [-1, 1],
            higher is better; not a number if either is constant. ``coverage_at``: for each of
            `outlier_rates` the largest share of rows that a cut-off accepts with no more
            outliers than that among them.
        """
        if weights is None:
            weights = np.ones(len(self.order), dtype=np.intp)
        drawn = weights[self.order]
        tie = _sums_from(drawn, self._starts)
        upto: Any = np.cumsum(tie)  # whole numbers where the weights are
        outliers = _sums_from(drawn[self._outliers], self._outlier_starts)
        size, after = tie[self._with_outliers], upto[self._with_outliers]
        outlier_rate, mae = self._head(drawn, tie, upto, outliers)
        return Statistics(
            outlier_rate=outlier_rate,
            mae=mae,
            aurc=self._aurc(outliers, size, after, upto[-1]),
            spearman=self._spearman(weights),
            coverage_at=self._coverage_at(outliers, after - size, float(upto[-1])),
        )

    def curve(self) -> pd.DataFrame:
        """Return the risk-coverage curve: one row for each cut-off there can be.

        Returns
        -------
        DataFrame of shape (n_cut_offs, 3)
            ``cut_off``: rows whose score is up to this are accepted; ``coverage``: their share;
            ``outlier_rate``: the risk among them.
        """
        accepted = np.append(self._starts[1:], len(self.order))
        return pd.DataFrame(
            {
                "cut_off": self.cut_offs,
                "coverage": accepted / len(self.order),
                "outlier_rate": np.cumsum(self.outlier)[accepted - 1] / accepted,
            }
        )

    def safest(self) -> FloatArray:
        """Return how much of each row, in the order given, is in the safest fraction."""
        n_accepted = accepted_rows(self.fraction, len(self.order))
        ends = np.append(self._starts[1:], len(self.order))
        last = int(np.searchsorted(ends, n_accepted))
        taken = np.zeros(len(self.order))
        begin, end = self._starts[last], ends[last]
        taken[self.order[:begin]] = 1.0
        taken[self.order[begin:end]] = (n_accepted - begin) / (end - begin)
        return taken

    def _head(
        self, drawn: Weights, tie: Weights, upto: Weights, outliers: Weights
    ) -> tuple[float, float]:
        n_accepted = accepted_rows(self.fraction, float(upto[-1]))
        # Weights that are no whole numbers may add up to a hair less than the rows there are.
        last = min(int(np.searchsorted(upto, n_accepted)), len(tie) - 1)
        share = float((n_accepted - (upto[last] - tie[last])) / tie[last])
        here = int(np.searchsorted(self._with_outliers, last))
        inside = self._with_outliers[here : here + 1] == last
        found = float(outliers[:here].sum() + share * outliers[here : here + 1] @ inside)
        begin, end = np.append(self._starts, len(drawn))[last : last + 2]
        below = float(drawn[:begin] @ self.size[:begin])
        error = below + share * float(drawn[begin:end] @ self.size[begin:end])
        return found / n_accepted, error / n_accepted

    def _aurc(self, outliers: Weights, size: Weights, after: Weights, total: float) -> float:
        # Among the first k rows of an order a tie of m rows with o outliers that begins after
        # position b has, on average over its orders, none of them up to b, (k - b) o / m within
        # it, and o after it. Divided by k, and summed over k by harmonic numbers H:
        #     o + o (H[total] - H[b + m]) - o b / m (H[b + m] - H[b]).
        before = after - size
        till, since = self._harmonics(after), self._harmonics(before)
        tail = self._harmonics(np.asarray([total]))[0] - till
        # A tie that was not drawn at all has no outliers either.
        ratio = np.divide(before, size, out=np.zeros(len(size)), where=size > 0)
        return float(outliers @ (1 + tail - ratio * (till - since)) / total)

    def _coverage_at(self, outliers: Weights, before: Weights, total: float) -> tuple[float, ...]:
        # Within a stretch without outliers the rate only falls: it is enough to look just
        # before each tie that has outliers, and at the end.
        accepted = np.append(before, total)
        found = np.concatenate([[0], np.cumsum(outliers)])
        return tuple(
            float(accepted[found <= rate * accepted].max(initial=0)) / total
            for rate in self.outlier_rates
        )

    def _spearman(self, weights: Weights) -> float:
        # In a resample the ranks of the whole sample are kept: the same to first order, and it
        # saves two sorts.
        sums = self._moments @ weights.astype(np.float64) / weights.sum()
        rank, size, rank_squared, size_squared, product = sums
        variance = (rank_squared - rank**2) * (size_squared - size**2)
        return float((product - rank * size) / np.sqrt(variance)) if variance > 0 else np.nan

    def _harmonics(self, position: Weights) -> FloatArray:
        if not np.issubdtype(position.dtype, np.integer):
            return np.asarray(digamma(position + 1.0) + np.euler_gamma)
        if position.max(initial=0) >= len(self._harmonic):
            self._harmonic = _harmonic_numbers(int(position.max()))
        return self._harmonic[position]


def _sums_from(values: Weights, starts: IntArray) -> Weights:
    """Sum up from each start to the next."""
    if len(starts) == len(values):
        return values
    sums: Weights = np.add.reduceat(values, starts)
    return sums


def _centred_ranks(values: FloatArray) -> FloatArray:
    ranks: FloatArray = rankdata(values) - (len(values) + 1) / 2
    return ranks / len(values)


def _harmonic_numbers(n: int) -> FloatArray:
    """Return 1 + 1/2 + ... + 1/m for m = 0..n."""
    return np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, n + 1))])
