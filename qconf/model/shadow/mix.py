"""How far the mean of a score may stray because rows are another mix than those of `fit`.

What a shadow could not learn is not noise: rows of one zip code err alike, and so do dear houses.
The mean over a batch from one zip code is then off by the error of that zip code, however many rows
there are. That is a random effect: each way of cutting the rows into cells (the levels of a
column, bins of a number, bins of the prediction) has a variance between its cells, learned from
held-out rows, and a batch whose shares of the cells differ from theirs by w has the variance
``between * sum(w ** 2)`` more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple, Self

import numpy as np
from scipy.stats import chi2

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = ["Cells", "Mix", "Spread"]

_N_BINS = 16
#: Variance of a rank without ties, and how many rows are few.
_OF_A_RANK = 1 / 12
_FEW = 20
#: Where the oddest cell is at most, in standard deviations between cells, and how many rows
#: a cell needs to be the oddest.
_ODDEST = 2.5
_ROWS_TO_BE_ODD = 10
_SHOWN = 0.01
#: Pairs of ways that are used together, from how surprising a chi-square on, and bins of each way.
_N_PAIRS = 8
_SURPRISING = 2.0
_N_JOINT = 6


@dataclass(frozen=True)
class Cells:
    """Ways of cutting rows into cells, one for each column of a matrix.

    Attributes
    ----------
    edges : list of ndarray or None
        Borders of the bins of a column; None where it holds codes.
    """

    edges: list[FloatArray | None]

    @classmethod
    def of(cls, matrix: FloatArray, is_code: BoolArray) -> Self:
        """Cut columns of numbers into 16 bins of as many rows each."""
        return cls([None if is_code[i] else _edges(matrix[:, i]) for i in range(len(is_code))])

    def codes(self, matrix: FloatArray) -> list[IntArray]:
        """Give the cell of each row in each column; missing values are in cell 0."""
        found = []
        for i, edges in enumerate(self.edges):
            column = matrix[:, i]
            missing = np.isnan(column)
            code = column if edges is None else np.searchsorted(edges, column, side="right")
            found.append(np.where(missing, -1, code).astype(np.intp) + 1)
        return found


class Spread(NamedTuple):
    """Variance of the mean of each score, and the degrees of freedom it is known with."""

    variance: FloatArray
    freedom: FloatArray


@dataclass(frozen=True)
class Mix:
    """Shares of cells among held-out rows, and the variance of scores between cells.

    Attributes
    ----------
    pairs : list of pairs of int
        Ways that are also used together: the pairs whose joint cells differ most.
    shares : list of ndarray
        For each way of cutting, the share of each cell.
    between : ndarray of shape (n_ways, n_scores)
    within : ndarray of shape (n_scores,)
        Variance of single scores.
    n_cells : ndarray of shape (n_ways,)
        How many cells `between` was learned from.
    period : ndarray of shape (n_scores,)
        Variance between stretches of time, where it is sure: every batch is of a new one.
    n_rows : int
        How many rows were held out.
    """

    pairs: list[tuple[int, int]]
    shares: list[FloatArray]
    between: FloatArray
    within: FloatArray
    n_cells: IntArray
    period: FloatArray
    n_rows: int

    @classmethod
    def of(
        cls, codes: list[IntArray], scores: FloatArray, period: IntArray | None, n_ranks: int = 1
    ) -> Self:
        """Learn from held-out rows.

        Parameters
        ----------
        codes : list of ndarray of shape (n_samples,)
            The cell of each row, for each way of cutting.
        scores : ndarray of shape (n_samples, n_scores)
        period : ndarray of shape (n_samples,) or None
            The stretch of time each row is from.
        n_ranks : int, default=1
            How many ranks each score is the mean of.
        """
        centred = scores - scores.mean(axis=0)
        pairs = _telling_pairs(codes, centred)
        codes = _with_pairs(codes, pairs)
        ways = [_between(code, centred) for code in codes]
        none = np.zeros(scores.shape[1])
        return cls(
            pairs,
            [np.bincount(code) / len(code) for code in codes],
            np.array([between for between, _ in ways]).reshape(len(codes), -1),
            # Ranks without ties have the variance of an even distribution; the mean of several
            # has at least its share.
            np.maximum(centred.var(axis=0), _OF_A_RANK / n_ranks),
            np.array([n for _, n in ways], dtype=np.intp),
            none if period is None else _between_periods(period, centred),
            len(scores),
        )

    def spread(self, codes: list[IntArray], scores: FloatArray, copies: IntArray) -> Spread:
        """Say how far the means of a batch may be from those of the held-out rows.

        Parameters
        ----------
        codes : list of ndarray of shape (n_samples,)
        scores : ndarray of shape (n_samples, n_scores)
        copies : ndarray of shape (n_samples,)
            The same number for the same row: it counts once, however often it is there.
        """
        n = len(scores)
        codes = _with_pairs(codes, self.pairs)
        own = _squares(np.bincount(copies) / n)
        moved = np.array([self._moved(*pair, n) for pair in zip(self.shares, codes, strict=True)])
        within = np.maximum(self.within, scores.var(axis=0))
        # A few rows may all be of a kind of which details agree: then each is worth one rank.
        within += np.maximum(_OF_A_RANK - within, 0) * min(1.0, _FEW * own)
        rows = within * (own + 1 / self.n_rows)
        cells = self.between * moved[:, None]
        variance = rows + cells.sum(axis=0) + self.period
        known = np.maximum(self.n_cells - 1, 1)[:, None]
        doubt = rows**2 / self.n_rows + (cells**2 / known).sum(axis=0)
        doubt += self.period**2 / (_N_BINS - 1)
        return Spread(variance, variance**2 / np.maximum(doubt, 1e-300))

    def _moved(self, shares: FloatArray, code: IntArray, n: int) -> float:
        """Estimate the squared distance of the mixes that two samples were drawn from."""
        size = max(len(shares), int(code.max()) + 1)
        now = np.bincount(code, minlength=size) / n
        then = np.pad(shares, (0, size - len(shares)))
        chance = (1 - _squares(now)) / n + (1 - _squares(then)) / self.n_rows
        return max(0.0, _squares(now - then) - chance)


def _edges(column: FloatArray) -> FloatArray:
    there = column[~np.isnan(column)]
    if not len(there):
        return np.empty(0)
    return np.unique(np.quantile(there, np.arange(1, _N_BINS) / _N_BINS, method="nearest"))


def _between(code: IntArray, centred: FloatArray) -> tuple[FloatArray, int]:
    """Estimate the variance between cells, on the safe side, and say from how many.

    The mean product of two rows of one cell: over pairs, and over cells, whichever is larger, and
    one standard error more. And at least so much that the oddest cell is no surprise, for effects
    of cells may have longer tails than a Normal's.
    """
    n_cells = int(code.max()) + 1
    size = np.bincount(code, minlength=n_cells)
    sums = np.stack([np.bincount(code, u, n_cells) for u in centred.T], axis=1)
    squares = np.stack([np.bincount(code, u**2, n_cells) for u in centred.T], axis=1)
    several = size > 1
    pairs = (size * (size - 1))[several][:, None]
    products = (sums**2 - squares)[several]
    if not several.any():
        return np.zeros(centred.shape[1]), 1
    each = products / pairs
    error = each.std(axis=0) / np.sqrt(len(each))
    estimate = np.maximum(products.sum(axis=0) / pairs.sum(), each.mean(axis=0)) + error
    large = size >= _ROWS_TO_BE_ODD
    means = sums[large] / size[large][:, None]
    noise = centred.var(axis=0) / size[large][:, None]
    oddest = (means**2 - noise).max(axis=0, initial=0.0) / _ODDEST**2
    return np.maximum(estimate, oddest), len(each)


def _between_periods(period: IntArray, centred: FloatArray) -> FloatArray:
    """Estimate the variance between stretches of time of the scores that differ from one to next.

    All batches carry it in full. So it counts only where a chi-square test at 1 %, for all scores
    together, shows it: its mere doubt would hide most changes.
    """
    statistic, freedom = _chi_square(period, centred)
    shown = chi2.sf(statistic, freedom) < _SHOWN / len(statistic)
    return np.where(shown, _between(period, centred)[0], 0.0)


def _chi_square(code: IntArray, centred: FloatArray) -> tuple[FloatArray, int]:
    """Compare the means of cells: a statistic for each score, and its degrees of freedom."""
    size = np.bincount(code)
    sums = np.stack([np.bincount(code, u) for u in centred.T], axis=1)
    squares = sums**2 / np.maximum(size, 1)[:, None]
    statistic: FloatArray = squares.sum(axis=0) / np.maximum(centred.var(axis=0), 1e-300)
    return statistic, max(int((size > 0).sum()) - 1, 1)


def _telling_pairs(codes: list[IntArray], centred: FloatArray) -> list[tuple[int, int]]:
    """Choose the pairs of ways in whose joint cells the scores differ most: corners of a map."""
    few = [i for i, code in enumerate(codes) if 0 < code.max() <= _N_BINS]
    found = []
    for pair in combinations(few, 2):
        statistic, freedom = _chi_square(_joint(codes, pair), centred)
        found.append((float((statistic.max() - freedom) / np.sqrt(2 * freedom)), pair))
    return [
        pair for surprise, pair in sorted(found, reverse=True)[:_N_PAIRS] if surprise > _SURPRISING
    ]


def _joint(codes: list[IntArray], pair: tuple[int, int]) -> IntArray:
    """Give the joint cell of each row in two ways, six bins a way at most."""
    first, second = (np.minimum(codes[i], _N_BINS) * _N_JOINT // (_N_BINS + 1) for i in pair)
    joint: IntArray = first * _N_JOINT + second
    return joint


def _with_pairs(codes: list[IntArray], pairs: list[tuple[int, int]]) -> list[IntArray]:
    return [*codes, *(_joint(codes, pair) for pair in pairs)]


def _squares(values: FloatArray) -> float:
    return float(values @ values)
