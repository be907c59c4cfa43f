"""Rows in the order of their expected error, and what that order is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.conventions import accepted_rows

__all__ = ["Outcome", "RankedRows", "Statistics", "rank_within"]


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

    def overall(self, counts: IntArray | None = None) -> tuple[float, float]:
        """Return outlier rate and mean absolute error of all rows, drawn `counts` times."""
        return (
            float(np.average(self.outlier, weights=counts)),
            float(np.average(self.size, weights=counts)),
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
    """Rows sorted by expected error, ready to be summed up under any resample.

    Parameters
    ----------
    expected_error : ndarray of shape (n_samples,)
        Lower is more confident.
    outcome : Outcome
    fraction : float
        The share of rows that is called safest.
    outlier_rates : sequence of float
        For which outlier rates to tell the coverage.
    tie_break : ndarray of shape (n_samples,)
        A random permutation: among equal expected errors the lower number comes first.
    """

    def __init__(
        self,
        expected_error: FloatArray,
        outcome: Outcome,
        fraction: float,
        outlier_rates: Sequence[float],
        tie_break: IntArray,
    ) -> None:
        self.order: IntArray = np.lexsort((tie_break, expected_error))
        self.expected_error = expected_error[self.order]
        self.outlier = outcome.outlier[self.order]
        self.size = outcome.size[self.order]
        self.fraction = fraction
        self.outlier_rates = tuple(outlier_rates)
        self._outlier_positions = np.flatnonzero(self.outlier)
        rank = _centred_ranks(expected_error)
        size_rank = outcome.size_rank
        self._moments = np.stack(
            [rank, size_rank, rank * rank, size_rank * size_rank, rank * size_rank]
        )
        # harmonic[m] = 1 + 1/2 + ... + 1/m and its running sum, grown when a resample is longer.
        self._harmonic, self._harmonic_sum = _harmonic_numbers(len(expected_error))

    def statistics(self, counts: IntArray | None = None) -> Statistics:
        """Sum up the rows, each drawn `counts` times.

        Parameters
        ----------
        counts : ndarray of shape (n_samples,), default=None
            In the order the rows were given; None draws each row once.

        Returns
        -------
        Statistics
            ``outlier_rate`` and ``mae`` (mean absolute error) of the safest fraction, which is
            chosen inside the resample. ``aurc``: area under the risk-coverage curve, the mean
            over k of the outlier rate of the k safest rows; lower is better, without skill it
            is the overall rate. ``spearman``: rank correlation of expected error and absolute
            residual, in [-1, 1], higher is better; not a number if either is constant.
            ``coverage_at``: for each of `outlier_rates` the largest share of rows that can be
            accepted with no more outliers than that among them.
        """
        if counts is None:
            counts = np.ones(len(self.order), dtype=np.intp)
        drawn = counts[self.order]
        position = np.cumsum(drawn)
        outlier_rate, mae = self._head(drawn, position)
        at = self._outlier_positions
        return Statistics(
            outlier_rate=outlier_rate,
            mae=mae,
            aurc=self._aurc(drawn[at], position[at], int(position[-1])),
            spearman=self._spearman(counts),
            coverage_at=self._coverage_at(drawn[at], position[at], int(position[-1])),
        )

    def curve(self) -> pd.DataFrame:
        """Return the risk-coverage curve: one row for each cut-off.

        Returns
        -------
        DataFrame of shape (n_samples, 3)
            ``cut_off``: rows whose score is up to this are accepted; ``coverage``: their share;
            ``outlier_rate``: the risk among them.
        """
        accepted = np.arange(1, len(self.order) + 1)
        return pd.DataFrame(
            {
                "cut_off": self.expected_error,
                "coverage": accepted / len(accepted),
                "outlier_rate": np.cumsum(self.outlier) / accepted,
            }
        )

    def _head(self, drawn: IntArray, position: IntArray) -> tuple[float, float]:
        n_accepted = accepted_rows(self.fraction, int(position[-1]))
        last = int(np.searchsorted(position, n_accepted))
        weight = drawn[: last + 1].astype(np.float64)
        weight[last] -= position[last] - n_accepted
        return (
            float(weight @ self.outlier[: last + 1]) / n_accepted,
            float(weight @ self.size[: last + 1]) / n_accepted,
        )

    def _aurc(self, drawn: IntArray, position: IntArray, total: int) -> float:
        # An outlier at position p adds 1/k to the rate among the k safest for every k >= p, so
        # the area is the sum over outliers of harmonic[total] - harmonic[p - 1], over total.
        if total >= len(self._harmonic):
            self._harmonic, self._harmonic_sum = _harmonic_numbers(total)
        before = self._harmonic_sum[position] - self._harmonic_sum[position - drawn]
        return float((drawn * self._harmonic[total] - before).sum()) / total

    def _coverage_at(self, drawn: IntArray, position: IntArray, total: int) -> tuple[float, ...]:
        # Within a stretch without outliers the rate only falls: it is enough to look just
        # before each outlier, and at the end.
        accepted = np.append(position - drawn, total)
        outliers = np.concatenate([[0], np.cumsum(drawn)])
        return tuple(
            float(accepted[outliers <= rate * accepted].max(initial=0)) / total
            for rate in self.outlier_rates
        )

    def _spearman(self, counts: IntArray) -> float:
        # In a resample the ranks of the whole sample are kept: the same to first order, and it
        # saves two sorts.
        sums = self._moments @ counts.astype(np.float64) / counts.sum()
        rank, size, rank_squared, size_squared, product = sums
        variance = (rank_squared - rank**2) * (size_squared - size**2)
        return float((product - rank * size) / np.sqrt(variance)) if variance > 0 else np.nan


def _centred_ranks(values: FloatArray) -> FloatArray:
    ranks: FloatArray = rankdata(values) - (len(values) + 1) / 2
    return ranks / len(values)


def _harmonic_numbers(n: int) -> tuple[FloatArray, FloatArray]:
    """Return harmonic numbers 0..n, and at m the sum of those below m, for m = 0..n."""
    harmonic = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, n + 1))])
    return harmonic, np.concatenate([[0.0], np.cumsum(harmonic)[:-1]])
