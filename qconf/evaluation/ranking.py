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

    def overall(self, weights: Weights | None = None) -> FloatArray:
        """Return each metric's mean over all rows, each counted `weights` times.

        Returns
        -------
        ndarray of shape (..., n_metrics)
            For weights of shape (..., n_samples), as of `WeightedRows`.
        """
        if weights is None:
            return np.array([np.mean(one) for one in self.per_row.values()])
        times = weights.astype(np.float64)
        sums = np.stack([times @ one for one in self.per_row.values()], axis=-1)
        means: FloatArray = sums / times.sum(axis=-1, keepdims=True)
        return means


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
        The ties that have outliers; theirs begin in `outliers` at the `outlier_borders`, of which
        the last is the number of outliers.
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
        self.with_outliers, starts_in = np.unique(tie_of_outlier, return_index=True)
        self.outlier_borders: IntArray = np.append(starts_in, len(self.outliers))
        rank, size_rank = _centred_ranks(expected_error), outcome.size_rank
        self.moments = np.stack(
            [rank, size_rank, rank * rank, size_rank * size_rank, rank * size_rank]
        )
        self._harmonic = _harmonic_numbers(len(ordered))

    def under(self, weights: Weights | None = None) -> WeightedRows:
        """Count each row so many times.

        Parameters
        ----------
        weights : ndarray of shape (..., n_samples), default=None
            In the order the rows were given, none negative: how often each was drawn, or any
            other weight; None counts each row once. Several at once, (n, n_samples), are summed up
            side by side.
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

    Of one resample, or of several side by side, which is twice as fast where rows are few: `...`
    stands for their number, or for nothing.

    Parameters
    ----------
    rows : RankedRows
    weights : ndarray of shape (..., n_samples)
        In the order the rows were given.

    Attributes
    ----------
    rows, weights
        As given.
    upto : ndarray of shape (..., n_ties)
        The weight of all rows up to the end of each tie.
    total : ndarray of shape (...)
        The weight of all rows.
    outliers : ndarray of shape (..., n_with_outliers)
        The weight of the outliers in each of the ties that have any.
    found : ndarray of shape (..., n_with_outliers + 1)
        The weight of the outliers before each of those ties, and of all of them.
    size, after : ndarray of shape (..., n_with_outliers)
        The weight of all rows in each of those ties, and of all up to its end.
    """

    def __init__(self, rows: RankedRows, weights: Weights) -> None:
        self.rows = rows
        self.weights = weights
        self._drawn = _looked_up(weights, rows.order)
        self._tie = _sums_between(rows.borders, self._drawn)
        self.upto: Any = np.cumsum(self._tie, axis=-1)  # whole numbers where the weights are
        self.total: Any = self.upto[..., -1]
        of_outliers = self._drawn.take(rows.outliers, axis=-1)
        self.outliers = _sums_between(rows.outlier_borders, of_outliers)
        self.found = _summed_up(self.outliers)
        self.size = self._tie.take(rows.with_outliers, axis=-1)
        self.after = self.upto.take(rows.with_outliers, axis=-1)

    def safest_means(self) -> list[FloatArray]:
        """Return each metric's mean over the safest fraction, each of shape (...).

        It is chosen anew under the weights; of a tie at its border, the share that is needed.
        """
        accepted, last, share = (one[..., 0] for one in self._border([self.rows.fraction]))
        begin, end = self.rows.borders[last], self.rows.borders[last + 1]
        most = int(end.max())
        means = []
        for one in self.rows.per_row.values():
            upto = _summed_up(self._drawn[..., :most] * one[:most])
            before = _at(upto, begin)
            means.append((before + share * (_at(upto, end) - before)) / accepted)
        return means

    def risks(self, coverages: Sequence[float]) -> FloatArray:
        """Return the outlier rate among the safest rows, for several shares of the rows.

        Returns
        -------
        ndarray of shape (..., n_coverages)
        """
        accepted, last, share = self._border(coverages)
        before = _at(self.found, self.rows.with_outliers.searchsorted(last))
        upto = _at(self.found, self.rows.with_outliers.searchsorted(last + 1))
        risks: FloatArray = (before + share * (upto - before)) / accepted
        return risks

    def _border(self, fractions: Sequence[float]) -> tuple[IntArray, IntArray, FloatArray]:
        """Return how many rows each fraction is, the last tie, and how much of it."""
        totals = self.total.ravel().tolist()
        accepted = np.array([[accepted_rows(one, total) for one in fractions] for total in totals])
        # Weights that are no whole numbers may add up to a hair less than the rows there are.
        upto = self.upto.reshape(len(totals), -1)
        found = [one.searchsorted(few) for one, few in zip(upto, accepted, strict=True)]
        shape = *self.total.shape, len(fractions)
        accepted = accepted.reshape(shape)
        last = np.minimum(np.reshape(found, shape), self._tie.shape[-1] - 1)
        tie = _at(self._tie, last)
        return accepted, last, (accepted - (_at(self.upto, last) - tie)) / tie


def _looked_up(weights: Weights, order: IntArray) -> Weights:
    """Put weights in order; those of very many rows in as few bytes as hold them.

    They are looked up all over memory, and what fits in the cache is there ten times as soon.
    """
    if len(order) < _VERY_MANY or not np.issubdtype(weights.dtype, np.integer):
        return weights.take(order, axis=-1)
    few_bytes = np.min_scalar_type(int(weights.max()))
    return weights.astype(few_bytes).take(order, axis=-1).astype(np.intp)


def _sums_between(borders: IntArray, values: Any) -> Any:
    """Sum up along the last axis from each border to the next."""
    if len(borders) > values.shape[-1]:
        return values
    return np.diff(_summed_up(values).take(borders, axis=-1))


def _summed_up(values: Any) -> Any:
    """Sum up along the last axis all that comes before each value, and at the end all of them."""
    sums = np.zeros((*values.shape[:-1], values.shape[-1] + 1), dtype=values.dtype)
    np.cumsum(values, axis=-1, out=sums[..., 1:])
    return sums


def _at(values: Any, places: IntArray) -> Any:
    """Look up places along the last axis: one, or several, of each resample."""
    if values.ndim == 1:
        return values[places]
    resample = np.arange(len(values))
    return values[resample if places.ndim == 1 else resample[:, None], places]


def _centred_ranks(values: FloatArray) -> FloatArray:
    ranks: FloatArray = rankdata(values) - (len(values) + 1) / 2
    return ranks / len(values)


def _harmonic_numbers(n: int) -> FloatArray:
    """Return 1 + 1/2 + ... + 1/m for m = 0..n."""
    return np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, n + 1))])
