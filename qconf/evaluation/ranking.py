"""Rows in the order of their expected error, and what that order is worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import digamma
from scipy.stats import rankdata

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.core.conventions import accepted_rows
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["Outcome", "RankedRows", "WeightedRows", "Weights", "rank_within"]

#: How often each row counts: whole numbers in a resample, any other in a wave of time.
Weights = NDArray[np.intp] | NDArray[np.float64]
_VERY_MANY = 100_000


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
    outlier : ndarray of shape (n_samples,), dtype bool
    size_rank : ndarray of shape (n_samples,)
        Ranks of the absolute residuals, centred.
    per_row : dict of RowMetric to ndarray of shape (n_samples,)
        What each metric says of each row.
    """

    outlier: BoolArray
    size_rank: FloatArray
    per_row: dict[RowMetric, FloatArray]

    @classmethod
    def of(
        cls, residual: FloatArray, threshold: float, metrics: Iterable[RowMetric] = ()
    ) -> Outcome:
        """Measure signed residuals against a threshold, and by each of the metrics."""
        size = np.abs(residual)
        per_row = {one: one.values(residual, threshold) for one in metrics}
        return cls(size > threshold, _centred_ranks(size), per_row)

    def overall(self, weights: Weights | None = None) -> list[float]:
        """Return each metric's mean over all rows, each counted `weights` times."""
        if weights is None:
            return [float(np.mean(one)) for one in self.per_row.values()]
        times = weights.astype(np.float64)
        total = times.sum()
        return [float((times * one).sum() / total) for one in self.per_row.values()]


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

    Attributes
    ----------
    order : ndarray of shape (n_samples,) of int
        The rows, the safest first.
    per_row : dict of RowMetric to ndarray of shape (n_samples,)
        What each metric says of each row, in this `order`.
    cut_offs : ndarray of shape (n_ties,)
        The expected error of each tie; a row of its own is a tie of one.
    borders : ndarray of shape (n_ties + 1,) of int
        Where each tie begins in `order`, and the number of rows.
    outliers : ndarray of shape (n_outliers,) of int
        Places of the outliers in `order`.
    with_outliers : ndarray of int
        The ties that have outliers, and in `outlier_starts` where theirs begin in `outliers`.
    moments : ndarray of shape (5, n_samples)
        In the order the rows were given: rank of the expected error, rank of the absolute
        residual, their squares and their product.
    """

    def __init__(self, expected_error: FloatArray, outcome: Outcome, fraction: float) -> None:
        self.fraction = fraction
        self.order: IntArray = np.argsort(expected_error, kind="stable")
        self.per_row = {metric: one[self.order] for metric, one in outcome.per_row.items()}
        ordered = expected_error[self.order]
        first = np.append(True, ordered[1:] > ordered[:-1])
        starts: IntArray = np.flatnonzero(first)
        self.cut_offs = ordered[starts]
        self.borders: IntArray = np.append(starts, len(ordered))
        # Most sums are over outliers alone, which are few: in which tie each of them is.
        self.outliers: IntArray = np.flatnonzero(outcome.outlier[self.order])
        tie_of_outlier = np.cumsum(first)[self.outliers] - 1
        self.with_outliers, self.outlier_starts = np.unique(tie_of_outlier, return_index=True)
        rank, size_rank = _centred_ranks(expected_error), outcome.size_rank
        self.moments = np.stack(
            [rank, size_rank, rank * rank, size_rank * size_rank, rank * size_rank]
        )
        self._harmonic = _harmonic_numbers(len(ordered))

    def under(self, weights: Weights | None = None) -> WeightedRows:
        """Count each row so many times.

        Parameters
        ----------
        weights : ndarray of shape (n_samples,), default=None
            In the order the rows were given, none negative: how often each was drawn, or any
            other weight; None counts each row once.
        """
        if weights is None:
            weights = np.ones(len(self.order), dtype=np.intp)
        return WeightedRows(self, weights)

    def curve(self) -> pd.DataFrame:
        """Return the risk-coverage curve: one row for each cut-off there can be.

        Returns
        -------
        DataFrame of shape (n_cut_offs, 3)
            ``cut_off``: rows whose score is up to this are accepted; ``coverage``: their share;
            ``outlier_rate``: the risk among them.
        """
        accepted = self.borders[1:]
        return pd.DataFrame(
            {
                "cut_off": self.cut_offs,
                "coverage": accepted / len(self.order),
                "outlier_rate": np.searchsorted(self.outliers, accepted) / accepted,
            }
        )

    def safest(self, fraction: float | None = None) -> FloatArray:
        """Return how much of each row, in the order given, is in the safest fraction."""
        wanted = self.fraction if fraction is None else fraction
        n_accepted = accepted_rows(wanted, len(self.order))
        last = int(np.searchsorted(self.borders[1:], n_accepted))
        taken = np.zeros(len(self.order))
        begin, end = self.borders[last : last + 2]
        taken[self.order[:begin]] = 1.0
        taken[self.order[begin:end]] = (n_accepted - begin) / (end - begin)
        return taken

    def harmonics(self, position: Weights) -> FloatArray:
        """Return 1 + 1/2 + ... + 1/m for each position m, and what lies between."""
        if not np.issubdtype(position.dtype, np.integer):
            return np.asarray(digamma(position + 1.0) + np.euler_gamma)
        if position.max(initial=0) >= len(self._harmonic):
            self._harmonic = _harmonic_numbers(int(position.max()))
        return self._harmonic[position]


class WeightedRows:
    """Ranked rows, each counted so many times: what metrics are summed up from.

    Parameters
    ----------
    rows : RankedRows
    weights : ndarray of shape (n_samples,)
        In the order the rows were given.

    Attributes
    ----------
    rows, weights
        As given.
    upto : ndarray of shape (n_ties,)
        The weight of all rows up to the end of each tie.
    total : int or float
        The weight of all rows.
    outliers : ndarray
        The weight of the outliers in each of the ties that have any.
    found : ndarray
        The weight of the outliers before each of those ties, and of all of them.
    size, after : ndarray
        The weight of all rows in each of those ties, and of all up to its end.
    """

    def __init__(self, rows: RankedRows, weights: Weights) -> None:
        self.rows = rows
        self.weights = weights
        self._drawn = _looked_up(weights, rows.order)
        self._tie = _sums_from(self._drawn, rows.borders[:-1])
        self.upto: Any = np.cumsum(self._tie)  # whole numbers where the weights are
        self.total: Any = self.upto[-1]
        self.outliers = _sums_from(self._drawn[rows.outliers], rows.outlier_starts)
        self.found = np.append(0, np.cumsum(self.outliers))
        self.size, self.after = self._tie[rows.with_outliers], self.upto[rows.with_outliers]

    def safest_means(self) -> list[float]:
        """Return each metric's mean over the safest fraction.

        It is chosen anew under the weights; of a tie at its border, the share that is needed.
        """
        n_accepted, last, share = self._border(self.rows.fraction)
        begin, end = self.rows.borders[last : last + 2]
        head, border = self._drawn[:begin], self._drawn[begin:end]
        return [
            (float(head @ one[:begin]) + share * float(border @ one[begin:end])) / n_accepted
            for one in self.rows.per_row.values()
        ]

    def risks(self, coverages: Sequence[float]) -> list[float]:
        """Return the outlier rate among the safest rows, for several shares of the rows."""
        total = float(self.total)
        accepted = np.array([accepted_rows(coverage, total) for coverage in coverages])
        last = np.minimum(self.upto.searchsorted(accepted), len(self._tie) - 1)
        tie = self._tie[last]
        share = (accepted - self.upto[last] + tie) / tie
        here = self.rows.with_outliers.searchsorted(np.append(last, last + 1))
        before, upto = self.found[here].reshape(2, -1)
        risks: list[float] = ((before + share * (upto - before)) / accepted).tolist()
        return risks

    def _border(self, fraction: float) -> tuple[int, int, float]:
        """Return how many rows are the safest fraction, the last tie, and how much of it."""
        n_accepted = accepted_rows(fraction, float(self.total))
        # Weights that are no whole numbers may add up to a hair less than the rows there are.
        last = min(int(np.searchsorted(self.upto, n_accepted)), len(self._tie) - 1)
        tie = self._tie[last]
        return n_accepted, last, float((n_accepted - (self.upto[last] - tie)) / tie)


def _looked_up(weights: Weights, order: IntArray) -> Weights:
    """Put weights in order; those of very many rows in as few bytes as hold them.

    They are looked up all over memory, and what fits in the cache is there ten times as soon.
    """
    if len(order) < _VERY_MANY or not np.issubdtype(weights.dtype, np.integer):
        return weights[order]
    few_bytes = np.min_scalar_type(int(weights.max()))
    return weights.astype(few_bytes)[order].astype(np.intp)


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
